"""`jixiao doctor`: is everything there that the year needs, and what to do about what is not."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from flows.server import (
    LOGIN,
    POOL,
    SERVED,
    SERVER_LOGIN,
    SHARES,
    Refused,
    answers,
    ask,
    login_flaw,
)
from jixiao.errors import JixiaoError, database_trouble
from jixiao.fonts.glyphs import FONTS
from jixiao.installation import signing
from jixiao.installation.paths import config_dir, deployments_dir, template_dir
from jixiao.installation.pinned import which_packs
from jixiao.installation.settings import Settings, today
from jixiao.notices import open_book
from jixiao.store.db import head
from jixiao.year import tell_at_once, year_pack, years_with_packs

#: Below this much free space nothing more should be taken in.
FREE_GB = 1.0
FONT_FILES = ("song.otf", "hei.otf", "coverage.txt")
#: What a wrong version of would break silently.
PINNED = ("prefect", "fastapi", "sqlalchemy", "pydantic", "jinja2", "apprise", "alembic")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        found: how it is, in a sentence.
        remedy: what to do about it; ``""`` where it is fine.
    """

    name: str
    found: str
    remedy: str = ""

    @property
    def fine(self) -> bool:
        return not self.remedy

    def row(self) -> dict[str, str]:
        return {
            "项目": self.name,
            "结果": "正常" if self.fine else "有问题",
            "情况": self.found,
            "怎么办": self.remedy or "—",
        }


def examine(settings: Settings) -> list[Check]:
    """Look at everything; nothing found wrong keeps the rest from being looked at."""
    checks = [
        *_each(_versions),
        *_each(_packs),
        *_each(_templates),
        *_each(_fonts),
        *_each(lambda: [_database(settings)]),
        *_each(_channels),
        *_each(lambda: [_signing()]),
        *_each(lambda: [_disk(settings)]),
    ]
    return checks + list(_each(lambda: _prefect(settings)))


def notify_operators(wrong: list[Check]) -> str:
    """Tell the operators directly: neither server nor database need be alive.

    Raises:
        JixiaoError: no channel took it.
    """
    day = today()
    # A message has room for names; what is wrong with each is said on the machine.
    named = "、".join(c.name for c in reversed(wrong))
    error = f"{len(wrong)} 处有问题：{named}。请在服务器上运行 jixiao doctor 看怎么办"
    return tell_at_once(
        flow="体检", run=f"doctor {day}", error=error, year=years_with_packs()[-1], day=day
    )


def _each(look: Callable[[], Iterator[Check] | list[Check]]) -> list[Check]:
    """What a look finds; one that breaks down is itself something wrong."""
    try:
        return list(look())
    except JixiaoError as error:
        return [Check("检查", error.message, "按上面的提示处理后再体检")]


def _versions() -> Iterator[Check]:
    locked = _locked()
    for name in PINNED:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Check(f"版本 {name}", "没有安装", "按 requirements.lock 重新安装")
            continue
        wanted = locked.get(name, SpecifierSet())
        if found in wanted:
            yield Check(f"版本 {name}", found)
        else:
            yield Check(
                f"版本 {name}",
                f"装的是 {found}，应为 {str(wanted).removeprefix('==')}",
                "按 requirements.lock 重新安装",
            )


def _locked() -> dict[str, SpecifierSet]:
    """Package → versions that will do: the lock file's, else what the installed package asks."""
    lock = deployments_dir().parent / "requirements.lock"
    if not lock.is_file():
        asked = (Requirement(line) for line in requires("jixiao") or ())
        return {r.name.lower(): r.specifier for r in asked if r.marker is None}
    pins = re.findall(r"^([\w.-]+)(==[^\s\\;]+)", lock.read_text(encoding="utf-8"), re.M)
    return {name.lower(): SpecifierSet(pin) for name, pin in pins}


def _packs() -> Iterator[Check]:
    years = years_with_packs()
    if not years:
        yield Check("政策包", f"{config_dir()} 里没有", "放入 config/<年度> 文件夹")
        return
    yield Check("政策包", which_packs())
    for year in years:
        try:
            pack = year_pack(year)
        except JixiaoError as error:
            yield Check(f"政策包 {year}", error.message, f"运行 jixiao pack check {year}，逐条改正")
        else:
            yield Check(f"政策包 {year}", f"{len(pack.roster.departments)} 个单位，读取正常")


def _templates() -> Iterator[Check]:
    for name in ("reports", "site", "notices"):
        folder = template_dir() / name
        count = len(list(folder.rglob("*.j2"))) if folder.is_dir() else 0
        remedy = "" if count else "重新安装，或恢复 templates 文件夹"
        yield Check(f"模板 {name}", f"{count} 个", remedy)


def _fonts() -> Iterator[Check]:
    """Without these a PDF would be drawn with holes, silently."""
    for name in FONT_FILES:
        there = (FONTS / name).is_file()
        yield Check(f"字体 {name}", "有" if there else "缺少", "" if there else "重新安装程序")


