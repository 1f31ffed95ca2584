"""A workbook's sheets as grids.

``.xlsx`` is read in one pass over the parts the guard has already unpacked: it yields the
values together with what a value-only reader cannot tell (number formats, error cells,
formulas without a stored result, merges).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import cast

from lxml import etree

from jixiao.errors import RefusedFile
from jixiao.spreadsheet.grid import Grid, Pos, from_a1
from jixiao.spreadsheet.guard import (
    MAX_COLUMN,
    MAX_ROW,
    bounded,
    check_sheet,
    far_cell,
    giant_merge,
)
from jixiao.spreadsheet.numfmt import BUILT_IN, GENERAL, clean, display
from jixiao.spreadsheet.package import Package, main_part, parse_xml, relations
from jixiao.spreadsheet.text import legal

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_NS = {"m": _MAIN}
_M = f"{{{_MAIN}}}"
_RID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RID_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELLS = cast(
    "Callable[[etree._Element], list[etree._Element]]",
    etree.XPath("m:sheetData/m:row/m:c[m:v or m:is or m:f]", namespaces=_NS),
)
_MERGES = cast(
    "Callable[[etree._Element], list[str]]",
    etree.XPath("m:mergeCells/m:mergeCell/@ref", namespaces=_NS),
)
_VALUE, _FORMULA, _INLINE, _TEXT, _RUN = f"{_M}v", f"{_M}f", f"{_M}is", f"{_M}t", f"{_M}r"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Sheet:
    """A sheet: its grid, and ``visible``, ``hidden`` or ``veryHidden``."""

    name: str
    state: str
    grid: Grid


def no_result(address: str) -> str:
    """The problem of a formula whose result was not stored."""
    return f"公式没有计算结果（{address}），请用 Excel 或 WPS 打开、保存后重新报送"


def read_xlsx(package: Package, only: str | None = None) -> list[Sheet]:
    """The sheets of a guarded package (the one of this name), in the order of their tabs.

    Raises:
        RefusedFile: a part is missing, damaged or out of bounds.
    """
    main = main_part(package, "xl/", "xl/workbook.xml")
    if main not in package.names:
        raise _malformed()
    try:
        return _sheets(package, main, only)
    except ValueError:  # a reference, style or row number that is none
        raise _malformed() from None


def _malformed() -> RefusedFile:
    return RefusedFile(
        "truncated", "工作簿的内部结构有误，读不了。请用 Excel 或 WPS 重新保存后再报送。"
    )


def _sheets(package: Package, main: str, only: str | None) -> list[Sheet]:
    related = relations(package, main)
    by_kind = {kind: part for kind, part in related.values() if part in package.names}
    book = _tree(package, main)
    strings = _strings(package, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
    formats = _formats(package.read(by_kind["styles"])) if "styles" in by_kind else []
    properties = book.find(f"{_M}workbookPr")
    date1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    reader = _Reader(strings, formats, date1904)
    sheets = []
    for element in book.iterfind(f"{_M}sheets/{_M}sheet"):
        kind, part = related.get(element.get(_RID) or element.get(_RID_STRICT) or "", ("", ""))
        if kind != "worksheet" or part not in package.names:
            continue
        name = element.get("name", "")
        if only not in (None, name):
            continue
        grid = reader.read(package, part, name)
        sheets.append(Sheet(name, element.get("state", "visible"), grid))
    return sheets


def _transitional(data: bytes) -> bytes:
    """Strict parts under the names of the usual ones."""
    return data.replace(_STRICT, _MAIN.encode()) if _STRICT in data[:2000] else data


def _tree(package: Package, part: str) -> etree._Element:
    return parse_xml(_transitional(package.read(part)), part)


def _unescape(text: str) -> str:
    """``_x000D_`` and the like back to the characters they stand for."""
    if "_x" in text:
        text = legal(_ESCAPE.sub(lambda m: chr(int(m[1], 16)), text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _rich(element: etree._Element) -> str:
    """The text of a string item, without its phonetic hints."""
    if len(element) == 1 and element[0].tag == _TEXT:
        return _unescape(element[0].text or "")
    parts = []
    for child in element:
        if child.tag == _TEXT:
            parts.append(child.text or "")
        elif child.tag == _RUN:
            parts.append(child.findtext(_TEXT) or "")
    return _unescape("".join(parts))


def _strings(package: Package, part: str) -> list[str]:
    return [_rich(item) for item in _tree(package, part).iterfind(f"{_M}si")]


@lru_cache(maxsize=16)
def _formats(data: bytes) -> list[str]:
    """Number format code by cell style index; workbooks of one batch share their styles."""
    root = parse_xml(_transitional(data), "xl/styles.xml")
    own = {
        f.get("numFmtId", ""): f.get("formatCode", GENERAL)
        for f in root.iterfind(f"{_M}numFmts/{_M}numFmt")
    }
    codes = []
    for style in root.iterfind(f"{_M}cellXfs/{_M}xf"):
        number = style.get("numFmtId", "0")
        codes.append(own.get(number) or BUILT_IN.get(int(number), GENERAL))
    return codes


class _Reader:
    """Reads the sheets of one workbook."""

    def __init__(self, strings: list[str], formats: list[str], date1904: bool) -> None:
        self.strings, self.formats, self.date1904 = strings, formats, date1904

    def read(self, package: Package, part: str, name: str) -> Grid:
        """The sheet in a part."""
        check_sheet(package, part, name)
        root = _tree(package, part)
        areas = bounded(map(str, _MERGES(root)))
        if areas is None:
            raise giant_merge(name)
        grid = Grid(name, merges=areas)
        cells = _CELLS(root)
        if any(cell.get("r") is None for cell in cells):
            _number_cells(root)
        for cell in cells:
            pos = from_a1(cell.get("r", ""))
            if not (0 <= pos[0] < MAX_ROW and 0 <= pos[1] < MAX_COLUMN):
                raise far_cell(name)
            value: str | None = None
            formula = False
            inline = ""
            for child in cell:
                if child.tag == _VALUE:
                    value = child.text
                elif child.tag == _FORMULA:
                    formula = True
                elif child.tag == _INLINE:
                    inline = _rich(child)
            self.put(grid, pos, cell.get("t", "n"), cell.get("s", "0"), value, formula, inline)
        return grid

    def put(
        self,
        grid: Grid,
        pos: Pos,
        kind: str,
        style: str,
        value: str | None,
        formula: bool,
        inline: str,
    ) -> None:
        """One cell as its part tells it: type, style, value, whether it is a formula."""
        if kind == "s":
            index = int(value) if value and value.isdecimal() else -1
            text = self.strings[index] if 0 <= index < len(self.strings) else ""
        elif kind == "inlineStr":
            text = inline
        elif kind == "e" and value is not None:
            text = value.strip()
            grid.problems[pos] = f"错误值 {text}，请改正公式或直接填写数值"
        elif kind in {"str", "d"}:
            text = _unescape(value or "")
        elif value is None:
            if formula:
                grid.pending[pos] = self.format(style)
            return
        elif kind == "b":
            text = "TRUE" if value == "1" else "FALSE"
        else:
            text = _shown(value, self.format(style), self.date1904)
        if text:
            grid.texts[pos] = text

    def format(self, style: str) -> str:
        """The number format of a style, by its number as the part writes it."""
        number = int(style)
        return self.formats[number] if 0 <= number < len(self.formats) else GENERAL


@lru_cache(maxsize=8192)
def _shown(value: str, code: str, date1904: bool) -> str:
    """A stored number as it is seen; what is no number is left as it stands."""
    try:
        number: Decimal = clean(value)
    except ValueError:
        return value.strip()
    return display(number, code, date1904=date1904) if number.is_finite() else value.strip()


def _number_cells(root: etree._Element) -> None:
    """Writes the references that a workbook may leave out: each cell follows the last."""
    row_number = 0
    for row in root.iterfind(f"{_M}sheetData/{_M}row"):
        row_number = int(row.get("r", row_number + 1))
        column = -1
        for cell in row.iterfind(f"{_M}c"):
            reference = cell.get("r")
            column = from_a1(reference)[1] if reference else column + 1
            letters, rest = "", column + 1
            while rest:
                rest, digit = divmod(rest - 1, 26)
                letters = chr(65 + digit) + letters
            cell.set("r", f"{letters}{row_number}")
