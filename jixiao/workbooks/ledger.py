"""审核台账.xlsx: every department with its findings goes out, the officer's decisions come back.

A department has a row of its own (通过, 退回, 延期) and one row a finding below it (豁免). The
hidden sheet holds a token only this installation knows, so that nobody else's workbook can
decide anything.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from jixiao.spreadsheet.grid import Grid
from jixiao.spreadsheet.guard import inspect
from jixiao.spreadsheet.marker import EXPLANATION
from jixiao.spreadsheet.marker import SHEET as HIDDEN
from jixiao.spreadsheet.sheets import read_xlsx
from jixiao.spreadsheet.text import key

KIND = "ledger"
SHEET = "审核台账"
ACCEPT, RETURN, WAIVE, EXTEND = "通过", "退回", "豁免", "延期"
ON_DEPARTMENT = (ACCEPT, RETURN, EXTEND)
ON_FINDING = (WAIVE,)

#: Attribute of a row, its header and its width. The last four are the officer's to fill in.
_COLUMNS = (
    ("unit", "单位代码", 21),
    ("name", "单位名称", 24),
    ("state", "状态", 18),
    ("total", "得分", 8),
    ("receipt", "回执号", 28),
    ("finding", "问题编号", 19),
    ("code", "规则", 7),
    ("severity", "级别", 7),
    ("message", "问题", 48),
    ("place", "位置", 24),
    ("explanation", EXPLANATION, 28),
    ("waived", "已豁免", 24),
    ("decision", "处理", 9),
    ("reason", "理由", 28),
    ("officer", "经办人", 12),
    ("until", "延期至", 13),
)
_HEAD = 2  # row (from 0) of the headers
_LOOK = 10  # rows in which the headers are looked for
_FILL_IN = ("decision", "reason", "officer", "until")
_HOW = (
    "在“处理”一列选择：单位的一行可选通过、退回、延期，问题的一行可选豁免；并填写理由和经办人。"
    "延期须填“延期至”，豁免填了“延期至”的到那天为止。填好后放进收件箱，或用 jixiao ledger 读回。"
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of the ledger, every value as text; ``finding`` is empty on a department's own row.

    ``row`` is the row number the officer sees, 0 before it is written.
    """

    unit: str
    name: str
    state: str = ""
    total: str = ""
    receipt: str = ""
    finding: str = ""
    code: str = ""
    severity: str = ""
    message: str = ""
    place: str = ""
    explanation: str = ""
    waived: str = ""
    decision: str = ""
    reason: str = ""
    officer: str = ""
    until: str = ""
    row: int = 0


@dataclass(frozen=True)
class Ledger:
    """A ledger that came back."""

    year: int
    token: str
    rows: tuple[LedgerRow, ...]


def write_ledger(rows: Sequence[LedgerRow], *, year: int, bureau: str, token: str) -> bytes:
    """The workbook (``.xlsx``)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(SHEET)
    head = book.add_format(
        {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#E4ECF4"}
    )
    styles = {
        name: book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", **more})
        for name, more in (
            ("unit", {"bold": True, "bg_color": "#F2F2F2"}),
            ("finding", {}),
            ("fill", {"bg_color": "#FFF9E3"}),
            ("date", {"bg_color": "#FFF9E3", "num_format": "yyyy-mm-dd"}),
        )
    }
    title = book.add_format({"bold": True, "font_size": 16})
    sheet.write_string(0, 0, f"{bureau} {year} 年度绩效自评{SHEET}", title)
    sheet.write_string(1, 0, _HOW)
    for column, (_, name, width) in enumerate(_COLUMNS):
        sheet.write_string(_HEAD, column, name, head)
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows, _HEAD + 1):
        for column, (attribute, _, _) in enumerate(_COLUMNS):
            style = "finding" if row.finding else "unit"
            if attribute in _FILL_IN:
                style = "date" if attribute == "until" else "fill"
            sheet.write(number, column, getattr(row, attribute) or None, styles[style])
    _choices(sheet, rows)
    sheet.freeze_panes(_HEAD + 1, 2)
    sheet.autofilter(_HEAD, 0, _HEAD + max(len(rows), 1), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    hidden = book.add_worksheet(HIDDEN)
    for number, pair in enumerate((("kind", KIND), ("year", str(year)), ("token", token))):
        hidden.write_row(number, 0, pair)
    hidden.very_hidden()
    book.close()
    return out.getvalue()


def _choices(sheet: Worksheet, rows: Sequence[LedgerRow]) -> None:
    """The dropdown of every row: what may be decided on a department, and on a finding."""
    column = next(n for n, (attribute, _, _) in enumerate(_COLUMNS) if attribute == "decision")
    for finding, choices in ((False, ON_DEPARTMENT), (True, ON_FINDING)):
        runs = list(
            _runs(n for n, row in enumerate(rows, _HEAD + 1) if bool(row.finding) is finding)
        )
        if runs:
            first, last = runs[0]
            sheet.data_validation(
                first,
                column,
                last,
                column,
                {
                    "validate": "list",
                    "source": list(choices),
                    "error_title": "处理",
                    "error_message": f"这一行只能选{'、'.join(choices)}。",
                    "other_cells": [[a, column, b, column] for a, b in runs],
                },
            )


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow each other as first and last."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def read_ledger(data: bytes, name: str) -> Ledger | None:
    """The ledger in a workbook, past the same guard as every file; ``None`` for anything else.

    Raises:
        RefusedFile: the guard does not let it in.
    """
    inspected = inspect(data, name)
    if inspected.kind != "xlsx" or inspected.package is None:
        return None
    sheets = read_xlsx(inspected.package)
    hidden = next((s.grid for s in sheets if s.name == HIDDEN), None)
    grid = next((s.grid for s in sheets if s.name == SHEET), None)
    if hidden is None or grid is None:
        return None
    told = {hidden.text((row, 0)): hidden.text((row, 1)) for row in range(hidden.height)}
    if told.get("kind") != KIND or not told.get("year", "").isdecimal():
        return None
    return Ledger(int(told["year"]), told.get("token", ""), tuple(_rows(grid)))


def _rows(grid: Grid) -> Iterator[LedgerRow]:
    """The rows below the headers, wherever columns were moved to."""
    titles = {key(title): attribute for attribute, title, _ in _COLUMNS}
    for head in range(min(grid.height, _LOOK)):
        columns = {titles[key(t)]: c for c, t in grid.starts(head) if key(t) in titles}
        if {"unit", "decision"} <= columns.keys():
            break
    else:
        return
    for row in range(head + 1, grid.height):
        texts = {name: grid.text((row, column)).strip() for name, column in columns.items()}
        if any(texts.values()):
            yield LedgerRow(**{"unit": "", "name": "", **texts}, row=row + 1)
