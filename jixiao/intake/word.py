"""A Word report read with lxml: paragraphs and tables, merged cells included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from jixiao.errors import RefusedFile
from jixiao.intake.document import Block, read_blocks
from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.spreadsheet.grid import Grid
from jixiao.spreadsheet.guard import MAX_MERGED, giant_merge
from jixiao.spreadsheet.package import Package, main_part, parse_xml
from jixiao.spreadsheet.text import whole_number

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT, _TAB, _BREAK, _RETURN = f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"
_PARAGRAPH, _TABLE = f"{_W}p", f"{_W}tbl"
_SKIPPED = {_FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr"}
MAX_SPAN = 200


def read_docx(
    package: Package, forms: Mapping[str, Form], year: int | None, name: str
) -> Submission:
    """The submission in a Word report the guard has opened.

    Args:
        name: the document's name, which becomes the ``sheet`` of every value.

    Raises:
        RefusedFile: it is damaged, or nothing of the forms is in it.
    """
    part = main_part(package, "word/", "word/document.xml")
    if part not in package.names:
        raise RefusedFile(
            "truncated", f"“{name}”缺少正文，打不开。请用 Word 或 WPS 重新保存后再报送。"
        )
    data = package.read(part)
    if _STRICT in data[:4000]:
        data = data.replace(_STRICT, _W[1:-1].encode())
    return read_blocks(list(blocks(parse_xml(data, part))), name, forms, year)


def blocks(document: etree._Element) -> Iterator[Block]:
    """Paragraphs (``第N段``, blank ones not counted) and tables (``表N``) in order."""
    paragraphs = tables = 0
    body = document.find(f"{_W}body")
    for element in _content(body) if body is not None else ():
        if element.tag == _TABLE:
            tables += 1
            yield Block(f"表{tables}", grid=_grid(element, f"表{tables}"))
            continue
        for line in paragraph_text(element).split("\n"):
            if line.strip():
                paragraphs += 1
                yield Block(f"第{paragraphs}段", line.strip())


def _content(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables of a body or cell, also those inside content controls."""
    for element in parent:
        if element.tag in (_PARAGRAPH, _TABLE):
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag"):
            yield from _content(element)


def paragraph_text(element: etree._Element) -> str:
    """The text a reader sees: without deleted text and field codes."""
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag == _TEXT:
            parts.append(node.text or "")
        elif node.tag in (_BREAK, _RETURN):
            parts.append("\n")
        elif node.tag == _TAB:
            parts.append(" ")
        elif node.tag not in _SKIPPED:
            stack.extend(reversed(node))
    return "".join(parts)


def _cell_text(cell: etree._Element) -> str:
    lines = []
    for element in _content(cell):
        if element.tag == _PARAGRAPH:
            lines.append(paragraph_text(element))
        else:
            rows = element.iterfind(f"{_W}tr")
            lines.extend(_cell_text(inner) for row in rows for inner in _cells(row))
    return "\n".join(line.strip() for line in lines if line.strip())


def _span(cell: etree._Element, path: str) -> int:
    value = cell.find(path)
    text = value.get(f"{_W}val", "1") if value is not None else "1"
    return whole_number(text, MAX_SPAN) or 1


def _grid(table: etree._Element, name: str) -> Grid:
    """A table with its horizontal (gridSpan) and vertical (vMerge) merges."""
    grid = Grid(name)
    origins: list[tuple[str, int]] = []
    open_merges: dict[int, tuple[int, int]] = {}  # column → top-left of a running vertical merge
    for r, row in enumerate(table.iterfind(f"{_W}tr")):
        origins.append((name, r))
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        value = before.get(f"{_W}val", "0") if before is not None else "0"
        c = whole_number(value, MAX_SPAN) or 0
        for cell in _cells(row):
            span = _span(cell, f"{_W}tcPr/{_W}gridSpan")
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
                top = open_merges.get(c)
                if top is not None:
                    grid.merges[top] = (r, grid.merges.get(top, (r, c + span - 1))[1])
            else:
                open_merges.pop(c, None)
                if merge is not None:
                    open_merges[c] = (r, c)
                if span > 1:
                    grid.merges[r, c] = (r, c + span - 1)
                text = _cell_text(cell)
                if text:
                    grid.texts[r, c] = text
            c += span
    areas = ((b[0] - t[0] + 1) * (b[1] - t[1] + 1) for t, b in grid.merges.items())
    if sum(areas) > MAX_MERGED:
        raise giant_merge(name)
    grid.origins = origins
    return grid


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        if element.tag == f"{_W}tc":
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _cells(element)
