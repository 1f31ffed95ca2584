"""Documents as PDF/A-2a by typst: tagged, the shipped fonts embedded, the same bytes every time.

Everything a document says is handed over as JSON, so no text of a filing is ever typst code.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from pydantic_core import to_json

from jixiao.errors import JixiaoError
from jixiao.fonts.glyphs import FONTS, undrawable
from jixiao.installation.paths import template_dir
from jixiao.reports.document import (
    Block,
    Document,
    Heading,
    Note,
    Sheet,
    Table,
    cleaned,
    placed_rows,
)
from jixiao.reports.html import environment
from jixiao.reports.model import Chart, GridCell, TextLine
from jixiao.reports.qr import qr_svg

STANDARD: Final = "a-2a"

# A compiler may be used by one thread at a time, and so may the emptying of the memory below.
_LOCK = threading.Lock()

# typst remembers, for the whole process, everything it laid out in its last ten runs: up to 600 MB
# after a few departments, of no use to the next one. A run over an empty drawing counts as one of
# the ten, so ten of them leave nothing of the report behind.
_REMEMBERED = 10
_NOTHING = b"#set page(width: 1pt, height: 1pt, margin: 0pt)"


def document_pdf(document: Document) -> bytes:
    """The document as PDF/A-2a.

    Raises:
        JixiaoError: a character no embedded font can draw; it would be left out silently.
    """
    data = _json(document)
    missing = undrawable(data)
    if missing:
        named = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in missing)
        raise JixiaoError(f"字库里没有这些字：{named}。请改用规范汉字，或补充字库后再生成 PDF。")
    noon = datetime.combine(document.day, time(4), tzinfo=UTC)  # midday in Shanghai
    with _LOCK:
        try:
            made = _compiler(template_dir()).compile(
                format="pdf",
                sys_inputs={"document": data},
                pdf_standards=STANDARD,
                timestamp=noon,
            )
        finally:
            _forget()
    if not isinstance(made, bytes):
        raise TypeError(f"typst answered {type(made)}")
    return made


def _forget() -> None:
    for _ in range(_REMEMBERED):
        _idle().compile(input=_NOTHING, format="svg")


@cache
def _idle() -> typst.Compiler:
    return typst.Compiler(font_paths=_fonts())


@cache
def _compiler(templates: Path) -> typst.Compiler:
    """One compiler a template folder. No package and no other file is used."""
    folder = templates / "typst"
    return typst.Compiler(str(folder / "document.typ"), root=str(folder), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _json(document: Document) -> str:
    data = to_json(_document(document)).decode()
    # JSON writes a control character with an escape: looking there is far faster than everywhere.
    if "\\u00" in data or "\ufffe" in data or "\uffff" in data:
        data = to_json(_document(cleaned(document))).decode()
    return data


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "titles": document.titles,
        "kicker": document.kicker,
        "author": document.author,
        "facts": document.facts,
        "results": document.results,
        "lead": document.lead,
        "sheets": [_sheet(sheet) for sheet in document.sheets],
        "closing": document.closing,
        "address": document.address,
        "qr": qr_svg(document.address) if document.address else "",
        "mark": document.mark,
    }


# Width of the text, points: A4 less margins of 18 mm.
_PORTRAIT, _LANDSCAPE = 493.0, 739.0


def _sheet(sheet: Sheet) -> dict[str, Any]:
    width = _LANDSCAPE if sheet.landscape else _PORTRAIT
    blocks = [_block(block, width) for block in sheet.blocks]
    return {"landscape": sheet.landscape, "blocks": blocks}


def _block(block: Block, width: float) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"is": "heading", "level": block.level, "text": block.text}
    if isinstance(block, TextLine):
        return {"is": "text", "text": block.text}
    if isinstance(block, Note):
        return {"is": "note", "text": block.text}
    if isinstance(block, Table):
        return _table(block, width)
    return _chart(block)


def _table(table: Table, width: float) -> dict[str, Any]:
    grid, widths = table.grid, [share * width / 1000 for share in table.widths]
    numbers = [column.kind == "number" for column in grid.columns] or [False] * len(widths)
    usual = ["number" if right else "text" for right in numbers]
    return {
        "is": "table",
        "caption": grid.caption,
        "unit": grid.unit,
        "role": grid.role,
        "widths": table.widths,
        "numbers": numbers,
        "head": [column.title for column in grid.columns],
        "cells": [
            _cell(cell, row.kind, usual[column], sum(widths[column : column + cell.colspan]))
            for row, line in zip(grid.rows, placed_rows(grid), strict=True)
            for column, cell, first in line
            if first
        ],
    }


def _cell(cell: GridCell, row: str, usual: str, width: float) -> str | tuple[Any, ...]:
    """The text alone where nothing else is to be said of the cell.

    Otherwise: text, kind, columns, rows, level, problem, list, kind of the row, whether it may be
    higher than a page.
    """
    text, kind, header, level, down, across, note, items, _ = cell
    tall = (len(text) > _SHORT or items or note) and _tall((text, note, *items), width)
    if (
        kind == usual
        and not (header or level or note or items or row or tall)
        and across == down == 1
    ):
        return text
    return text, header or kind, across, down, level, note, items, row, bool(tall)


_SHORT = 30  # characters: even one a line, they do not fill a page
_MOST = 25  # lines of a landscape page that a cell may take without being broken
_LETTER, _SIDES = 9.0, 7.0  # points: the largest letter of a table, the room left and right of it


def _tall(texts: tuple[str, ...], width: float) -> bool:
    letters = max((width - _SIDES) // _LETTER, 1)
    lines = sum(1 + len(part) // letters for text in texts for part in text.split("\n"))
    return lines > _MOST


def _chart(chart: Chart) -> dict[str, Any]:
    macros: Any = environment().get_template("reports/charts.svg.j2").module
    return {
        "is": "chart",
        "title": chart.title,
        "note": chart.note,
        "alt": f"{chart.title}。{chart.description}",
        "svg": str(macros.bars(chart)),
        "size": 3 + len(chart.rows) * (1 + len(chart.series)),
    }
