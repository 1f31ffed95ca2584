"""The check-up of what is registered with the Prefect server: deployments and automations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.automations import NAMES
from flows.deployments import read_deployments
from flows.doctor import Check
from flows.server import ask
from flows.versions import outdated
from jixiao.version import __version__

#: What to do where something of ours is not there.
AGAIN = "重启 jixiao serve，或运行 jixiao register"


def registered(api: str) -> Iterator[Check]:
    """Whether everything of this program is there, and at work."""
    yield from _deployments(api)
    yield from _automations(api)


def _deployments(api: str) -> Iterator[Check]:
    there = {d["name"]: d for d in ask(api, "/deployments/filter", {"limit": 200})}
    given = read_deployments()
    yield _version({there[g["name"]]["version"] for g in given if g["name"] in there})
    for each in given:
        yield _deployment(each, there.get(each["name"]))


def _version(versions: set[str | None]) -> Check:
    """Whether this program is the one that the deployments on the server are of."""
    newer = next((v for v in versions if outdated(v)), None)
    if newer:
        found = f"部署由 {newer} 版程序登记，本机是 {__version__} 版，办理会被拒绝"
        return Check("程序版本", found, "升级本机的程序，再重启执行器")
    if versions - {__version__}:
        found = f"有部署不是由本机的 {__version__} 版程序登记的"
        return Check("程序版本", found, AGAIN)
    return Check("程序版本", __version__)


def _deployment(wanted: dict[str, Any], found: dict[str, Any] | None) -> Check:
    name, planned = f"部署 {wanted['name']}", [s["cron"] for s in wanted.get("schedules", ())]
    if found is None:
        return Check(name, "没有登记", AGAIN)
    if found["paused"]:
        return Check(name, "已暂停", "在页面的 Deployments 里恢复")
    active = {s["schedule"].get("cron") for s in found["schedules"] if s["active"]}
    count = sum(cron in active for cron in planned)
    if count < len(planned):
        return Check(
            name, f"{len(planned)} 个日程只有 {count} 个有效", "在页面的 Deployments 里打开日程"
        )
    return Check(name, f"已登记，{count} 个日程" if planned else "已登记，按需运行")


def _automations(api: str) -> Iterator[Check]:
    there = {a["name"]: a for a in ask(api, "/automations/filter", {"limit": 200})}
    for each in NAMES:
        name, found = f"自动化 {each}", there.get(each)
        if found is None:
            yield Check(name, "没有登记", AGAIN)
        elif not found["enabled"]:
            yield Check(name, "已停用", "在页面的 Automations 里打开")
        else:
            yield Check(name, "已启用")
