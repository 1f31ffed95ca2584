"""The roster as a workbook: whom to tell, on which number, kept outside of version control.

Two sheets: 单位 (one row a department) and 项目 (one row a project). What is imported is written
to ``<var>/roster/<year>.json`` and from then on counts instead of the pack's departments.yaml.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter
from pydantic import ValidationError

from jixiao.errors import JixiaoError, PackError
from jixiao.installation.contents import ROSTER
from jixiao.installation.delivery import write_file
from jixiao.policy import Department, Pack
from jixiao.policy.model import Channels, Roster
from jixiao.spreadsheet.guard import inspect
from jixiao.spreadsheet.sheets import Sheet, read_xlsx
from jixiao.spreadsheet.text import key

_UNITS = "单位"
_PROJECTS = "项目"
#: Header → field of :class:`Department`, in the order of the columns.
UNIT_COLUMNS = {
    "单位代码": "code",
    "单位名称": "name",
    "简称": "aliases",
    "主管部门代码": "competent",
    "联系人": "contact",
    "电话": "phone",
    "通知渠道": "channels",
}
PROJECT_COLUMNS = {
    "单位代码": "unit",
    "项目名称": "name",
    "所属总项目": "parent",
    "主管部门": "supervisor",
    "实施单位": "implementer",
    "别名": "aliases",
}
_REQUIRED = {_UNITS: ("单位代码", "单位名称"), _PROJECTS: ("单位代码", "项目名称")}
_LISTS = {"aliases", "channels"}
_BETWEEN = "、"


@dataclass(frozen=True, slots=True)
class _Row:
    sheet: str
    number: int  # as the person sees it, from 1
    values: dict[str, str]

    def wrong(self, what: str) -> str:
        return f"“{self.sheet}”第 {self.number} 行：{what}"


def roster_file(var: Path, year: int) -> Path:
    """Where an imported roster is kept."""
    return var / ROSTER.name / f"{year}.json"


def export_roster(roster: Roster) -> bytes:
    """The roster as an ``.xlsx`` that :func:`import_roster` reads."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E4ECF4", "border": 1})
    text = book.add_format({"num_format": "@", "border": 1})  # a phone number is no number
    units = [_unit_row(d) for d in roster.departments]
    projects = [_project_row(d, i) for d in roster.departments for i in range(len(d.projects))]
    for name, columns, rows in (
        (_UNITS, UNIT_COLUMNS, units),
        (_PROJECTS, PROJECT_COLUMNS, projects),
    ):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(columns) - 1, 24, text)
        sheet.write_row(0, 0, list(columns), head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, text)
        sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _unit_row(department: Department) -> list[str]:
    return [_shown(getattr(department, field)) for field in UNIT_COLUMNS.values()]


def _project_row(department: Department, index: int) -> list[str]:
    project = department.projects[index]
    return [
        department.code if field == "unit" else _shown(getattr(project, field))
        for field in PROJECT_COLUMNS.values()
    ]


def _shown(value: object) -> str:
    return _BETWEEN.join(value) if isinstance(value, tuple) else str(value or "")


def import_roster(data: bytes, name: str, channels: Channels) -> Roster:
    """The roster in a workbook.

    Args:
        channels: the year's channels, which departments are reached by.

    Raises:
        RefusedFile: the file is no workbook to open.
        JixiaoError: everything that is wrong with its rows, a line each with the row's number.
    """
    inspected = inspect(data, name)
    if inspected.kind != "xlsx" or inspected.package is None:
        raise JixiaoError(f"“{name}”不是 .xlsx 工作簿。请用 jixiao roster export 导出后修改。")
    sheets = {key(s.name): s for s in read_xlsx(inspected.package)}
    problems: list[str] = []
    units = list(_rows(sheets, _UNITS, UNIT_COLUMNS, problems))
    projects = list(_rows(sheets, _PROJECTS, PROJECT_COLUMNS, problems))
    problems += _mistakes(units, projects, channels)
    roster = _roster(units, projects, problems)
    if problems or roster is None:
        raise JixiaoError("\n".join(problems))
    return roster


