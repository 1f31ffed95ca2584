"""The demonstration: one year on the sample, played by date, recorded by Prefect.

Everything goes through the same doors as in real use: the clerk fills the workbook that was
issued and drops it into the inbox, the officer approves by name, the cycle does the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.progress import Progress

from flows.server import recorded_server
from jixiao.cli.output import console, print_table
from jixiao.demo.fill import fill
from jixiao.demo.sample import Deed, Script, load_filing, load_script
from jixiao.demo.sample import Step as Act
from jixiao.demo.sink import Sink
from jixiao.errors import JixiaoError
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import Settings, load_settings
from jixiao.policy.schedule import event_days
from jixiao.store.targets import issued_records
from jixiao.year import Cycle, State, approve, open_cycle, outstanding, standings, status_rows

YEAR = 2023


def play(var: Path) -> None:
    """Play the year in ``var``. A second time there is nothing left to do, and nothing is done."""
    settings = load_settings(var)
    folder = demo_dir()
    script = load_script(folder / "script.yaml")
    settings.var.mkdir(parents=True, exist_ok=True)
    with _environment(settings):
        _play(settings, script, folder)
        last = max(_days(open_cycle(YEAR, settings=settings), script))
        cycle = open_cycle(YEAR, last, settings=settings)
        print_table(f"{YEAR} 年度绩效自评进度（{last}）", status_rows(standings(cycle)))
        _print_where(cycle)


def _play(settings: Settings, script: Script, folder: Path) -> None:
    with Sink(settings.notices) as sink:
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
            os.environ[f"JIXIAO_CHANNEL_{name}"] = f"{sink.url.rstrip('/')}/{name.lower()}"
        if not _anything_left(settings, script, folder):
            console.print("这一年已经走完：没有待办，也没有通知要发。")
            return
        console.print("正在启动 Prefect 服务（第一次约需半分钟）……")
        with recorded_server(settings.records):
            # Imported here: Prefect reads where its server is when it is imported.
            from flows.annual_cycle import annual_cycle

            def advance(day: date) -> None:
                state = annual_cycle(YEAR, day, return_state=True)
                if not state.is_completed():
                    raise JixiaoError(f"{day} 推进时有未完成的项：{state.message}")

            play_days(settings, script, folder, advance)


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """Tasks open the year by the environment; the demo has folders of its own, and the packs that
    its script is written for."""
    before = dict(os.environ)
    os.environ["JIXIAO_VAR"] = str(settings.var)
    os.environ["JIXIAO_DATABASE"] = settings.database
    os.environ["JIXIAO_SETTLE_SECONDS"] = "0"  # the clerk's files are whole when they are dropped
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _days(cycle: Cycle, script: Script) -> list[date]:
    """Every day on which somebody does something or the calendar has something due."""
    return sorted({*event_days(cycle.pack.calendar), *(s.date for s in script.steps)})


def _anything_left(settings: Settings, script: Script, folder: Path) -> bool:
    for day in _days(open_cycle(YEAR, settings=settings), script):
        cycle = open_cycle(YEAR, day, settings=settings)
        if any(_undone(cycle, act) for act in script.steps if act.date == day):
            return True
        if outstanding(cycle):
            return True
    return False


def _undone(cycle: Cycle, act: Act) -> bool:
    if act.do is Deed.APPROVE:
        return any(
            s.state is State.TARGETS_PROPOSED
            for s in standings(cycle)
            if s.department.code == act.unit
        )
    return not (cycle.settings.inbox / act.name).exists()


def play_days(
    settings: Settings, script: Script, folder: Path, advance: Callable[[date], None]
) -> None:
    """Everybody does on each day what the script says, then the year is advanced."""
    days = _days(open_cycle(YEAR, settings=settings), script)
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("走过这一年", total=len(days))
        for day in days:
            cycle = open_cycle(YEAR, day, settings=settings)
            progress.update(bar, description=str(day))
            for act in script.steps:
                if act.date == day and _undone(cycle, act):
                    _act(cycle, act, folder)
            if outstanding(cycle):
                advance(day)
            progress.advance(bar)


def _act(cycle: Cycle, act: Act, folder: Path) -> None:
    """What a clerk or the officer does on a day."""
    if act.do is Deed.APPROVE:
        approve(cycle, act.unit, act.officer)
        return
    source = folder / act.file
    if act.do is Deed.WRONG_FILE:
        data = source.read_bytes()
    else:
        kind = "targets" if act.do is Deed.TARGETS_PROPOSAL else "evaluation"
        filing = load_filing(source, cycle.pack.forms)
        # The real department changed what was filled in for it; a clerk can unprotect a sheet.
        data = fill(_issued(cycle, act.unit, kind), filing, cycle.pack.forms, force_locked=True)
    cycle.settings.inbox.mkdir(parents=True, exist_ok=True)
    (cycle.settings.inbox / act.name).write_bytes(data)


def _issued(cycle: Cycle, unit: str, kind: str) -> bytes:
    """The workbook this department was handed."""
    with cycle.store.read() as connection:
        paths = [
            r.path
            for r in issued_records(connection, cycle.year)
            if (r.unit, r.kind) == (unit, kind)
        ]
    return (cycle.settings.deliveries / paths[-1]).read_bytes()


def _print_where(cycle: Cycle) -> None:
    """Where to look: front page, register, and the workbook that came back."""
    site = cycle.settings.site / "current"
    returned = sorted(cycle.settings.deliveries.rglob("*退回修改*.xlsx"))
    console.print("\n看一看：")
    for name, path in (
        ("公开首页", site / "index.html"),
        ("网址统计表", site / str(cycle.year) / "register" / "index.html"),
        *((f"退回的工作簿 {i}", p) for i, p in enumerate(returned, 1)),
        ("收到的通知", cycle.settings.notices),
    ):
        console.print(f"  {name}：{path}", soft_wrap=True)
    console.print(
        "  运行记录：jixiao ui --var "
        + str(cycle.settings.var)
        + "（在浏览器里看 Prefect 的每次运行）",
        soft_wrap=True,
    )
