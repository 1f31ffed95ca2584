"""The cell styles every filled workbook shares, each under the same number in all of them.

A template holds style numbers in ready XML, so they may not depend on what was written before.
A style that is not listed here is no error: its sheet is written plainly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jixiao.workbooks.canvas import STYLES, Book
from jixiao.workbooks.typed import AMOUNT, GENERAL, RATE

Ticket = tuple[str, str, bool, int]  # style name, number format, quote prefix, indent
SHEET = "_palette"
_NUMBERS = ("0", *(f"0.{'0' * n}" for n in range(1, 11)))
_RATES = ("0%", *(f"0.{'0' * n}%" for n in range(1, 9)))
_FIGURES = ("input", "fixed")  # styles in which figures stand
_INDENTED = ("label", "input_text")
_MOST_INDENT = 3


def _tickets() -> tuple[Ticket, ...]:
    found: list[Ticket] = [(s, GENERAL, quoted, 0) for s in STYLES for quoted in (False, True)]
    for style in _FIGURES:
        found += [(style, number, False, 0) for number in (*_NUMBERS, *_RATES, AMOUNT)]
        found.append((style, AMOUNT, True, 0))
    for style in _INDENTED:
        for indent in range(1, _MOST_INDENT + 1):
            found += [(style, GENERAL, quoted, indent) for quoted in (False, True)]
    assert RATE in _RATES
    return tuple(found)


TICKETS = _tickets()


@dataclass(frozen=True, slots=True)
class Palette:
    """Style numbers as they stand in the sheets' XML, and what each is."""

    ids: dict[Ticket, str]
    tickets: dict[str, Ticket]


def paint(book: Book) -> None:
    """A first sheet that uses every style in turn, which is what gives them their numbers."""
    sheet = book.book.add_worksheet(SHEET)
    for column, (style, number, quoted, indent) in enumerate(TICKETS):
        sheet.write_blank(0, column, None, book.style(style, number, quoted=quoted, indent=indent))


def read_palette(xml: str) -> Palette:
    """The numbers from the XML of the painted sheet."""
    numbers = re.findall(r'<c r="[A-Z]+1" s="(\d+)"/>', xml)
    ids = dict(zip(TICKETS, numbers, strict=True))
    tickets = {number: ticket for ticket, number in ids.items()}
    if len(tickets) != len(ids):
        raise AssertionError("two styles of the palette look the same")
    return Palette(ids, tickets)
