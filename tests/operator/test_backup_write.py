"""Where a backup may be written, what is in it, and what it says is not."""

from __future__ import annotations

import errno
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jixiao.backup import backup, restore
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings, load_settings
from tests.operator.archives import members, small
from tests.operator.year import settings_in


@pytest.fixture
def used(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path / "var")
    small(settings)
    return settings


#: Where the backup shall go → what is said.
PLACES: dict[str, tuple[Callable[[Settings], Path], str]] = {
    "in what is saved": (lambda s: s.inbox / "jixiao.tar", "不能写在.*收件箱"),
    "deep in it": (lambda s: s.site / "versions" / "new" / "x.tar", "不能写在.*公开网站"),
    "over a folder": (lambda s: s.var.parent, "是一个文件夹"),
    "below a file": (lambda s: s.var / "jixiao.db" / "x.tar", "写不了备份.*请移走"),
}


@pytest.mark.parametrize("where", PLACES)
def test_a_place_that_is_no_good(used: Settings, where: str) -> None:
    place, says = PLACES[where]
    before = everything(used.var.parent)
    with pytest.raises(JixiaoError, match=says):
        backup(used, place(used))
    assert everything(used.var.parent) == before


def everything(folder: Path) -> list[str]:
    """What lies there; a look at the database leaves its logs, a look at the site its lock."""
    passing = ("jixiao.db-wal", "jixiao.db-shm", ".lock")
    found = (p for p in folder.rglob("*") if p.name not in passing)
    return sorted(str(p.relative_to(folder)) for p in found)


def test_a_place_in_it_by_another_way(used: Settings, tmp_path: Path) -> None:
    (tmp_path / "shared").symlink_to(used.inbox)
    with pytest.raises(JixiaoError, match=r"不能写在.*收件箱"):
        backup(used, tmp_path / "shared" / "jixiao.tar")


def test_a_folder_that_is_not_there_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(JixiaoError, match="没有工作文件夹"):
        backup(settings_in(tmp_path / "vra"), tmp_path / "jixiao.tar")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "no space"), "写不了备份.*磁盘已满.*请清理磁盘"),
        (KeyboardInterrupt(), ""),
    ],
)
def test_half_a_backup_never_stays(
    used: Settings, monkeypatch: pytest.MonkeyPatch, error: BaseException, says: str
) -> None:
    file = used.var.parent / "jixiao.tar"
    real, added = tarfile.TarFile.addfile, iter(range(99))

    def addfile(*given: Any) -> None:
        if next(added) == 17:
            raise error
        real(*given)

    monkeypatch.setattr(tarfile.TarFile, "addfile", addfile)
    before = everything(used.var.parent)
    with pytest.raises(JixiaoError if says else KeyboardInterrupt, match=says or "^$"):
        backup(used, file)
    assert everything(used.var.parent) == before
    assert not file.exists()


