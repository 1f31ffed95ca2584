"""Commands about reports and the public site: the bureau's summary, taking a report down."""

from __future__ import annotations

from typing import Annotated

import typer

from jixiao.cli.output import console, print_json, print_table
from jixiao.cli.year import DayOption, JsonOption, OfficerOption, YearArg, cycles
from jixiao.errors import JixiaoError
from jixiao.year import due
from jixiao.year.base import Cycle
from jixiao.year.officer.unpublish import unpublish
from jixiao.year.steps.county import FORMATS, write_summary
from jixiao.year.steps.site import Site
from jixiao.year.steps.verify import history

FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help="html、docx、pdf、xlsx，可以写多次；不填则全部。"),
]


def register(app: typer.Typer) -> None:
    app.command("summary")(summary)
    app.command("unpublish")(unpublish_command)
    app.command("addresses")(addresses)


def summary(
    year: YearArg = None,
    day: DayOption = None,
    format: FormatOption = None,
    json: JsonOption = False,
) -> None:
    """全县汇总：谁报了、等次、排名、分布、最常见的问题；公开期开始前标为草稿。"""
    chosen = tuple(format or FORMATS)
    unknown = [f for f in chosen if f not in FORMATS]
    if unknown:
        raise JixiaoError(f"没有“{'、'.join(unknown)}”这种格式，可用：{'、'.join(FORMATS)}。")
    rows = []
    for cycle in cycles(year, day):
        written = write_summary(cycle, chosen)
        state = "草稿" if written.summary.draft else "正式"
        rows += [
            {"年度": str(cycle.year), "状态": state, "文件": place} for place in written.places
        ]
    if json:
        print_json(rows)
    else:
        print_table("全县汇总", rows)


def unpublish_command(
    year: int,
    unit: Annotated[str, typer.Argument(help="单位代码。")],
    officer: OfficerOption,
    reason: Annotated[str, typer.Option("--reason", help="撤下的理由，会在原网址公布。")],
    day: DayOption = None,
) -> None:
    """撤下一个单位的公开报告：原网址说明已撤回和理由，统计表改为“否”。"""
    (cycle,) = cycles(year, day)
    address = unpublish(cycle, unit, officer, reason)
    _rebuild(cycle)
    console.print(f"已撤下 {cycle.department(unit.strip().upper()).name} 的公开报告：{address}")


def _rebuild(cycle: Cycle) -> None:
    """What was taken down must not stay until the next run."""
    site = Site()
    for item in due(cycle, site.id):
        site.do(cycle, item)


def addresses(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
    """公开网址的核验历史：每次核验的网址、结果和日期。"""
    rows = [row for cycle in cycles(year, day) for row in history(cycle)]
    if json:
        print_json(rows)
    elif rows:
        print_table("网址核验历史", rows)
    else:
        console.print("还没有核验过公开网址。")
