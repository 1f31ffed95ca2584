"""Sheets put together into one workbook file, with the parts that name and number them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from xlsxwriter.utility import quote_sheetname

from jixiao.workbooks.template.probe import blank_book
from jixiao.workbooks.zipped import Part, Piece, ready, zip_parts

_SHEET_PART = re.compile(r'<Override PartName="/xl/worksheets/sheet1.xml"[^>]*/>')


class Tab(NamedTuple):
    """A sheet in the workbook: its name, whether it shows, what of it is printed and repeated."""

    name: str
    state: str
    area: str
    titles: str


def workbook(
    created: datetime,
    title: str,
    tabs: tuple[Tab, ...],
    sheets: Sequence[Sequence[Piece]],
    relations: Sequence[str],
) -> bytes:
    """The workbook's bytes; ``sheets`` and ``relations`` in the order of the tabs."""
    parts = list(_fixed(created, title, len(tabs)))
    parts += _about(created, title, tabs)
    for number, (pieces, related) in enumerate(zip(sheets, relations, strict=True), 1):
        parts.append(Part(f"xl/worksheets/sheet{number}.xml", tuple(pieces)))
        if related:
            name = f"xl/worksheets/_rels/sheet{number}.xml.rels"
            parts.append(Part(name, ((related.encode(), b""),)))
    return zip_parts(parts)


@lru_cache(maxsize=64)
def _fixed(created: datetime, title: str, count: int) -> tuple[Part, ...]:
    """The parts that are the same for all workbooks of so many sheets."""
    parts = dict(blank_book(created, title)[1])
    types = parts.pop("[Content_Types].xml")
    sheet = _SHEET_PART.search(types)
    assert sheet is not None
    numbered = (sheet[0].replace("sheet1.xml", f"sheet{n}.xml") for n in range(1, count + 1))
    links = parts.pop("xl/_rels/workbook.xml.rels")
    first, *others = re.findall(r"<Relationship [^>]*/>", links)
    related = [
        first.replace("rId1", f"rId{n}").replace("sheet1", f"sheet{n}") for n in range(1, count + 1)
    ]
    related += [
        re.sub(r'"rId\d+"', f'"rId{n}"', other) for n, other in enumerate(others, count + 1)
    ]
    head, _, tail = links.partition(first + "".join(others))
    texts = {
        "[Content_Types].xml": types.replace(sheet[0], "".join(numbered)),
        "xl/_rels/workbook.xml.rels": head + "".join(related) + tail,
        **{
            name: text
            for name, text in parts.items()
            if name not in ("xl/workbook.xml", "docProps/app.xml", "xl/worksheets/sheet1.xml")
        },
    }
    return tuple(Part(name, (ready(text),)) for name, text in texts.items())


@lru_cache(maxsize=64)
def _about(created: datetime, title: str, tabs: tuple[Tab, ...]) -> tuple[Part, ...]:
    """The parts that name the sheets."""
    parts = blank_book(created, title)[1]
    sheets, ranges, shown = [], [], []
    for number, tab in enumerate(tabs, 1):
        state = f' state="{tab.state}"' if tab.state else ""
        name = _attribute(tab.name)
        sheets.append(f'<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>')
        quoted = quote_sheetname(tab.name)
        for kind, place in (("Print_Area", tab.area), ("Print_Titles", tab.titles)):
            if place:
                ranges.append((kind, quoted, number - 1, place))
        if not tab.state:
            shown.append(tab.name)
    ranges.sort(key=lambda r: f"{r[0]}::{r[1].lstrip(chr(39))}".lower())
    names = "".join(
        f'<definedName name="_xlnm.{kind}" localSheetId="{index}">{_text(sheet)}!{place}</definedName>'
        for kind, sheet, index, place in ranges
    )
    book = re.sub(
        r"<sheets>.*</sheets>",
        lambda _: (
            f"<sheets>{''.join(sheets)}</sheets>"
            + (f"<definedNames>{names}</definedNames>" if names else "")
        ),
        parts["xl/workbook.xml"],
    )
    app = re.sub(
        r"<HeadingPairs>.*</TitlesOfParts>",
        lambda _: _headings(shown, [f"{sheet}!{kind}" for kind, sheet, _, _ in ranges]),
        parts["docProps/app.xml"],
    )
    return (
        Part("xl/workbook.xml", (ready(book),)),
        Part("docProps/app.xml", (ready(app),)),
    )


def _headings(sheets: list[str], ranges: list[str]) -> str:
    """The properties that list the sheets and the named ranges."""
    pairs = [("Worksheets", sheets), *([("Named Ranges", ranges)] if ranges else [])]
    counts = "".join(
        f"<vt:variant><vt:lpstr>{kind}</vt:lpstr></vt:variant>"
        f"<vt:variant><vt:i4>{len(names)}</vt:i4></vt:variant>"
        for kind, names in pairs
    )
    listed = [name for _, names in pairs for name in names]
    titles = "".join(f"<vt:lpstr>{_text(name)}</vt:lpstr>" for name in listed)
    return (
        f'<HeadingPairs><vt:vector size="{2 * len(pairs)}" baseType="variant">{counts}'
        f'</vt:vector></HeadingPairs><TitlesOfParts><vt:vector size="{len(listed)}" '
        f'baseType="lpstr">{titles}</vt:vector></TitlesOfParts>'
    )


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;")