def _database(settings: Settings) -> Check:
    """Looked at without bringing it up to date: that is for the next command that works with it."""
    url = make_url(settings.database)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        if settings.archive.is_dir() and any(settings.archive.iterdir()):
            return Check(
                "数据库", f"{shown} 不在了", "检查 JIXIAO_DATABASE，或用 jixiao restore 恢复备份"
            )
        return Check("数据库", f"{shown} 还没有建", "运行一次 jixiao status，会自动建好")
    try:
        engine = create_engine(url)
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        why, remedy = database_trouble(getattr(error, "orig", None) or error)
        return Check("数据库", f"{shown} 打不开。{why}", remedy.removeprefix("请"))
    if current is None:
        return Check("数据库", f"{shown} 还没有建表", "运行一次 jixiao status，会自动建好")
    if current != head():
        return Check(
            "数据库",
            f"版本 {current}，程序需要 {head()}",
            f"升级前的备份要用升级前的程序做；做过了，运行一次 jixiao status {years_with_packs()[-1]} 自动升级",
        )
    return Check("数据库", f"{shown}，版本 {current}")


def _channels() -> Iterator[Check]:
    pack = year_pack(years_with_packs()[-1])
    try:
        opened = open_book(pack.channels)
    except JixiaoError as error:  # the secrets file is refused
        yield Check("通知渠道", error.message, "按提示改正密钥文件，再检查一次")
        return
    with opened as book:
        for name, channel in pack.channels.channels.items():
            problem = book.problem(name)
            remedy = f"在服务的环境文件里设置 {channel.url_env}" if problem else ""
            yield Check(f"通知渠道 {channel.title}", problem or "已配置", remedy)


def _signing() -> Check:
    found = signing.problem()
    if found is None:
        return Check("签名密钥", "已设置")
    return Check("签名密钥", found, f"在服务的环境文件里设置 {signing.KEY}")


def _disk(settings: Settings) -> Check:
    folder = next(p for p in (settings.var, *settings.var.parents) if p.exists())
    free = shutil.disk_usage(folder).free / 1e9
    if free < FREE_GB:
        return Check("磁盘", f"{folder} 只剩 {free:.1f} GB", "清理磁盘或扩容；备份移到别处")
    if not os.access(folder, os.W_OK):
        return Check("磁盘", f"{folder} 不能写", "检查文件夹的属主和权限")
    return Check("磁盘", f"{folder} 剩余 {free:.0f} GB")


def _prefect(settings: Settings) -> Iterator[Check]:
    api = _api(settings)
    if api is None or not answers(api):
        yield Check(
            "Prefect 服务",
            f"没有应答（{api or '没有运行'}）",
            "运行 jixiao serve，或 systemctl start jixiao（省级：jixiao-server）",
        )
        return
    yield Check("Prefect 服务", api)
    login = _login(api)
    yield login
    if not login.fine:
        return
    yield _server_version(api)
    yield _pool(api)
    yield _shares(api)
    # Imported here: it knows Prefect, which takes a while.
    from flows.registered import registered

    yield from registered(api)


def _api(settings: Settings) -> str | None:
    """The environment's server, else that of `jixiao serve` for this folder."""
    given = os.environ.get("PREFECT_API_URL")
    if given:
        return given.rstrip("/")
    served = settings.records / SERVED
    if not served.is_file():
        return None
    api: str = json.loads(served.read_text())["api"]
    return api


def _login(api: str) -> Check:
    """Whether the server lets us in; where it does not, nothing else can be asked."""
    name = "Prefect 登录"
    flaw = login_flaw()
    if flaw:
        return Check(name, flaw, "改正环境文件里的登录，再重启服务和执行器")
    try:
        ask(api, "/admin/version")
    except Refused as error:
        if os.environ.get(SERVER_LOGIN) == "":
            # Prefect does not take it for "none": it then refuses everybody.
            return Check(
                name,
                f"{SERVER_LOGIN} 写了但是空的，服务会拒绝所有人",
                f"写上“用户名:密码”（{LOGIN} 相同），或删掉这一行，再重启服务",
            )
        return Check(name, error.message, f"改正环境文件里的 {LOGIN}，再重启执行器")
    given = bool(os.environ.get(LOGIN))
    return Check(name, "已登录" if given else "没有设登录；服务只应听本机 127.0.0.1")


def _server_version(api: str) -> Check:
    server, ours = str(ask(api, "/admin/version")), version("prefect")
    remedy = "" if server == ours else "服务和执行器装同一个版本，再重启"
    return Check("Prefect 服务版本", f"{server}（本机 {ours}）", remedy)


def _pool(api: str) -> Check:
    pools = _pools(api)
    if POOL not in pools:
        return Check("执行池", f"没有 {POOL}", "运行 jixiao serve 登记")
    online = _online(api, POOL)
    if not online:
        return Check(
            "执行池",
            "没有在线的执行器",
            "启动执行器：jixiao serve，或 systemctl start jixiao（省级：jixiao-worker@1）",
        )
    if pools[POOL]["is_paused"]:
        return Check("执行池", "已暂停", "在页面的 Work Pools 里恢复")
    return Check("执行池", f"{online} 个执行器在线")


def _shares(api: str) -> Check:
    """Workers for shares: a county has none, and then every stage does its work itself."""
    pools = _pools(api)
    if SHARES not in pools:
        return Check("分担执行池", f"没有 {SHARES}", "运行 jixiao register 登记")
    online = _online(api, SHARES)
    if online and pools[SHARES]["is_paused"]:
        return Check("分担执行池", "已暂停", "在页面的 Work Pools 里恢复")
    shared = online > 1
    return Check("分担执行池", f"{online} 个在线，{'' if shared else '不'}分担")


def _pools(api: str) -> dict[str, Any]:
    return {p["name"]: p for p in ask(api, "/work_pools/filter", {"limit": 200})}


def _online(api: str, pool: str) -> int:
    workers = ask(api, f"/work_pools/{pool}/workers/filter", {"limit": 200})
    return sum(w["status"] == "ONLINE" for w in workers)
