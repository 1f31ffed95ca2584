"""Text as the cell value a clerk would have typed, with the format that shows it unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

GENERAL = "General"
AMOUNT = "0.00####"  # two decimals at least, never rounds what was typed away
RATE = "0.00%"

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,10}))?")
_PERCENT = re.compile(r"(-?(?:0|[1-9]\d{0,11})(?:\.(\d{1,8}))?)%")
_MOST_DIGITS = 15  # beyond these a spreadsheet would change the number


@dataclass(frozen=True, slots=True)
class Typed:
    """A number and the format that shows it as ``text``; ``number`` is ``None`` for plain text."""

    text: str
    number: float | None = None
    format: str = GENERAL


def typed(text: str, *, as_text: bool = False) -> Typed:
    """``7.60`` → 7.6 shown with two decimals; ``97.3%`` → 0.973 shown as a percentage.

    Anything else, and any number a spreadsheet could not keep digit by digit, stays text.
    """
    if as_text or sum(c.isdigit() for c in text) > _MOST_DIGITS:
        return Typed(text)
    number = _NUMBER.fullmatch(text)
    if number:
        return Typed(text, float(text), _decimals(number[1]))
    percent = _PERCENT.fullmatch(text)
    if percent:
        return Typed(text, float(f"{percent[1]}e-2"), _decimals(percent[2]) + "%")
    return Typed(text)


def _decimals(digits: str | None) -> str:
    return f"0.{'0' * len(digits)}" if digits else "0"


def agrees(result: Decimal | None, text: str) -> bool:
    """Whether a computed result is what a text says, to two decimals or as many as it has.

    ``78.05%`` agrees with 0.780487…, ``100%`` does not agree with 0.998; nothing agrees with
    blank.
    """
    given = typed(text)
    if result is None or given.number is None:
        return result is None and not text.strip()
    decimals = max(2, len(given.format.rstrip("%").partition(".")[2]))
    places = decimals + (2 if given.format.endswith("%") else 0)
    rounded = result.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded == Decimal(str(given.number))
