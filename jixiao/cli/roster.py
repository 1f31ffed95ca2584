"""The roster out as a workbook and back in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jixiao.cli.output import console
from jixiao.errors import JixiaoError, reason
from jixiao.installation.delivery import write_file
from jixiao.installation.settings import load_settings
from jixiao.policy.roster import export_roster, import_roster, with_roster, write_roster
from jixiao.year import year_pack

FileArg = Annotated[Path, typer.Argument(help="名册工作簿（.xlsx）。")]
YearArg = Annotated[int, typer.Argument(help="年度。")]


def register(app: typer.Typer) -> None:
    roster = typer.Typer(help="单位名册：导出、导入（含联系电话）。", no_args_is_help=True)
    roster.command("export")(export_command)
    roster.command("import")(import_command)
    app.add_typer(roster, name="roster")


def export_command(file: FileArg, year: YearArg) -> None:
    """把名册写成工作簿，改好后可以再导入。"""
    roster = with_roster(year_pack(year), load_settings().var).roster
    write_file(file, export_roster(roster))
    console.print(f"已写出 {len(roster.departments)} 个单位到 {file}。", soft_wrap=True)


def import_command(file: FileArg, year: YearArg) -> None:
    """从工作簿读入名册；从此代替政策包里的名册，联系电话只留在工作文件夹里。"""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise JixiaoError(f"读不了文件 {file}：{reason(error)}。") from None
    roster = import_roster(data, file.name, year_pack(year).channels)
    path = write_roster(load_settings().var, year, roster)
    console.print(f"已导入 {len(roster.departments)} 个单位，存于 {path}。", soft_wrap=True)
