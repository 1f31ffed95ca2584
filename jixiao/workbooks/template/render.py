"""A text as the rest of its cell's XML, exactly as the plain writer has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from jixiao.spreadsheet.text import number
from jixiao.workbooks.canvas import row_height
from jixiao.workbooks.template.unfit import UnfitError
from jixiao.workbooks.typed import typed

MOST_UNITS = 32767  # UTF-16 units in a cell; the plain writer cuts off what is more
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("([\x00-\x08\x0b-\x1f\ufffe\uffff])")
_EDGE = re.compile(r"^\s|\s$")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a text becomes in a cell.

    Attributes:
        tail: the cell's XML after the number of its style.
        format: number format of a figure, ``None`` for a text.
        quoted: the text begins like a formula.
        figure: value of a figure, else ``None``.
        odd: a text in the sheet that our own arithmetic would take for a figure.
    """

    tail: str
    format: str | None
    quoted: bool
    figure: Decimal | None
    odd: bool


@lru_cache(maxsize=4096)
def shown(text: str, as_text: bool) -> Shown:
    """How a text stands in a cell.

    Raises:
        UnfitError: the plain writer would cut it off, or it cannot be written at all.
    """
    content = typed(text, as_text=as_text)
    figure = number(text)
    if content.number is not None:
        return Shown(f'"><v>{content.number:.16G}</v></c>', content.format, False, figure, False)
    tail = f'" t="inlineStr"><is>{string(text)}</is></c>'
    return Shown(tail, None, text[:1] in tuple("=+-@"), None, figure is not None)


def string(text: str) -> str:
    """The element ``<t>`` of a text."""
    if len(text) > MOST_UNITS // 2 and len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
        raise UnfitError
    if _SPECIAL.search(text) is not None:
        text = _ESCAPE.sub(r"_x005F\1", text)
        text = _CONTROL.sub(lambda m: f"_x{ord(m[1]):04X}_", text)
    keep = ' xml:space="preserve"' if _EDGE.search(text) else ""
    return f"<t{keep}>{escape(text)}</t>"


def escape(text: str) -> str:
    """A text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def height(lines: float) -> str:
    """The attributes of a row that is so many lines high; heights are whole pixels."""
    pixels = int(row_height(lines) * 4.0 / 3.0 + 0.5)
    return f' ht="{pixels * 0.75:.16g}" customHeight="1"'