def test_a_file_that_cannot_be_read_is_named(
    used: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def refuse(path: Path, *given: Any, **named: Any) -> Any:
        if path.name == "kept.xlsx":
            raise PermissionError(errno.EACCES, "no", str(path))
        return real(path, *given, **named)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(JixiaoError, match=r"读不了要备份的 .*kept\.xlsx：没有权限"):
        backup(used, used.var.parent / "jixiao.tar")


def test_a_folder_that_cannot_be_read_is_not_left_out_silently(
    used: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "aa":
            raise PermissionError(errno.EACCES, "no", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(JixiaoError, match=r"读不了要备份的 .*aa：没有权限"):
        backup(used, used.var.parent / "jixiao.tar")


def test_a_file_written_to_meanwhile_is_saved_as_it_was(
    used: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clerk copies a file into the inbox while the backup runs."""
    changing = used.inbox / "自评.xlsx"
    real = tarfile.TarFile.addfile

    def addfile(tar: tarfile.TarFile, member: tarfile.TarInfo, content: Any = None) -> None:
        if member.name.startswith("inbox/"):
            changing.write_bytes(b"FILED, and more of it")
        real(tar, member, content)

    monkeypatch.setattr(tarfile.TarFile, "addfile", addfile)
    file = used.var.parent / "jixiao.tar"
    backup(used, file)
    fresh = settings_in(used.var.parent / "fresh")
    restore(fresh, file)
    assert (fresh.inbox / "自评.xlsx").read_bytes() == b"FILED"


def test_links_that_lead_elsewhere(used: Settings, tmp_path: Path) -> None:
    """A file behind a link is saved as a file; what else is behind one is said."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.xlsx").write_bytes(b"shared")
    (used.inbox / "a.xlsx").symlink_to(tmp_path / "shared" / "a.xlsx")
    (used.inbox / "b").symlink_to(tmp_path / "shared")
    made = backup(used, tmp_path / "jixiao.tar")
    assert any("指向别处的链接" in n and "inbox/b" in n for n in made.notes)
    fresh = settings_in(tmp_path / "fresh")
    restore(fresh, tmp_path / "jixiao.tar")
    assert (fresh.inbox / "a.xlsx").read_bytes() == b"shared"
    assert not (fresh.inbox / "a.xlsx").is_symlink()
    assert (fresh.site / "current").readlink() == Path("versions/one")


def test_a_name_in_another_encoding(used: Settings, tmp_path: Path) -> None:
    """As an archive unpacked with the wrong encoding leaves it in the inbox."""
    name = os.fsdecode("自评.xlsx".encode("gbk"))
    (used.inbox / name).write_bytes(b"named")
    (used.var / name).write_bytes(b"strange")
    made = backup(used, tmp_path / "jixiao.tar")
    fresh = settings_in(tmp_path / "fresh")
    restore(fresh, tmp_path / "jixiao.tar")
    assert (fresh.inbox / name).read_bytes() == b"named"
    assert b"????.xlsx" in "".join(made.notes).encode()  # it can be printed


def test_what_passes_is_not_saved(used: Settings, tmp_path: Path) -> None:
    half = used.site / "versions" / ".new-two"
    half.mkdir()
    (half / "index.html").write_text("half")
    (used.inbox / ".writing-abc").write_text("half")
    (used.site / "current.new").symlink_to("versions/.new-two")
    backup(used, tmp_path / "jixiao.tar")
    saved = members(tmp_path / "jixiao.tar")
    assert not [n for n in saved if ".new" in n or ".writing" in n or n.endswith(".lock")]
    assert b"current.new" not in saved["manifest.json"]


@pytest.fixture
def home(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bureau's own packs and templates."""
    folder = tmp_path / "home"
    for name in ("config/2023/channels.yaml", "templates/own.j2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("channels: {a: {url_env: OUR_OWN_ROBOT}}")
    monkeypatch.setenv("JIXIAO_HOME", str(folder))
    return folder


def test_own_packs_and_templates_are_saved(used: Settings, home: Path, tmp_path: Path) -> None:
    backup(used, tmp_path / "jixiao.tar")
    fresh = settings_in(tmp_path / "fresh")
    notes = restore(fresh, tmp_path / "jixiao.tar").notes
    assert (fresh.var / "config" / "2023" / "channels.yaml").is_file()
    assert (fresh.var / "templates" / "own.j2").is_file()
    assert any("要用恢复的这一份，请去掉 JIXIAO_HOME" in n for n in notes)


def test_packs_in_the_folder_are_saved_once(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = used.var / "config" / "2023" / "pack.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text("year: 2023")
    monkeypatch.setenv("JIXIAO_HOME", str(used.var))
    backup(used, tmp_path / "jixiao.tar")
    with tarfile.open(tmp_path / "jixiao.tar") as tar:
        assert [n for n in tar.getnames() if n.endswith("pack.yaml")] == ["config/2023/pack.yaml"]
    fresh = settings_in(tmp_path / "fresh")
    # Packs that count where they were laid need no word.
    monkeypatch.setenv("JIXIAO_HOME", str(fresh.var))
    assert not any("JIXIAO_HOME 设为" in n for n in restore(fresh, tmp_path / "jixiao.tar").notes)


def test_keys_and_settings_are_named_and_never_saved(
    used: Settings, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.write_text("JIXIAO_CHANNEL_BUREAU=json://127.0.0.1/secret-b\nPATH=secret-p\n")
    secrets.chmod(0o600)
    for name in [n for n in os.environ if n.startswith(("JIXIAO_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    for name, value in (
        ("JIXIAO_HOME", str(home)),
        ("JIXIAO_SECRETS", str(secrets)),
        ("JIXIAO_SIGNING_KEY", "secret-key"),
        ("OUR_OWN_ROBOT", "json://127.0.0.1/secret-r"),
        ("PREFECT_API_AUTH_STRING", "secret:login"),
        ("JIXIAO_DATABASE", "sqlite:///secret.db"),
        ("JIXIAO_CHANNEL_OPERATORS", " "),
    ):
        monkeypatch.setenv(name, value)
    made = backup(used, tmp_path / "jixiao.tar")
    named = (
        "签名密钥（JIXIAO_SIGNING_KEY）；通知渠道的地址（JIXIAO_CHANNEL_BUREAU、OUR_OWN_ROBOT）；"
        "密钥文件（JIXIAO_SECRETS）；Prefect 的登录（PREFECT_API_AUTH_STRING）；"
        "其他设置（JIXIAO_DATABASE、JIXIAO_HOME）。"
    )
    assert made.notes[-1] == f"密钥和设置不在备份里，请另外妥善保存：{named}"
    assert b"secret-" not in (tmp_path / "jixiao.tar").read_bytes()
    notes = restore(settings_in(tmp_path / "fresh"), tmp_path / "jixiao.tar").notes
    assert notes[-1] == f"密钥和设置不在备份里，请照原来的重新设好：{named}"


def test_what_lies_elsewhere_is_said_when_saved_and_when_restored(
    used: Settings, tmp_path: Path
) -> None:
    moved = replace(
        used,
        archive_at="memory://user:secret@archive",
        reports_at=f"file://{used.reports}",  # its own place, said at length
        inbox_at=str(used.inbox),
        publish_to="memory://site",
    )
    listed = "收到的文件（JIXIAO_ARCHIVE）、另送一份的公开网站（JIXIAO_PUBLISH_TO）"
    made = backup(moved, tmp_path / "jixiao.tar")
    assert any(f"不在备份里：{listed}。" in n for n in made.notes)
    fresh = replace(settings_in(tmp_path / "fresh"), inbox_at="memory://inbox")
    notes = restore(fresh, tmp_path / "jixiao.tar").notes
    assert any(f"不在备份里：{listed}。" in n for n in notes)
    # What was below the folder and is elsewhere here was laid where nobody looks.
    assert any(f"收件箱恢复在 {fresh.inbox}，而这里的 JIXIAO_INBOX 指向别处" in n for n in notes)
    assert b"secret@" not in (tmp_path / "jixiao.tar").read_bytes()


def test_an_empty_database_and_strange_things_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --var the address of the bureau's database does not count."""
    monkeypatch.setenv("JIXIAO_DATABASE", "postgresql://jixiao:secret@db.internal/jixiao")
    (tmp_path / "var" / "旧资料").mkdir(parents=True)
    notes = backup(load_settings(tmp_path / "var"), tmp_path / "jixiao.tar").notes
    assert any(n.startswith("备份里没有一行数据：sqlite:///") and "--var" in n for n in notes)
    assert any("不认识的，不在备份里：旧资料" in n for n in notes)


def test_a_database_under_another_name_is_no_stranger(tmp_path: Path) -> None:
    var = tmp_path / "var"
    settings = Settings(var, f"sqlite:///{var / '绩效.db'}")
    small(settings)
    (var / "jixiao.db.old").write_text("a copy somebody made")
    notes = [n for n in backup(settings, tmp_path / "jixiao.tar").notes if "不认识" in n]
    assert notes == ["工作文件夹里还有程序不认识的，不在备份里：jixiao.db.old。"]
