"""The receipts that were given."""

from __future__ import annotations

from typing import Annotated

import typer

from jixiao.cli.output import console, print_json, print_table
from jixiao.cli.year import DayOption, JsonOption, YearArg, cycles
from jixiao.year import receipt_rows


def register(app: typer.Typer) -> None:
    app.command("filings")(filings_command)


def filings_command(
    year: YearArg = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位，写单位代码。")] = None,
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """每次报送的回执：回执号、收到时间、文件校验码和现在的状态。"""
    found = {c.year: receipt_rows(c, unit) for c in cycles(year, day)}
    if json:
        print_json(found)
        return
    for each, rows in found.items():
        if rows:
            print_table(f"{each} 年度报送回执", rows)
        else:
            console.print(f"{each} 年度还没有报送。")
