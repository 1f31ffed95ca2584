"""A published web page read with lxml: paragraphs and tables, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree, html

from jixiao.errors import RefusedFile
from jixiao.intake.document import Block, read_blocks
from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.spreadsheet.grid import Grid
from jixiao.spreadsheet.guard import MAX_MERGED, giant_merge
from jixiao.spreadsheet.text import legal, whole_number

_SILENT = {"script", "style", "head", "noscript", "template", "svg", "iframe", "object", "select"}
_INLINE = {
    "a",
    "abbr",
    "b",
    "big",
    "code",
    "del",
    "em",
    "font",
    "i",
    "ins",
    "label",
    "mark",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
}
MAX_SPAN = 200
MAX_DEPTH = 250


def read_html(data: bytes, forms: Mapping[str, Form], year: int | None, name: str) -> Submission:
    """The submission on a web page the guard has looked at.

    Raises:
        RefusedFile: it is damaged, or nothing of the forms is on it.
    """
    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding=_encoding(data))
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise RefusedFile(
            "truncated", f"网页“{name}”内容不完整，读不了。请重新保存后再试。"
        ) from None
    body = root.find("body")
    return read_blocks(list(_Walk().blocks(root if body is None else body)), name, forms, year)


def _encoding(data: bytes) -> str | None:
    """UTF-8 where the bytes are UTF-8; else what the page declares, else GB 18030."""
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return None if b"charset" in data[:2048].lower() else "gb18030"


class _Walk:
    """Goes through the elements in order and cuts the text into paragraphs."""

    def __init__(self) -> None:
        self.paragraphs = self.tables = 0
        self.text: list[str] = []

    def blocks(self, element: etree._Element) -> Iterator[Block]:
        yield from self.walk(element, 0)
        yield from self.cut()

    def cut(self) -> Iterator[Block]:
        line = " ".join(legal("".join(self.text)).split())
        self.text = []
        if line:
            self.paragraphs += 1
            yield Block(f"第{self.paragraphs}段", line)

    def walk(self, element: etree._Element, depth: int) -> Iterator[Block]:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SILENT or depth > MAX_DEPTH:
            return
        if tag == "table" and not _is_layout(element):
            yield from self.cut()
            self.tables += 1
            yield Block(f"表{self.tables}", grid=table_grid(element, f"表{self.tables}"))
            return
        inline = tag in _INLINE
        if not inline:
            yield from self.cut()
        self.text.append(element.text or "")
        for child in element:
            yield from self.walk(child, depth + 1)
            self.text.append(child.tail or "")
        if not inline:
            yield from self.cut()


def _is_layout(table: etree._Element) -> bool:
    """A table that only arranges the page: it holds tables, or a single cell."""
    return table.find(".//table") is not None or len(table.findall(".//td")) <= 1


def _span(cell: etree._Element, name: str) -> int:
    return whole_number(cell.get(name, "1"), MAX_SPAN) or 1


def table_grid(table: etree._Element, name: str) -> Grid:
    """A table with its rowspans and colspans."""
    grid = Grid(name)
    rows = list(table.iter("tr"))
    grid.origins = [(name, r) for r in range(len(rows))]
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        c = 0
        for cell in row.iterchildren("td", "th"):
            while (r, c) in taken:
                c += 1
            down = min(_span(cell, "rowspan"), len(rows) - r)
            across = _span(cell, "colspan")
            if len(taken) + down * across > MAX_MERGED:
                raise giant_merge(name)
            taken.update((r + i, c + j) for i in range(down) for j in range(across))
            if down > 1 or across > 1:
                grid.merges[r, c] = (r + down - 1, c + across - 1)
            text = cell_text(cell)
            if text:
                grid.texts[r, c] = text
            c += across
    return grid


def cell_text(cell: etree._Element) -> str:
    """The lines of a cell."""
    lines = [block.text for block in _Walk().blocks(cell)]
    return "\n".join(lines)
