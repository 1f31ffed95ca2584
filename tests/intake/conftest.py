"""Workbooks, Word reports and broken files made for the tests, never kept as binary files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook

Parts = dict[str, bytes | str]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


@pytest.fixture
def book() -> Callable[[dict[str, Sequence[Sequence[object]]]], bytes]:
    """A workbook from rows of values by sheet name."""

    def make(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    return make


def zipped(parts: Parts) -> bytes:
    """A zip from its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def archive() -> Callable[[Parts], bytes]:
    return zipped


@pytest.fixture
def with_part(archive: Callable[[Parts], bytes]) -> Callable[[bytes, Parts], bytes]:
    """An archive with some members added or replaced."""

    def make(data: bytes, parts: Parts) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            kept: Parts = {n: source.read(n) for n in source.namelist()}
        return archive({**kept, **parts})

    return make


@pytest.fixture
def with_strings(
    with_part: Callable[[bytes, Parts], bytes],
) -> Callable[[bytes, str], bytes]:
    """A workbook with this part of shared strings, whether it had one or not."""
    rels = "xl/_rels/workbook.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    related = f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="strings"/>'

    def make(data: bytes, strings: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            old = source.read(rels).decode()
        new = old if kind in old else old.replace("</Relationships>", f"{related}</Relationships>")
        return with_part(data, {rels: new, "xl/sharedStrings.xml": strings})

    return make


def paragraph(text: str) -> str:
    runs = "</w:t></w:r><w:r><w:t>".join(escape(text[i : i + 5]) for i in range(0, len(text), 5))
    return f"<w:p><w:r><w:t>{runs}</w:t></w:r></w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Word table; ``^`` continues the cell above, ``<`` the cell to the left."""
    out = []
    for r, row in enumerate(rows):
        cells = []
        for c, text in enumerate(row):
            if text == "<":
                continue
            span = 1
            while c + span < len(row) and row[c + span] == "<":
                span += 1
            merged = text == "^" or (r + 1 < len(rows) and rows[r + 1][c] == "^")
            kind = "" if text == "^" else ' w:val="restart"'
            properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            properties += f"<w:vMerge{kind}/>" if merged else ""
            body = "".join(paragraph(t) for t in ("" if text == "^" else text).split("\n"))
            cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{body}</w:tc>")
        out.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(out)}</w:tbl>"


@pytest.fixture
def word(archive: Callable[[Parts], bytes]) -> Callable[[Sequence[object]], bytes]:
    """A Word document from paragraphs (text) and tables (rows of texts)."""

    def make(blocks: Sequence[object]) -> bytes:
        body = "".join(paragraph(b) if isinstance(b, str) else table(b) for b in blocks)  # type: ignore[arg-type]
        document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        return archive({"[Content_Types].xml": TYPES, "word/document.xml": document})

    return make
