"""Commands that move a year: each does what is outstanding and nothing twice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from jixiao.cli.output import console, print_json, print_table, remark
from jixiao.errors import JixiaoError
from jixiao.installation.pinned import pin
from jixiao.installation.settings import load_settings, today
from jixiao.store.db import is_there
from jixiao.year import (
    STAGES,
    Cycle,
    approve,
    compare_packs,
    due,
    open_cycle,
    open_years,
    proposals,
    return_targets,
    standings,
    status_rows,
    step,
    take_over,
)
from jixiao.year.stages import BY_ID

YearArg = Annotated[int | None, typer.Argument(help="预算年度；不填则为日历包含当天的各年度。")]
DayOption = Annotated[
    datetime | None,
    typer.Option("--day", formats=["%Y-%m-%d"], help="按哪一天办理，默认今天（北京时间）。"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]


def cycles(year: int | None, day: datetime | None) -> list[Cycle]:
    """The years a command works on.

    Raises:
        JixiaoError: no year is open on that day.
    """
    on = day.date() if day else today()
    years = [year] if year is not None else open_years(on)
    if not years:
        raise JixiaoError(f"{on} 没有开放的年度。请写明年度，例如 jixiao status 2023。")
    return [open_cycle(y, on) for y in years]


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)
    app.command("run")(run)
    app.command("ui")(ui)
    app.command("status")(status)
    app.command("evaluate")(evaluate_command)
    targets = typer.Typer(help="绩效目标：下发、接收、批复、退回。", no_args_is_help=True)
    for name, ids, help in (
        ("issue", ("targets", "notify"), "下发绩效目标申报表。"),
        ("collect", ("collect", "notify"), "接收申报的绩效目标。"),
    ):
        targets.command(name, help=help)(_steps_command(ids))
    targets.command("list")(list_command)
    targets.command("approve")(approve_command)
    targets.command("return")(return_command)
    app.add_typer(targets, name="targets")
    for stage in STAGES:
        if stage.command:
            app.command(stage.id, help=stage.command)(_steps_command(stage.steps))


def _steps_command(ids: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """A command that performs steps one after the other."""

    def command(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
        results: list[dict[str, str]] = []
        failed = False
        for cycle in cycles(year, day):
            for id in ids:
                rows, bad = _perform(cycle, id, quiet=json)
                results += rows
                failed = failed or bad
        if json:
            print_json(results)
        elif results:
            print_table("办理结果", results)
        else:
            console.print("没有待办。")
        raise typer.Exit(1 if failed else 0)

    return command


def _perform(cycle: Cycle, id: str, *, quiet: bool) -> tuple[list[dict[str, str]], bool]:
    """Do everything a step has outstanding, one failure never stopping another."""
    this = step(id)
    items = due(cycle, id)
    rows: list[dict[str, str]] = []
    failed = False
    with Progress(console=console, disable=quiet or not items, transient=True) as progress:
        bar = progress.add_task(this.title, total=len(items))
        for item in items:
            row = {"年度": str(cycle.year), "步骤": this.title, "单位": item.name}
            try:
                done = this.do(cycle, item)
                rows.append({**row, "结果": done.did, "文件": done.path})
            except Exception as error:  # noqa: BLE001 - said in the table; the others go on
                failed = True
                why = error.message if isinstance(error, JixiaoError) else repr(error)
                rows.append({**row, "结果": f"未完成：{why}", "文件": ""})
            progress.advance(bar)
    return rows, failed


def evaluate_command(
    year: YearArg = None,
    day: DayOption = None,
    pack: Annotated[
        Path | None, typer.Option("--pack", help="只比较：换成这个政策包，谁的得分或等级会变。")
    ] = None,
    json: JsonOption = False,
) -> None:
    """重算得分并审核：没有错误的通过，有错误的退回。"""
    if pack is None:
        _steps_command(BY_ID["evaluate"].steps)(year, day, json)
        return
    rows = [
        {
            "年度": str(cycle.year),
            "单位": found.name,
            "表": f"{found.change.form} {found.change.project or ''}".strip(),
            "现得分": str(found.change.before.computed_score) if found.change.before else "—",
            "换后得分": str(found.change.after.computed_score) if found.change.after else "—",
            "现等级": (found.change.before.grade if found.change.before else None) or "—",
            "换后等级": (found.change.after.grade if found.change.after else None) or "—",
            "等级变化": "是" if found.change.grade_changed else "否",
        }
        for cycle in cycles(year, day)
        for found in compare_packs(cycle, pack)
    ]
    if json:
        print_json(rows)
    elif rows:
        print_table(f"换成 {pack} 之后", rows)
    else:
        console.print("没有任何得分或等级会变。")


def run(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
    """推进一个年度：看日期和数据，把每个单位推进到能到的地方（由 Prefect 记录）。"""
    from flows.server import recorded_server

    on = day.date() if day else today()
    settings = load_settings()
    if is_there(settings.database):
        # What forbids to work on the year is said before a server is started.
        for cycle in cycles(year, day):
            take_over(cycle)
    with recorded_server(settings.records):
        pin(settings.var, remark)
        from flows.annual_cycle import annual_cycle

        state = annual_cycle(year, on, return_state=True)
    if json:
        print_json({"state": state.name, "message": state.message})
    else:
        console.print(state.message or state.name)
        for cycle in cycles(year, day):
            _print_status(cycle)
    raise typer.Exit(0 if state.is_completed() else 1)


def status(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
    """谁在哪一步、从什么时候起、下一步做什么、由谁做。"""
    found = {c.year: status_rows(standings(c)) for c in cycles(year, day)}
    if json:
        print_json(found)
        return
    for each, rows in found.items():
        print_table(f"{each} 年度绩效自评进度", rows)


def _print_status(cycle: Cycle) -> None:
    print_table(f"{cycle.year} 年度绩效自评进度（{cycle.day}）", status_rows(standings(cycle)))


OfficerOption = Annotated[str, typer.Option("--officer", help="经办人姓名，记入日志。")]


def list_command(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
    """各单位申报的绩效目标：状态、提请注意的问题、由谁决定。"""
    rows = []
    for cycle in cycles(year, day):
        for record in proposals(cycle):
            rows.append(
                {
                    "年度": str(cycle.year),
                    "单位代码": record.unit,
                    "单位": cycle.department(record.unit).name,
                    "申报日期": str(record.received_on),
                    "状态": {"proposed": "待批复", "approved": "已批复", "returned": "已退回"}[
                        record.status
                    ],
                    "经办人": record.decided_by or "—",
                    "提请注意": "；".join(record.problems) or "—",
                }
            )
    if json:
        print_json(rows)
    elif rows:
        print_table("绩效目标申报", rows)
    else:
        console.print("还没有单位申报绩效目标。")


def approve_command(
    year: int,
    unit: Annotated[str, typer.Argument(help="单位代码。")],
    officer: OfficerOption,
    day: DayOption = None,
) -> None:
    """批复一个单位申报的绩效目标。"""
    (cycle,) = cycles(year, day)
    record = approve(cycle, unit, officer)
    console.print(f"已批复 {cycle.department(unit).name} 的绩效目标（{record.hash[:12]}）。")


def return_command(
    year: int,
    unit: Annotated[str, typer.Argument(help="单位代码。")],
    officer: OfficerOption,
    reason: Annotated[str, typer.Option("--reason", help="退回原因，会告诉单位。")],
    day: DayOption = None,
) -> None:
    """退回一个单位申报的绩效目标。"""
    (cycle,) = cycles(year, day)
    return_targets(cycle, unit, officer, reason)
    console.print(f"已退回 {cycle.department(unit).name} 的绩效目标：{reason}")


def demo(
    var: Annotated[Path, typer.Option("--var", help="演示用的文件夹。")] = Path("var/demo"),
) -> None:
    """演示：用一份真实自评和五个虚构单位，把 2023 年度从目标到公开走一遍。"""
    from jixiao.cli.demo import play

    play(var)


def ui(
    var: Annotated[Path | None, typer.Option("--var", help="哪个文件夹的运行记录。")] = None,
) -> None:
    """打开运行记录：启动 Prefect 服务，在浏览器里看每次运行；按 Ctrl+C 结束。"""
    from flows.server import show_server

    show_server(load_settings(var).records)
