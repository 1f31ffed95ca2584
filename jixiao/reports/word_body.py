"""The body of a Word file: WordprocessingML for headings, text, tables and the places of charts.

A report has thousands of cells, so this is written straight into strings; every text goes through
:func:`word_text` or :func:`attribute` on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup

from jixiao.reports.document import Block, Heading, Note, Table, placed_rows
from jixiao.reports.model import Chart, Grid, GridCell, TextLine


def block_xml(block: Block, width: int, new_page: bool, chart: int) -> str:
    """One block.

    Args:
        width: of the text, twentieths of a point.
        new_page: whether a heading begins a page by itself.
        chart: number of the chart, where the block is one.
    """
    if isinstance(block, Table):
        return _table(block, width)
    if isinstance(block, TextLine):
        return f"<w:p><w:r>{_text(block.text)}</w:r></w:p>"
    if isinstance(block, Heading):
        breaks = "<w:pageBreakBefore/>" if new_page and block.level == 1 else ""
        return _paragraph(f"Heading{min(block.level, 4)}", block.text, breaks)
    if isinstance(block, Note):
        return _paragraph("Note", block.text)
    return _drawing(block, chart)


def word_text(text: str) -> Markup:
    """Text inside a run; a line break stays one."""
    return Markup(_text(text))  # noqa: S704 - escaped there


def attribute(text: str) -> str:
    """Text inside an attribute between double quotes."""
    return escaped(text).replace('"', "&quot;")


def escaped(text: str) -> str:
    """Text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# A reader drops blanks at either end unless it is told to keep them.
_KEPT = '<w:t xml:space="preserve">'


def _text(text: str) -> str:
    safe = escaped(text)
    if "\n" in safe or "\r" in safe:
        safe = f"</w:t><w:br/>{_KEPT}".join(safe.splitlines())
    elif safe.strip() == safe:
        return f"<w:t>{safe}</w:t>"
    return f"{_KEPT}{safe}</w:t>"


def _paragraph(style: str, text: str, more: str = "") -> str:
    run = f"<w:r>{_text(text)}</w:r>" if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{run}</w:p>'


def _table(table: Table, width: int) -> str:
    grid = table.grid
    widths = [width * share // 1000 for share in table.widths]
    widths[-1] += width - sum(widths)
    unit = f"（单位：{grid.unit}）" if grid.unit else ""
    columns = "".join([f'<w:gridCol w:w="{w}"/>' for w in widths])
    head = _head(grid, widths) if grid.columns else ""
    return (
        f"{_paragraph('Caption', grid.caption + unit)}"
        '<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{head}{''.join(_rows(grid, widths))}</w:tbl>"
    )


def _head(grid: Grid, widths: list[int]) -> str:
    cells = [
        f"{_opened(width, 1, '', 'EDEDED', 'CellHead', 0)}<w:r>{_text(column.title)}</w:r></w:p></w:tc>"
        for column, width in zip(grid.columns, widths, strict=True)
    ]
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _rows(grid: Grid, widths: list[int]) -> Iterator[str]:
    """The table's rows; a cell that covers several rows is said again in each of them."""
    for row, line in zip(grid.rows, placed_rows(grid), strict=True):
        total = row.kind == "total"
        tall = False
        cells = []
        for column, cell, first in line:
            width = widths[column]
            if cell.colspan > 1:
                width = sum(widths[column : column + cell.colspan])
            if cell.items:
                tall = True
            cells.append(_cell(cell, width, first, total))
        # A row taller than a page must be allowed to break.
        keep = "" if tall else "<w:trPr><w:cantSplit/></w:trPr>"
        yield f"<w:tr>{keep}{''.join(cells)}</w:tr>"


_STYLES = {
    "number": "CellNumber",
    "computed": "CellNumber",
    "blocked": "CellCentre",
    "rowgroup": "CellCentre",
}


def _cell(cell: GridCell, width: int, first: bool, total: bool) -> str:
    text, kind, header, level, rowspan, colspan, note, items, _ = cell
    merge = "" if rowspan == 1 else "restart" if first else "continue"
    fill = "EDEDED" if total else "F4F7FA" if kind == "computed" else ""
    if not first:
        return f"{_opened(width, colspan, merge, fill, 'Cell', 0)}</w:p></w:tc>"
    style = _STYLES.get(header or kind, "Cell")
    begun = _opened(width, colspan, merge, fill, style, level)
    run = f"<w:r>{_text(text)}</w:r></w:p>" if text else "</w:p>"
    if not items and not note:
        return f"{begun}{run}</w:tc>"
    more = "".join([_paragraph("CellItem", item) for item in items])
    problem = _paragraph("Problem", note) if note else ""
    return f"{begun}{run}{more}{problem}</w:tc>"


@lru_cache(maxsize=4096)
def _opened(width: int, colspan: int, merge: str, fill: str, style: str, level: int) -> str:
    """A cell up to the text of its first paragraph."""
    span = f'<w:gridSpan w:val="{colspan}"/>' if colspan > 1 else ""
    merged = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    indent = f'<w:ind w:leftChars="{level * 100}" w:left="{level * 180}"/>' if level else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merged}{shade}'
        '<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{indent}</w:pPr>'
    )


def _drawing(chart: Chart, number: int) -> str:
    """A chart's place, and its remark under it."""
    height = 760000 + len(chart.rows) * (130000 + 130000 * len(chart.series))
    described = attribute(f"{chart.title}。{chart.description}")
    return (
        '<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r><w:drawing>'
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="5580000" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="图 {number}" descr="{described}"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="chart{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
        f"{_paragraph('Note', chart.note) if chart.note else ''}"
    )
