"""The hidden sheet that says whose workbook it is."""

from __future__ import annotations

from collections.abc import Sequence

from jixiao.spreadsheet.marker import SHEET
from jixiao.workbooks.canvas import Book, as_written


def write_rows(book: Book, rows: Sequence[tuple[str, ...]]) -> None:
    """Writes the marker's rows, all as text, onto a sheet no office programme lists."""
    sheet = book.sheet(SHEET).sheet
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            sheet.write_string(row, column, as_written(value))
    sheet.protect()
    sheet.very_hidden()
