"""What came of a backup or a restore, and what is not in it, as the operator reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jixiao.backup.manifest import Manifest, legible
from jixiao.errors import JixiaoError, PackError
from jixiao.installation.contents import CONFIG, CONTENTS, LOGS, TEMPLATES, known
from jixiao.installation.paths import config_dir
from jixiao.installation.settings import Settings
from jixiao.notices.channels.secrets import addresses
from jixiao.store.db import database_file, shown

_CHANNELS = "通知渠道的地址"
#: What is set in the environment, by the first pattern its name fits.
_GROUPS = (
    ("签名密钥", re.compile("JIXIAO_SIGNING_KEYS?")),
    (_CHANNELS, re.compile("JIXIAO_CHANNEL_.*")),
    ("密钥文件", re.compile("JIXIAO_SECRETS")),
    ("Prefect 的登录", re.compile("PREFECT_(SERVER_)?API_AUTH_STRING")),
    ("Prefect 的其他设置", re.compile("PREFECT_.*")),
    ("其他设置", re.compile("JIXIAO_.*")),
)
#: Where a pack names the variable of a channel's address; read so that a broken pack is saved too.
_NAMED = re.compile(r"\burl_env:\s*[\"']?(\w+)")


@dataclass(frozen=True, slots=True)
class Moved:
    """What was written or read back.

    Attributes:
        rows: of the database.
        notes: sentences on what is not in it and what is still to be done.
    """

    rows: int
    files: int
    notes: tuple[str, ...]


def moved(manifest: Manifest, notes: Iterable[str]) -> Moved:
    return Moved(sum(manifest.rows.values()), len(manifest.files), tuple(notes))


def names_set() -> list[str]:
    """Names of what the environment and the file of secrets set, never what to."""
    try:
        given = addresses(os.environ)
    except JixiaoError:  # a refused file is the doctor's to tell: the backup is needed all the same
        given = dict(os.environ)
    channels = set(_channels())
    ours = (n for n, value in given.items() if value.strip() and (n in channels or _fits(n)))
    return sorted(ours)


def _channels() -> Iterator[str]:
    for path in config_dir().glob("*/channels.yaml"):
        yield from _NAMED.findall(path.read_text(encoding="utf-8", errors="replace"))


def _fits(name: str) -> str | None:
    return next((what for what, pattern in _GROUPS if pattern.fullmatch(name)), None)


def _grouped(names: Iterable[str]) -> str:
    """The names by what they are; one of another pattern was named by a pack."""
    groups: dict[str, list[str]] = {what: [] for what, _ in _GROUPS}
    for name in names:
        groups[_fits(name) or _CHANNELS].append(name)
    return "；".join(f"{what}（{'、'.join(ours)}）" for what, ours in groups.items() if ours)


def _names(names: Iterable[str]) -> str:
    return "、".join(map(legible, names))


def _listed(elsewhere: dict[str, str]) -> str:
    return "、".join(f"{what}（{name}）" for name, what in elsewhere.items())


def after_backup(settings: Settings, manifest: Manifest, links: list[str]) -> Iterator[str]:
    """What is not in the backup.

    Args:
        links: that lead out of their folder.
    """
    if not any(manifest.rows.values()):
        yield (
            f"备份里没有一行数据：{shown(settings.database)} 是空的。请核对 JIXIAO_VAR 和 "
            "JIXIAO_DATABASE；写了 --var 就不看这两个设置。"
        )
    if manifest.elsewhere:
        yield (
            f"放在工作文件夹以外、不在备份里：{_listed(manifest.elsewhere)}。请用存储自己的备份。"
        )
    if links:
        yield f"指向别处的链接，内容不在备份里：{_names(links)}。请另行备份，或换成真的文件。"
    if strange := strangers(settings):
        yield f"工作文件夹里还有程序不认识的，不在备份里：{_names(strange)}。"
    if manifest.settings:
        yield f"密钥和设置不在备份里，请另外妥善保存：{_grouped(manifest.settings)}。"


def strangers(settings: Settings) -> list[str]:
    """Names in the installation's folder that the list of what belongs there does not know."""
    database = database_file(settings.database)
    ours = {f"{database}{end}" for end in ("", *LOGS)}  # under whatever name
    return sorted(
        path.name for path in settings.var.iterdir() if not (known(path.name) or str(path) in ours)
    )


def after_restore(settings: Settings, manifest: Manifest) -> Iterator[str]:
    """What was not in the backup, and what is still to be done by hand."""
    tops = {name.partition("/")[0] for name in manifest.files}
    if {CONFIG.name, TEMPLATES.name} & tops and not _counts(settings.place(CONFIG)):
        yield (
            f"政策包在 {settings.place(CONFIG)}，但现在用的是 JIXIAO_HOME 指定的；"
            "要用恢复的这一份，请去掉 JIXIAO_HOME。"
        )
    for entry in CONTENTS:
        moved_here = entry.elsewhere in settings.elsewhere()
        if entry.name in tops and moved_here and entry.elsewhere not in manifest.elsewhere:
            yield (
                f"{entry.what}恢复在 {settings.place(entry)}，而这里的 {entry.elsewhere} 指向别处。"
                "请把内容拷过去，或去掉这个设置。"
            )
    if manifest.elsewhere:
        yield (
            f"原来放在工作文件夹以外、不在备份里：{_listed(manifest.elsewhere)}。"
            "请用存储自己的备份恢复，再设好这些地址。"
        )
    if manifest.settings is None:
        yield (
            f"这份备份由 {manifest.program} 版制作，里面没有导入的名册：导入过的，请用 jixiao roster import "
            "重新导入；它也没有记下另外设过什么，请核对签名密钥、通知渠道的地址、Prefect "
            "的登录和其他设置。"
        )
    elif manifest.settings:
        yield f"密钥和设置不在备份里，请照原来的重新设好：{_grouped(manifest.settings)}。"


def _counts(packs: Path) -> bool:
    """Whether these packs are the ones this installation works with."""
    try:
        return config_dir().resolve() == packs.resolve()
    except PackError:  # JIXIAO_HOME leads nowhere: certainly not here
        return False
