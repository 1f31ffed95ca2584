"""Pages written by the plain writer, after the palette, and taken apart again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from xlsxwriter.worksheet import Worksheet

from jixiao.workbooks.canvas import Book, Canvas
from jixiao.workbooks.form_sheet import Written
from jixiao.workbooks.template.page import Page
from jixiao.workbooks.template.palette import SHEET, Palette, paint, read_palette
from jixiao.workbooks.template.unfit import UnfitError

_EPOCH = datetime(1980, 1, 1)
#: A page, the texts to write it with, and which of them are left out of the heights.
Job = tuple[Page, Sequence[str], Callable[[str], bool]]
_COMMON = {
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/theme/theme1.xml",
    "docProps/core.xml",
    "docProps/app.xml",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A text with stand-ins whose length decides the height of these rows (from 0)."""

    first: int
    last: int
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class RowHeight:
    """What is known of a row's height without the live texts."""

    lines: float
    grows: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """A page as the plain writer wrote it.

    Attributes:
        xml: the sheet, its strings in the cells.
        relations: the sheet's relations, ``""`` where it has none.
        state: the sheet's state in the workbook (``veryHidden``), ``""`` for an open one.
        area, titles: what is printed and repeated (``$A$1:$C$32``), ``""`` for nothing.
        written: what the page's writer answered.
        measured, heights: texts that were left out of the heights, and the rest of them.
    """

    xml: str
    relations: str
    state: str
    area: str
    titles: str
    written: Written | None
    measured: tuple[Measured, ...]
    heights: dict[int, RowHeight]


class _Canvas(Canvas):
    """Leaves out of the heights whatever text ``live`` knows, and notes it."""

    def __init__(self, book: Book, sheet: Worksheet, live: Callable[[str], bool]) -> None:
        super().__init__(book, sheet)
        self.live = live
        self.measured: list[Measured] = []
        self.heights: dict[int, RowHeight] = {}

    def _measure(self, row: int, last_row: int, column: int, last_column: int, text: str) -> None:
        if not self.live(text):
            super()._measure(row, last_row, column, last_column, text)
            return
        width = sum(self.widths[column : last_column + 1]) or 8.43
        self.measured.append(Measured(row, last_row, width, text))

    def finish(
        self, *, landscape: bool, rows: int, columns: int, head: int, protect: bool = True
    ) -> None:
        self.heights = {
            row: RowHeight(self._lines.get(row, 1), row in self._growing) for row in range(rows)
        }
        super().finish(landscape=landscape, rows=rows, columns=columns, head=head, protect=protect)


class _Book(Book):
    """Gives every sheet a name of its own, so that one page can be written several times."""

    def __init__(self) -> None:
        super().__init__(_EPOCH, "")
        self.live: Callable[[str], bool] = _nothing
        self.canvases: list[_Canvas] = []

    def sheet(self, name: str) -> Canvas:
        sheet = self.book.add_worksheet(f"{SHEET}{len(self.canvases)}")
        self.canvases.append(_Canvas(self, sheet, self.live))
        return self.canvases[-1]


def _nothing(text: str) -> bool:
    return False


def write_pages(jobs: Sequence[Job]) -> list[Probe]:
    """Pages, each as a sheet of its own.

    Raises:
        UnfitError: a page is more than one sheet, or has a part or a style we do not know.
    """
    book = _Book()
    paint(book)
    answers = []
    for page, texts, book.live in jobs:
        answers.append(page.write(book, texts))
    parts = _parts(book.close())
    if len(book.canvases) != len(jobs):
        raise UnfitError
    if parts["xl/styles.xml"] != blank_book()[1]["xl/styles.xml"]:
        raise UnfitError
    strings = re.findall(r"<si>(.*?)</si>", parts.get("xl/sharedStrings.xml", ""), re.DOTALL)
    probes = []
    main = parts["xl/workbook.xml"]
    for number, (canvas, written) in enumerate(zip(book.canvases, answers, strict=True), 2):
        probes.append(_probe(parts, main, number, strings, canvas, written))
    if set(parts) - _COMMON:  # of a kind no sheet of ours has
        raise UnfitError
    return probes


def _probe(
    parts: dict[str, str],
    main: str,
    number: int,
    strings: list[str],
    canvas: _Canvas,
    written: Written | None,
) -> Probe:
    """What was written as the sheet of this number; its parts are taken out."""
    state = re.search(rf'<sheet [^>]*sheetId="{number}"(?: state="(\w+)")?', main)
    pattern = rf'<definedName name="(\S+)" localSheetId="{number - 1}">[^<]*!([^<!]*)<'
    names = re.findall(pattern, main)
    known = dict(names)
    area, titles = known.pop("_xlnm.Print_Area", ""), known.pop("_xlnm.Print_Titles", "")
    if state is None or known or len(names) != main.count(f' localSheetId="{number - 1}"'):
        raise UnfitError
    return Probe(
        xml=_with_strings(parts.pop(f"xl/worksheets/sheet{number}.xml"), strings),
        relations=parts.pop(f"xl/worksheets/_rels/sheet{number}.xml.rels", ""),
        state=state[1] or "",
        area=area,
        titles=titles,
        written=written,
        measured=tuple(canvas.measured),
        heights=canvas.heights,
    )


@lru_cache(maxsize=8)
def blank_book(created: datetime = _EPOCH, title: str = "") -> tuple[Palette, dict[str, str]]:
    """The palette, and the parts of a workbook that has nothing else."""
    book = Book(created, title)
    paint(book)
    parts = _parts(book.close())
    return read_palette(parts["xl/worksheets/sheet1.xml"]), parts


def _parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def _with_strings(xml: str, strings: list[str]) -> str:
    """The sheet with its strings in the cells instead of the shared table."""
    return re.sub(
        r' t="s"><v>(\d+)</v>',
        lambda m: f' t="inlineStr"><is>{strings[int(m[1])]}</is>',
        xml,
    )
