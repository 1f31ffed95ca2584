"""A sheet being written: styles by name, merges, safe text, row heights, validations.

Text is always written as text: what begins with ``=``, ``+``, ``-`` or ``@`` never becomes a
formula, whoever typed it.
"""

from __future__ import annotations

import io
import math
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jixiao.spreadsheet.grid import a1
from jixiao.workbooks.typed import GENERAL, Typed

SONG = "宋体"
HEI = "黑体"
INPUT_FILL = "#FFF9E3"
HEAD_FILL = "#E4ECF4"
FIXED_FILL = "#F4F4F4"
LINE_HEIGHT = 15.0
ROW_HEIGHT = 21.0
MOST_HEIGHT = 405.0

_BASE = {"font_name": SONG, "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
_BOX = {**_BASE, "border": 1, "border_color": "#8C8C8C"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {**_BASE, "font_name": HEI, "font_size": 16, "align": "center"},
    "note": {**_BASE, "font_color": "#555555", "font_size": 10},
    "note_right": {**_BASE, "font_color": "#555555", "font_size": 10, "align": "right"},
    "head": {**_BOX, "font_name": HEI, "align": "center", "bg_color": HEAD_FILL},
    "label": {**_BOX, "align": "left"},
    "label_center": {**_BOX, "align": "center"},
    "fixed": {**_BOX, "align": "center", "bg_color": FIXED_FILL},
    "fixed_text": {**_BOX, "align": "left", "bg_color": FIXED_FILL},
    "input": {**_BOX, "align": "center", "bg_color": INPUT_FILL, "locked": False},
    "input_text": {**_BOX, "align": "left", "bg_color": INPUT_FILL, "locked": False},
    "blocked": {**_BOX, "align": "center", "font_color": "#8C8C8C", "bg_color": FIXED_FILL},
    "check_head": {**_BASE, "font_name": HEI, "align": "left", "font_color": "#B00020"},
    "check": {**_BASE, "align": "left", "font_color": "#B00020", "font_size": 9},
    "heading": {**_BASE, "font_name": HEI, "font_size": 12, "bg_color": HEAD_FILL},
    "subheading": {**_BASE, "bold": True, "font_size": 11, "bg_color": HEAD_FILL},
    "paragraph": {
        **_BASE,
        "font_size": 11,
        "valign": "top",
        "bg_color": INPUT_FILL,
        "locked": False,
        "bottom": 4,
        "bottom_color": "#C8C8C8",
    },
    "link": {**_BOX, "font_color": "#1F5FA8", "underline": 1},
}


class Book:
    """A workbook in memory, with the same bytes for the same content."""

    def __init__(self, created: datetime, title: str) -> None:
        self._bytes = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._bytes, {"in_memory": True})
        self.book.set_properties({"title": title, "created": created})
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[str, str, bool, int], Format] = {}

    def style(
        self, name: str, number: str = GENERAL, *, quoted: bool = False, indent: int = 0
    ) -> Format:
        """The cell format of a style name with a number format."""
        ticket = (name, number, quoted, indent)
        if ticket not in self._formats:
            properties = dict(STYLES[name])
            if number != GENERAL:
                properties["num_format"] = number
            if quoted:
                properties["quote_prefix"] = True
            if indent:
                properties["indent"] = indent
            self._formats[ticket] = self.book.add_format(properties)
        return self._formats[ticket]

    def sheet(self, name: str) -> Canvas:
        return Canvas(self, self.book.add_worksheet(name))

    def close(self) -> bytes:
        self.book.close()
        return self._bytes.getvalue()


