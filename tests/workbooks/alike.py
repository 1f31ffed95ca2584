"""Whether two workbooks are the same to whoever opens them, whatever their parts look like inside.

Numbers of shared strings and of styles are replaced by what they stand for; everything else of
every part is compared as it is, so no feature of a sheet is left out for want of naming it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from itertools import zip_longest

from lxml import etree

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEETS = "xl/worksheets/sheet"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_LISTS = ("[Content_Types].xml", "xl/_rels/workbook.xml.rels")  # of parts, the strings among them


def differences(one: bytes, other: bytes, most: int = 5) -> list[str]:
    """Where two workbooks differ, in words; empty where they are alike."""
    found: list[str] = []
    a, b = _parts(one), _parts(other)
    for name in sorted(a.keys() | b.keys()):
        if name not in a or name not in b:
            found.append(f"{name}: only in one")
            continue
        for first, second in zip_longest(a[name], b[name]):
            if first != second:
                found.append(f"{name}: {first} ≠ {second}")
                break
    return found[:most]


def _parts(data: bytes) -> dict[str, list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        parts = {name: etree.fromstring(package.read(name)) for name in package.namelist()}
    strings = list(parts.pop(_STRINGS)) if _STRINGS in parts else []
    looks = list(_looks(parts.pop(_STYLES)))
    told: dict[str, list[str]] = {}
    for name, root in parts.items():
        if name.startswith(_SHEETS):
            for cell in root.iter(f"{_M}c"):
                _resolve(cell, strings, looks)
        told[name] = list(_lines(root))
        if name in _LISTS:
            told[name] = sorted(_without_numbers(root))
    return told


def _resolve(cell: etree._Element, strings: list[etree._Element], looks: list[str]) -> None:
    """A cell with its text and its look in it."""
    cell.set("s", looks[int(cell.get("s", "0"))])
    value = cell.find(f"{_M}v")
    if cell.get("t") == "s":
        assert value is not None
        assert value.text is not None
        text = strings[int(value.text)]
    elif cell.get("t") == "inlineStr":
        text = cell[0]
    else:
        return
    cell.set("t", "text")
    runs = [t.text or "" for t in text.iter(f"{_M}t")]
    for child in list(cell):
        cell.remove(child)
    cell.text = "".join(runs)


def _looks(styles: etree._Element) -> Iterator[str]:
    """What each cell style means: font, fill, border, format and the rest of it."""
    formats = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(f"{_M}numFmt")}
    of = {
        "fontId": styles.find(f"{_M}fonts"),
        "fillId": styles.find(f"{_M}fills"),
        "borderId": styles.find(f"{_M}borders"),
    }
    cells = styles.find(f"{_M}cellXfs")
    assert cells is not None
    for style in cells:
        for name, list_ in of.items():
            assert list_ is not None
            style.set(name, " ".join(_lines(list_[int(style.get(name, "0"))])))
        number = style.get("numFmtId")
        style.set("numFmtId", formats.get(number) or f"built in {number}")
        yield " ".join(_lines(style))


def _lines(root: etree._Element) -> Iterator[str]:
    """Every element with its attributes and its text, in order."""
    for element in root.iter():
        attributes = " ".join(f"{k}={v!r}" for k, v in sorted(element.attrib.items()))
        depth = sum(1 for _ in element.iterancestors())
        yield f"{depth} {etree.QName(element).localname} {attributes} {element.text or ''!r}"


def _without_numbers(root: etree._Element) -> Iterator[str]:
    """The entries of a list of parts, without their numbers and without the shared strings."""
    for element in root:
        attributes = {k: v for k, v in element.attrib.items() if k != "Id"}
        if not any("sharedStrings" in v for v in attributes.values()):
            yield str(sorted(attributes.items()))
