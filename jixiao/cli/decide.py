"""Commands of the officer who reviews: decisions, the ledger, a look across the county."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from jixiao.cli.output import console, print_json, print_table
from jixiao.cli.year import DayOption, JsonOption, OfficerOption, YearArg, cycles
from jixiao.errors import JixiaoError, RefusedFile, reason
from jixiao.year.base import write_file
from jixiao.year.officer import decide
from jixiao.year.officer.ledger import apply_ledger, make_ledger, open_ledger
from jixiao.year.queries.county_filings import county_notes

UnitArg = Annotated[str, typer.Argument(help="单位代码。")]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由，记入日志并写进通知。")]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="豁免的最后一天，不填则本年度有效。"),
]


def register(app: typer.Typer) -> None:
    app.command("accept")(accept)
    app.command("return")(return_command)
    app.command("waive")(waive)
    app.command("withdraw")(withdraw)
    app.command("ledger")(ledger)
    app.command("county")(county)


def accept(
    year: int, unit: UnitArg, officer: OfficerOption, reason: ReasonOption, day: DayOption = None
) -> None:
    """通过一个单位最近一次报送；还有错误的，一并豁免。"""
    (cycle,) = cycles(year, day)
    console.print(f"{decide.accept(cycle, unit, officer, reason)}。", markup=False)


def return_command(
    year: int, unit: UnitArg, officer: OfficerOption, reason: ReasonOption, day: DayOption = None
) -> None:
    """退回一个单位最近一次报送，没有错误的也可以退回。"""
    (cycle,) = cycles(year, day)
    console.print(f"{decide.return_filing(cycle, unit, officer, reason)}。", markup=False)


def waive(
    year: int,
    unit: UnitArg,
    finding: Annotated[str, typer.Argument(help="问题编号，见审核台账；可只写前几个字符。")],
    officer: OfficerOption,
    reason: ReasonOption,
    until: UntilOption = None,
    day: DayOption = None,
) -> None:
    """豁免一个问题：写明谁、为什么、到哪天为止；错误都豁免了的报送即通过。"""
    (cycle,) = cycles(year, day)
    end = until.date() if until else None
    console.print(f"{decide.waive(cycle, unit, finding, officer, reason, end)}。", markup=False)


def withdraw(
    year: int, unit: UnitArg, officer: OfficerOption, reason: ReasonOption, day: DayOption = None
) -> None:
    """撤回审核通过：报送回到待审核，等经办人重新决定。"""
    (cycle,) = cycles(year, day)
    console.print(f"{decide.withdraw(cycle, unit, officer, reason)}。", markup=False)


def ledger(
    year: int,
    out: Annotated[Path | None, typer.Option("--out", help="台账写到哪个文件。")] = None,
    read: Annotated[Path | None, typer.Option("--in", help="读回填好的台账。")] = None,
    day: DayOption = None,
) -> None:
    """审核台账：生成（--out），或读回经办人填好的（--in）；办过的行不会重复办理。"""
    (cycle,) = cycles(year, day)
    if (out is None) == (read is None):
        raise JixiaoError("请写明 --out（生成台账）或 --in（读回台账）其中之一。")
    if out is not None:
        write_file(out, make_ledger(cycle))
        console.print(f"审核台账已写到 {out}。", markup=False, soft_wrap=True)
    if read is not None:
        try:
            data = read.read_bytes()
        except OSError as error:
            raise RefusedFile("unreadable", f"读不了文件 {read}：{reason(error)}。") from None
        applied = apply_ledger(cycle, open_ledger(cycle, data, read.name))
        for said in applied.did:
            console.print(f"{said}。", markup=False)
        for said in applied.refused:
            console.print(said, markup=False)
        console.print(f"{applied.sentence}。", markup=False)
        raise typer.Exit(1 if applied.refused else 0)


def county(year: YearArg = None, day: DayOption = None, json: JsonOption = False) -> None:
    """全县对照：和别的单位比，金额单位、雷同文字、离谱的数字、没有报送的单位；只作提示。"""
    rows = [
        {
            "年度": str(cycle.year),
            "单位代码": department.code,
            "单位": department.name,
            "编号": finding.fingerprint,
            "代码": finding.code,
            "名称": finding.title,
            "问题": finding.message,
            "怎么改": finding.remedy,
        }
        for cycle in cycles(year, day)
        for department, findings in county_notes(cycle)
        for finding in findings
    ]
    if json:
        print_json(rows)
    elif rows:
        shown = ("单位", "代码", "名称", "问题")
        print_table("全县对照", [{name: row[name] for name in shown} for row in rows])
    else:
        console.print("各单位之间没有发现异常。")