def _rows(
    sheets: Mapping[str, Sheet], name: str, columns: dict[str, str], problems: list[str]
) -> Iterator[_Row]:
    """The filled rows of a sheet by its headers, wherever these stand."""
    sheet = sheets.get(name)
    if sheet is None:
        problems.append(f"缺少“{name}”表。请用 jixiao roster export 导出后修改。")
        return
    grid = sheet.grid
    wanted = {key(title): field for title, field in columns.items()}
    head: dict[str, int] = {}
    for row in range(grid.height):
        texts = dict(grid.starts(row))
        if not head:
            found = {wanted[key(t)]: c for c, t in texts.items() if key(t) in wanted}
            if all(columns[title] in found for title in _REQUIRED[name]):
                head = found
            continue
        values = {field: texts.get(column, "").strip() for field, column in head.items()}
        if any(values.values()):
            yield _Row(name, row + 1, values)
    if not head:
        problems.append(f"“{name}”表里没有表头：{_BETWEEN.join(_REQUIRED[name])}。")


def _mistakes(units: list[_Row], projects: list[_Row], channels: Channels) -> Iterator[str]:
    """What is wrong with single rows, and between them."""
    for row in (*units, *projects):
        columns = UNIT_COLUMNS if row.sheet == _UNITS else PROJECT_COLUMNS
        for title in _REQUIRED[row.sheet]:
            if not row.values.get(columns[title]):
                yield row.wrong(f"没有填{title}。")
    first: dict[str, int] = {}
    for row in units:
        code = row.values["code"]
        if code in first:
            yield row.wrong(f"单位代码 {code} 与第 {first[code]} 行重复。")
        first.setdefault(code, row.number)
        for channel in _split(row.values.get("channels", "")):
            if channel not in channels.channels:
                yield row.wrong(f"没有名为“{channel}”的通知渠道，见 channels.yaml。")
    for row in units:
        competent = row.values.get("competent", "")
        if competent and competent not in first:
            yield row.wrong(f"主管部门代码 {competent} 不在名册里。")
    for row in projects:
        if row.values["unit"] and row.values["unit"] not in first:
            yield row.wrong(f"单位代码 {row.values['unit']} 不在“{_UNITS}”表里。")


def _roster(units: list[_Row], projects: list[_Row], problems: list[str]) -> Roster | None:
    departments: list[Department] = []
    for row in units:
        own = [p for p in projects if p.values["unit"] == row.values["code"]]
        given = {**_fields(row), "projects": [_fields(p, without="unit") for p in own]}
        try:
            department = Department(**given)
            Roster(departments=(department,))
        except ValidationError as error:
            problems += [row.wrong(_said(e)) for e in error.errors()]
        else:
            departments.append(department)
    return None if problems else Roster(departments=tuple(departments))


def _said(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ") + "。"


def _fields(row: _Row, without: str = "") -> dict[str, Any]:
    """The row's values as the model takes them; blank ones are left to its defaults."""
    return {
        field: _split(value) if field in _LISTS else value
        for field, value in row.values.items()
        if value and field != without
    }


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace(",", _BETWEEN).split(_BETWEEN) if part.strip()]


def write_roster(var: Path, year: int, roster: Roster) -> Path:
    """Keep an imported roster; from now on it counts for the year."""
    path = roster_file(var, year)
    write_file(path, roster.model_dump_json(exclude_defaults=True, indent=1).encode())
    path.chmod(0o600)  # it holds telephone numbers
    return path


def with_roster(pack: Pack, var: Path) -> Pack:
    """The pack with the imported roster in place of its own, where there is one.

    Raises:
        PackError: the imported roster cannot be read, or names a channel that is gone.
    """
    path = roster_file(var, pack.year)
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return pack
    return _with(pack, path, stamp)


@lru_cache(maxsize=8)
def _with(pack: Pack, path: Path, stamp: int) -> Pack:
    """Put together once a process; a roster imported anew has another stamp."""
    # JSON, as every process reads it: 10,000 departments take 0.2 s, as YAML they took 12.
    try:
        roster = Roster.model_validate_json(path.read_bytes())
    except ValidationError:
        raise PackError(
            f"{path}：已经损坏，读不了。请用 jixiao roster import 重新导入名册。"
        ) from None
    for department in roster.departments:
        for channel in department.channels:
            if channel not in pack.channels.channels:
                raise PackError(
                    f"{path}：{department.name}的通知渠道“{channel}”没有在 channels.yaml 里定义。"
                    "请改正后重新导入名册。"
                )
    return replace(pack, roster=roster)
