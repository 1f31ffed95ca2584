"""Old binary workbooks (``.xls``) as grids, every figure as its number format shows it."""

from __future__ import annotations

import io
import struct
from decimal import Decimal

import xlrd
from xlrd.book import Book
from xlrd.sheet import Cell as XlsCell
from xlrd.sheet import Sheet as XlsSheet

from jixiao.errors import RefusedFile
from jixiao.spreadsheet.grid import Grid, a1
from jixiao.spreadsheet.guard import MAX_COLUMN, MAX_ROW, bounded, far_cell, giant_merge
from jixiao.spreadsheet.numfmt import BUILT_IN, GENERAL, clean, display
from jixiao.spreadsheet.sheets import Sheet
from jixiao.spreadsheet.text import legal

_STATES = {0: "visible", 1: "hidden", 2: "veryHidden"}
# What xlrd answers with when a file is damaged or made to break it.
_BROKEN = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)


def read_xls(data: bytes) -> list[Sheet]:
    """The sheets of an old binary workbook.

    Raises:
        RefusedFile: it cannot be read, or is out of bounds.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
        return [_sheet(book, number) for number in range(book.nsheets)]
    except _BROKEN:
        raise RefusedFile(
            "old_excel", "这个旧版 .xls 文件读不了。请用 Excel 或 WPS 另存为 .xlsx 后重新报送。"
        ) from None


def _sheet(book: Book, number: int) -> Sheet:
    source: XlsSheet = book.sheet_by_index(number)
    if source.nrows > MAX_ROW or source.ncols > MAX_COLUMN:
        raise far_cell(source.name)
    grid = Grid(source.name, blanks_as_zero=True)
    for r in range(source.nrows):
        for c, cell in enumerate(source.row(r)):
            _take(book, grid, (r, c), cell)
    merged = source.merged_cells
    areas = bounded(f"{a1((t, left))}:{a1((b - 1, right - 1))}" for t, b, left, right in merged)
    if areas is None:
        raise giant_merge(source.name)
    grid.merges = areas
    state = _STATES.get(source.visibility, "visible")
    book.unload_sheet(number)
    return Sheet(source.name, state, grid)


def _take(book: Book, grid: Grid, pos: tuple[int, int], cell: XlsCell) -> None:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        text = legal(str(cell.value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    elif cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        text = _number(book, cell)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        text = "TRUE" if cell.value else "FALSE"
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(int(cell.value), "#错误")
        grid.problems[pos] = f"错误值 {text}，请改正公式或直接填写数值"
    else:
        return
    if text:
        grid.texts[pos] = text


def _number(book: Book, cell: XlsCell) -> str:
    number: Decimal = clean(cell.value)
    if not number.is_finite():
        return str(cell.value)
    return display(number, _format(book, cell.xf_index), date1904=bool(book.datemode))


def _format(book: Book, style: int | None) -> str:
    """The number format of a cell style; a built-in one by its number, as the file may leave its
    text out or give it in the order of another country."""
    if style is None or style >= len(book.xf_list):
        return GENERAL
    key = book.xf_list[style].format_key
    own = book.format_map.get(key)
    if key in BUILT_IN and (own is None or key < 50):
        return BUILT_IN[key]
    return own.format_str if own is not None else GENERAL
