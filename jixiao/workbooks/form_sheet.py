"""One form on one sheet: title, sections in order, check column, print set-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jixiao.model.forms import Form, IndicatorsSection, NarrativeSection, Section, TableSection
from jixiao.spreadsheet.grid import a1
from jixiao.spreadsheet.marker import CHECK_TITLE
from jixiao.workbooks import indicator_rows, narrative_rows, rubric
from jixiao.workbooks.canvas import Book, Canvas
from jixiao.workbooks.plan import Sheet
from jixiao.workbooks.splits import write_splits
from jixiao.workbooks.tables import (
    Writing,
    sum_checks,
    write_label_values,
    write_table,
)

CHECK_WIDTH = 30.0
_LABEL_WIDTH = 32.0
_VALUE_WIDTH = 13.5
_REGISTER_WIDTHS = {"unit_code": 22.0, "unit_name": 24.0, "url": 40.0, "public": 14.0}


@dataclass(frozen=True, slots=True)
class Written:
    """Where a sheet's check column stands, and what the cover says of it now: ``3 处``."""

    sheet: str
    checks: str
    open: str


def told(complaints: int) -> str:
    """What the cover says of a sheet in which so many rows complain."""
    return f"{complaints} 处" if complaints else "已填全"


def write_form(book: Book, sheet: Sheet, title: Callable[[str], str], year: int) -> Written:
    """Writes the form with the values the plan gives."""
    canvas = book.sheet(sheet.name)
    widths = form_widths(sheet.form)
    canvas.columns([*widths, CHECK_WIDTH])
    w = Writing(canvas, sheet, len(widths), title)
    _head(w, canvas, year)
    row = 2
    pending: list[TableSection] = []
    for section in sheet.form.sections:
        if isinstance(section, TableSection) and section.role == "split":
            pending.append(section)
            continue
        row = _flush(w, pending, row)
        row = _section(w, section, row)
    row = _flush(w, pending, row)
    if sheet.form.note:
        canvas.put(row, 0, sheet.form.note, "note", to=_to(row, w.width))
        row += 1
    complaints = _write_checks(w, canvas)
    canvas.finish(
        landscape=sheet.form.orientation == "landscape", rows=row, columns=w.width, head=w.head
    )
    column = a1((0, w.width)).rstrip("0123456789")
    area = f"'{sheet.name}'!${column}$2:${column}${row + 1}"
    return Written(sheet.name, area, told(complaints))


def _to(row: int, width: int) -> tuple[int, int]:
    return row, width - 1


def _head(w: Writing, canvas: Canvas, year: int) -> None:
    """Title over all columns; year and unit under it; the check column's header beside."""
    sheet = w.sheet
    title = sheet.data.title if sheet.filled and sheet.data.title else w.title(sheet.form.title)
    canvas.put(0, 0, title, "title", to=_to(0, w.width))
    canvas.at_least(0, 2)
    period = f"{sheet.form.id}（{year}年度）"
    if w.width > 2:
        half = w.width // 2
        canvas.put(1, 0, period, "note", to=(1, half - 1))
        unit = f"单位：{sheet.form.unit}" if sheet.form.unit else ""
        canvas.put(1, half, unit, "note_right", to=_to(1, w.width))
    else:
        canvas.put(1, 0, period, "note", to=_to(1, w.width))
    canvas.put(0, w.width, CHECK_TITLE, "check_head")


def _flush(w: Writing, pending: list[TableSection], row: int) -> int:
    if not pending:
        return row
    row = write_splits(w, list(pending), row)
    pending.clear()
    return row


def _section(w: Writing, section: Section, row: int) -> int:
    if isinstance(section, IndicatorsSection):
        return indicator_rows.write_indicators(w, section, row)
    if isinstance(section, NarrativeSection):
        return narrative_rows.write_narrative(w, section, row)
    labels = label_columns(w.sheet.form, section)
    if len(section.columns) == 1 and not section.columns[0].title:
        return write_label_values(w, section, row, max(labels, 1))
    if section.role == "rubric":
        return rubric.write_rubric(w, section, row)
    row = write_table(w, section, row, labels)
    sum_checks(w, section)
    return row


def form_widths(form: Form) -> list[float]:
    """Widths of the form's common columns."""
    if form.indicators is not None:
        return indicator_rows.widths(form.indicators)
    table = form.role("rubric")
    if table is not None:
        return rubric.widths(table)
    if form.narrative is not None:
        return [narrative_rows.WIDTH]
    register = form.role("register")
    if register is not None:
        return [_REGISTER_WIDTHS.get(c.id, 14.0) for c in register.columns]
    most = max((len(t.columns) for t in form.tables()), default=1)
    return [_LABEL_WIDTH, *[_VALUE_WIDTH] * most]


def label_columns(form: Form, table: TableSection) -> int:
    """How many of the common columns hold a section's labels."""
    if table.role == "register":
        return 0
    if form.indicators is not None or table.role == "rubric":
        return 2
    if form.role("rubric") is not None:
        return 2
    return 1


def _write_checks(w: Writing, canvas: Canvas) -> int:
    complaints = 0
    for row in sorted(w.checks.rows):
        found = w.checks.formula(row)
        if found is not None:
            formula, words = found
            canvas.formula(row, w.width, formula, words, "check")
            complaints += bool(words)
    return complaints
