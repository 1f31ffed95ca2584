"""A document as Word and PDF lay it out: a title, then sheets of headings, text, tables, charts.

Page and file show the same content; a file cannot fold anything away, so the workings of computed
figures, which a page hides under the figure, stand in a table after the table they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import lru_cache
from math import sqrt
from typing import Any, NamedTuple

from jixiao.reports.html import xml_text
from jixiao.reports.model import Chart, Grid, GridCell, GridColumn, GridRow, TextLine


class Heading(NamedTuple):
    """A heading; ``level`` 1 is a chapter."""

    level: int
    text: str


class Note(NamedTuple):
    """A remark in small type."""

    text: str


class Table(NamedTuple):
    """A table with the shares of its columns in the width of the text, together 1000."""

    grid: Grid
    widths: tuple[int, ...]


Block = Heading | TextLine | Note | Table | Chart


@dataclass(frozen=True, slots=True)
class Sheet:
    """What begins on a new page and is printed one way round."""

    blocks: tuple[Block, ...]
    landscape: bool = False


class Result(NamedTuple):
    """A figure shown large under the title: ``重算得分`` / ``96.5`` / ``按评分规则计算``."""

    label: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        titles: the title's lines.
        facts: what and value, under the title.
        closing: lines after everything else (address, content hash).
        day: the day the document says it is from; the file's dates are this day's.
        address: where the document can be looked up, printed as QR code; ``""`` for none.
        mark: printed across every page (草稿), ``""`` for none.
    """

    titles: tuple[str, ...]
    kicker: str
    author: str
    facts: tuple[tuple[str, str], ...]
    results: tuple[Result, ...]
    lead: str
    sheets: tuple[Sheet, ...]
    closing: tuple[str, ...]
    day: date
    address: str = ""
    mark: str = ""

    @property
    def title(self) -> str:
        return "".join(self.titles)


def cleaned(document: Document) -> Document:
    """The same without control characters, which have no shape and no place in XML or PDF."""
    result: Document = _clean(document)
    return result


def _clean(thing: Any) -> Any:
    if isinstance(thing, str):
        return xml_text(thing)
    if isinstance(thing, tuple):
        parts = [_clean(part) for part in thing]
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: _clean(getattr(thing, f.name)) for f in fields(thing)})
    return thing


def table(grid: Grid) -> Table:
    return Table(grid, tuple(_widths(grid)))


def text_table(
    caption: str, unit: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> Table:
    """A table of plain texts. A head that ends in ``#`` is a column of figures."""
    columns = tuple(
        GridColumn(name.removesuffix("#"), "number" if name.endswith("#") else "text")
        for name in head
    )
    lines = tuple(
        GridRow(
            tuple(GridCell(text, column.kind) for text, column in zip(row, columns, strict=True))
        )
        for row in rows
    )
    return table(Grid(caption, unit, columns, lines, "plain"))


def workings(grids: Sequence[Grid]) -> Table | None:
    """How each computed figure of a form's tables came about, a row each."""
    lines = [
        (
            _name(row),
            cell.text,
            w.sentence,
            "\n".join(p for p in (w.rule, w.source) if p),
            w.places.replace("\n", "；"),
        )
        for grid in grids
        for row in grid.rows
        for cell in row.cells
        if (w := cell.working) is not None
    ]
    if not lines:
        return None
    head = ("行", "重算#", "计算过程", "规则和依据", "取数")
    return text_table("重算得分的由来", "", head, lines)


def _name(row: GridRow) -> str:
    return next((cell.text for cell in row.cells if cell.header == "row"), "")


_WIDEST = 20.0  # Chinese characters: what is longer is broken into lines
_NARROWEST = 2.2
_MARGIN = 0.9  # left and right of a cell's text


def _widths(grid: Grid) -> list[int]:
    """Shares by how much stands in each column: the mean and the longest text both count."""
    count = len(grid.columns) or max(
        (sum(cell.colspan for cell in row.cells) for row in grid.rows), default=1
    )
    sizes: list[list[float]] = [[] for _ in range(count)]
    firm = [_NARROWEST] * count  # what should stand on one line
    for column, title in enumerate(grid.columns):
        firm[column] = max(_NARROWEST, min(_size(title.title), 4.0))
    for line in placed_rows(grid):
        for column, cell, first in line:
            if first and cell.colspan == 1:
                longest, least = _needs(cell)
                sizes[column].append(longest)
                if least > firm[column]:
                    firm[column] = least
    shares = [_share(found, least) for found, least in zip(sizes, firm, strict=True)]
    whole = sum(shares)
    rounded = [round(1000 * share / whole) for share in shares]
    rounded[-1] += 1000 - sum(rounded)
    return rounded


def _needs(cell: GridCell) -> tuple[float, float]:
    """The longest line of a cell, and how much of it should not be broken."""
    text, kind, header, _, _, _, _, items, _ = cell
    several = items or "\n" in text
    longest = max(map(_size, (*text.split("\n"), *items))) if several else _size(text)
    if kind == "number" or kind == "computed":
        return longest, min(longest, 8.0)
    if header == "rowgroup":
        return min(longest, 5.0), min(longest, 4.5)
    return longest, min(longest, 13.0) if several else 0.0


#: A cell with its first column; ``False`` where it was placed in a row above and reaches down here.
Placed = tuple[int, GridCell, bool]


def placed_rows(grid: Grid) -> Iterator[list[Placed]]:
    """Every row's cells with their columns; spanned cells are left out of a grid's rows."""
    above: dict[int, tuple[GridCell, int]] = {}  # column → cell, rows it still covers
    for row in grid.rows:
        if not above and not [1 for c in row.cells if c.rowspan != 1 or c.colspan != 1]:
            yield [(column, cell, True) for column, cell in enumerate(row.cells)]
            continue
        line: list[Placed] = []
        cells = iter(row.cells)
        column = 0
        while True:
            if column in above:
                cell, left = above.pop(column)
                line.append((column, cell, False))
            elif (following := next(cells, None)) is not None:
                cell, left = following, following.rowspan
                line.append((column, cell, True))
            else:
                break
            if left > 1:
                above[column] = (cell, left - 1)
            column += cell.colspan
        yield line


def _share(found: list[float], least: float) -> float:
    filled = [size for size in found if size]
    if not filled:
        return least + _MARGIN
    mean = sum(filled) / len(filled)
    return max(least, min(sqrt(mean * max(filled)), _WIDEST)) + _MARGIN


@lru_cache(maxsize=8192)
def _size(text: str) -> float:
    """Width in Chinese characters: GB 18030 gives half-width characters one byte, others two."""
    return len(text.encode("gb18030", "replace")) / 2