class Canvas:
    """One sheet; rows and columns count from 0, areas include both ends."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet = book, sheet
        self.widths: list[float] = []
        self._lines: dict[int, float] = {}
        self._growing: set[int] = set()
        self._choices: dict[tuple[str, ...], tuple[dict[str, Any], list[str]]] = {}

    def columns(self, widths: list[float]) -> None:
        self.widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def put(
        self,
        row: int,
        column: int,
        value: str | Typed,
        style: str,
        *,
        to: tuple[int, int] | None = None,
        number: str = GENERAL,
        indent: int = 0,
    ) -> None:
        """Writes text or a number, merged up to ``to`` where that is another cell."""
        content = value if isinstance(value, Typed) else Typed(value)
        last_row, last_column = to or (row, column)
        format = self._format(content, style, number, indent)
        self._merge(row, column, last_row, last_column, format)
        if content.number is not None:
            self.sheet.write_number(row, column, content.number, format)
        elif content.text:
            self.sheet.write_string(row, column, as_written(content.text), format)
        else:
            self.sheet.write_blank(row, column, None, format)
        if content.text:
            self._measure(row, last_row, column, last_column, content.text)

    def formula(
        self,
        row: int,
        column: int,
        formula: str,
        value: str | Typed,
        style: str,
        *,
        to: tuple[int, int] | None = None,
        number: str = GENERAL,
    ) -> None:
        """Writes a formula together with the result it has now."""
        content = value if isinstance(value, Typed) else Typed(value)
        format = self._format(content, style, number, 0)
        last_row, last_column = to or (row, column)
        self._merge(row, column, last_row, last_column, format)
        result = content.text if content.number is None else content.number
        self.sheet.write_formula(row, column, formula, format, result)

    def _format(self, content: Typed, style: str, number: str, indent: int) -> Format:
        shown = content.format if content.number is not None else number
        return self.book.style(
            style,
            shown,
            quoted=content.text[:1] in tuple("=+-@") and content.number is None,
            indent=indent,
        )

    def _merge(
        self, row: int, column: int, last_row: int, last_column: int, format: Format
    ) -> None:
        if (row, column) != (last_row, last_column):
            self.sheet.merge_range(row, column, last_row, last_column, "", format)

    def _measure(self, row: int, last_row: int, column: int, last_column: int, text: str) -> None:
        """Notes how high the rows must be so that the text is seen in full."""
        width = sum(self.widths[column : last_column + 1]) or 8.43
        each = lines_needed(text, width) / (last_row - row + 1)
        for r in range(row, last_row + 1):
            self._lines[r] = max(self._lines.get(r, 1), each)

    def grow(self, row: int) -> None:
        """Leaves a row's height to the office programme where nothing in it needs more than a
        line now, so that it grows with what is typed."""
        self._growing.add(row)

    def at_least(self, row: int, lines: float) -> None:
        """A row is at least this many lines high."""
        self._lines[row] = max(self._lines.get(row, 1), lines)

    def allow(self, area: tuple[int, int, int, int], rule: dict[str, Any]) -> None:
        """What may be typed into an area (row, column, row, column); equal rules are joined."""
        ticket = tuple(f"{k}={v}" for k, v in rule.items())
        first, last = a1(area[:2]), a1(area[2:])
        ranges = self._choices.setdefault(ticket, (rule, []))[1]
        ranges.append(first if first == last else f"{first}:{last}")

    def finish(
        self, *, landscape: bool, rows: int, columns: int, head: int, protect: bool = True
    ) -> None:
        """Heights, validations, protection and print set-up.

        Args:
            rows, columns: size of what is printed.
            head: rows that are repeated on every printed page and stay in view.
        """
        sheet = self.sheet
        for row in range(rows):
            lines = self._lines.get(row, 1)
            if lines > 1 or row not in self._growing:
                sheet.set_row(row, row_height(lines))
        for rule, ranges in self._choices.values():
            for some in _chunks(ranges):
                first = some[0].partition(":")[0]
                sheet.data_validation(
                    first,
                    {**rule, "multi_range": " ".join(some)}
                    if len(some) > 1 or ":" in some[0]
                    else dict(rule),
                )
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.set_footer("&C&10第 &P 页，共 &N 页&R&9&A")
        sheet.print_area(0, 0, max(rows - 1, 0), max(columns - 1, 0))
        if head:
            sheet.repeat_rows(0, head - 1)
            sheet.freeze_panes(head, 0)
        sheet.hide_gridlines(2)
        if protect:
            sheet.protect("", {"format_columns": True, "format_rows": True})


def _chunks(ranges: list[str]) -> list[list[str]]:
    """Ranges in groups short enough for one rule."""
    return [ranges[i : i + 60] for i in range(0, len(ranges), 60)]


def as_written(text: str) -> str:
    """A text for XlsxWriter, which takes one that looks like a rich string for ready XML."""
    if text.startswith("<r>") and text.endswith("</r>"):
        plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f'<r><t xml:space="preserve">{plain}</t></r>'
    return text


@lru_cache(maxsize=8192)
def display_width(text: str) -> int:
    """Width in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def lines_needed(text: str, width: float) -> int:
    """Lines a text takes in a column of this width; characters vary, so a little is added."""
    if "\n" not in text:
        return max(1, math.ceil(display_width(text) * 1.08 / width))
    return sum(max(1, math.ceil(display_width(t) * 1.08 / width)) for t in text.split("\n"))


def row_height(lines: float) -> float:
    """Height in points for so many lines."""
    return min(lines * LINE_HEIGHT + 6 if lines > 1 else ROW_HEIGHT, MOST_HEIGHT)
