"""Sheets and strings of a workbook as every office programme writes them, read with patterns.

One pattern that matches the whole of a sheet's cells proves three things at once: that the part
is written the usual way, that no row or cell lies beyond the bounds, and that a second pattern
which looks for filled cells alone misses none. Whatever is not written so (prefixes, comments,
rich text in a cell, cells without their name, …) is ``None`` here and is read as a tree.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from jixiao.intake.text import is_legal

#: name, attributes, ``<f`` where it has a formula, value, inline string
RawCell = tuple[str, str, str, str, str]

# Up to row 9999 and column ZZ: the guard's bounds are the widths of these.
_NAME = r"[A-Z]{1,2}+[1-9][0-9]{0,3}+"
# Text without the controls that XML does not allow.
_CHARS = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_FORMULA = r"<f(?: [^<>]*+)?+(?:(?<=/)>|>[^<]*+</f>)"
_INLINE = rf'<is><t(?: xml:space="preserve")?+>({_CHARS})</t></is>'
_PLAIN = rf"(?:{_FORMULA})?+(?:<v>{_CHARS}</v>|<v ?/>)?+(?:{_INLINE})?+"
_CELL = rf'<c r="{_NAME}"[^<>/]*+(?:/>|>{_PLAIN}</c>)'
_ROW = rf'<row r="[1-9][0-9]{{0,3}}+"[^<>/]*+(?:/>|>(?:{_CELL})*+</row>)'
_ROWS = re.compile(rf"(?:{_ROW})*+</sheetData>".encode())
# Looks only where the one above has matched, so it need not prove anything again.
_FILLED = re.compile(
    r'<c r="([^"]++)"([^<>/]*+)>(?:(<f)[^<]*+(?:</f>)?+)?+(?:<v>([^<]*+)</v>|<v ?/>)?+'
    rf"(?:{_INLINE})?+</c>"
)
_ATTRIBUTES = re.compile(r'(?: [a-z]+="[^"<>]*")* ?')
_MERGES = re.compile(rb'<mergeCells[^<>]*+>((?:<mergeCell ref="[A-Z0-9:]*+" ?/>)*+)</mergeCells>')
_TEXT = rf'<t(?: xml:space="preserve")?+>{_CHARS}</t>'
_RUN = rf"<r>(?:<rPr>(?:<[^<>/][^<>]*+(?<=/)>)*+</rPr>)?+{_TEXT}</r>"
_HINT = rf"<rPh [^<>]*+>{_TEXT}</rPh>"
_ITEM = rf"<si>(?:{_TEXT}|{_RUN}|{_HINT}|<phoneticPr [^<>]*+(?<=/)>)*+</si>"
_STRINGS = re.compile(rf"(?:{_ITEM})*+</sst>\s*")
_STRING = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_HINTS = re.compile(r"<rPh [^<>]*+><t[^<]*</t></rPh>|<phoneticPr [^<>]*+>")
_TEXTS = re.compile(r"<t[ >][^<]*</t>")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6});|#([0-9]{1,7});|(amp|lt|gt|quot|apos);)?")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_MARK = b"\xef\xbb\xbf"  # what some programmes begin UTF-8 with
_BEGIN, _BLANK = b"<sheetData>", b"<sheetData/>"
_SPACES = (
    b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    b' xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"',
)


class Outline(NamedTuple):
    """A sheet written the usual way: where its cells stand in the part, and its ``mergeCell``s."""

    start: int
    end: int
    merges: bytes


def outline(data: bytes) -> Outline | None:
    """Where a sheet's cells and merges stand; ``None`` where it is to be read as a tree.

    No row and no cell of a sheet with an outline lies beyond row 9999 or column ZZ.
    """
    at = data.find(b"<sheetData")
    if not any(space in data[:at] for space in _SPACES):
        return None
    start = at + len(_BLANK)
    end = start
    if not data.startswith(_BLANK, at):
        start = at + len(_BEGIN)
        match = _ROWS.match(data, start) if data.startswith(_BEGIN, at) else None
        if match is None:
            return None
        end = match.end()
    head, tail = data[:start].removeprefix(_MARK).removeprefix(b"<?xml"), data[end:]
    if _hides(head) or _hides(tail) or not tail.rstrip().endswith(b"</worksheet>"):
        return None
    if b"mergeCell" not in tail:
        return Outline(start, end, b"")
    merges = _MERGES.search(tail)
    if merges is None or tail.count(b"mergeCell ") != merges[1].count(b"mergeCell "):
        return None
    return Outline(start, end, merges[1])


def without_merges(data: bytes, found: Outline) -> bytes:
    """The sheet of this outline without its merged areas."""
    return data[: found.end] + _MERGES.sub(b"", data[found.end :], count=1)


def _hides(data: bytes) -> bool:
    """Whether something in there (a comment, an instruction) may hold what looks like an element."""
    return (b"!" in data and b"<!" in data) or (b"?" in data and b"<?" in data)


def filled_cells(data: bytes, found: Outline) -> list[RawCell]:
    """The cells of a sheet that hold a value or a formula.

    Raises:
        UnicodeDecodeError: the part is not UTF-8.
    """
    cells: list[RawCell] = _FILLED.findall(data[found.start : found.end].decode())
    return cells


def attributes(text: str) -> dict[str, str]:
    """The attributes of a cell beside its name, from the text between the name and ``>``.

    Raises:
        ValueError: that is not what stands there.
    """
    if not _ATTRIBUTES.fullmatch(text):
        raise ValueError(text)
    return dict(pair.rstrip('"').split('="', 1) for pair in text.split(" ") if pair)


def shared_strings(data: bytes) -> list[str] | None:
    """The strings of a workbook, without phonetic hints; ``None`` where they are to be read as a
    tree."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start = text.find(">", text.find("<sst ")) + 1
    head = text[:start]
    if not any(space.decode() in head for space in _SPACES) or "<!" in head:
        return None
    if "\ufffe" in text or "\uffff" in text:
        return None
    if not _STRINGS.fullmatch(text, start):
        return None
    items = text[start:]
    if "<phoneticPr" in items or "<rPh" in items:
        items = _HINTS.sub("", items)
    runs = "<r>" in items
    strings = list(map(_together, items.split("</si>")[:-1])) if runs else _STRING.findall(items)
    if len(strings) != items.count("</si>"):
        return None  # an item without any text
    try:
        return [unreferenced(s) for s in strings] if "&" in text else strings
    except ValueError:
        return None


def _together(item: str) -> str:
    """The text of an item, of all its runs."""
    return "".join(t[t.index(">") + 1 : -4] for t in _TEXTS.findall(item))


def unreferenced(text: str) -> str:
    """``&amp;`` and the like as the characters they stand for.

    Raises:
        ValueError: one stands for none, or what no XML may hold is in the text.
    """
    if "\ufffe" in text or "\uffff" in text:
        raise ValueError(text)
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    if match.lastindex is None:
        raise ValueError(match.string)
    character = chr(int(match[1], 16) if match[1] else int(match[2]))
    if not is_legal(character):
        raise ValueError(match.string)
    return character
