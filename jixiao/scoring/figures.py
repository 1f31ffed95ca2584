"""Decimal arithmetic for points, and figures as a sentence writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache

from jixiao.model.submission import Cell
from jixiao.values import NumberError, Value, format_amount, parse_number

# Wide enough to multiply the longest readable amounts (30 digits, up to 10^12 of a unit) and to
# cut a quotient of them; independent of whatever context the calling thread has set.
CONTEXT = Context(prec=160, rounding=ROUND_HALF_UP)
_QUOTIENT = Context(prec=50, rounding=ROUND_HALF_UP)
times, minus = CONTEXT.multiply, CONTEXT.subtract  # exact
divide = _QUOTIENT.divide  # never by 0 here
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
MOST_POINTS = Decimal(1000)  # a weight or score above it is a slip, not points
_PLACES = tuple(Decimal(1).scaleb(-places) for places in range(11))
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?([^0-9.,\s]*)")
_RATIO_PLACES = 10  # of a quotient in a working's data


def rounded(points: Decimal, decimals: int) -> Decimal:
    """Half up to ``decimals`` places."""
    return points.quantize(_PLACES[decimals], ROUND_HALF_UP, CONTEXT)


def within(points: Decimal, weight: Decimal, decimals: int) -> Decimal:
    """Points half up, never below 0 nor above the weight (cut, not rounded, to the places)."""
    places = _PLACES[decimals]
    kept = points.quantize(places, ROUND_HALF_UP, CONTEXT)
    most = weight.quantize(places, ROUND_DOWN, CONTEXT)
    if kept > most:
        kept = most
    return kept if kept > ZERO else ZERO


def full(weight: Decimal, decimals: int) -> Decimal:
    """The most a weight is worth: all of it, cut to the places."""
    most = weight.quantize(_PLACES[decimals], ROUND_DOWN, CONTEXT)
    return most if most > ZERO else ZERO


def added(numbers: Iterable[Decimal | None]) -> Decimal:
    """The sum of those that are there."""
    with localcontext(CONTEXT):
        return sum([n for n in numbers if n is not None], ZERO)


def plain(number: Decimal) -> str:
    """Without exponent and trailing zeros: 10, 9.48."""
    text = str(number)
    if "E" in text:
        text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(ratio: Decimal, weight: Decimal | None = None, points: Decimal | None = None) -> str:
    """A share in percent, two places; more where the product printed beside it needs them.

    A reader who multiplies the printed percentage with the weight must get the printed points.
    """
    full = CONTEXT.multiply(ratio, HUNDRED)
    if weight is None or points is None:
        return f"{rounded(full, 2)}%"
    for places in (2, 3, 4, 6):
        shown = rounded(full, places)
        product = CONTEXT.divide(CONTEXT.multiply(weight, shown), HUNDRED)
        if product.quantize(points, ROUND_HALF_UP, CONTEXT) == points:
            break
    return f"{shown}%"


def quotient_text(ratio: Decimal) -> str:
    """A quotient for a working's data: at most ten places."""
    return plain(ratio.quantize(_PLACES[_RATIO_PLACES], ROUND_HALF_UP, CONTEXT))


def share(number: Decimal) -> str:
    """A share of the policy in percent, as written: 0.8 is 80%."""
    return f"{plain(CONTEXT.multiply(number, HUNDRED))}%"


def multiple(ratio: Decimal) -> str:
    """How far a target was exceeded: 143.33%, and beyond a hundredfold 100 倍以上."""
    return percent(ratio) if ratio < HUNDRED else "100 倍以上"


def shown(value: Value) -> str:
    """An amount as a sentence writes it: 61亿元, 94.8%."""
    if value.low is None and not value.stated:
        written = as_written(value.text, value.unit.symbol if value.unit else "")
        if written is not None:
            return written
    return shown_amount(value.amount, value)


def as_written(text: str, symbol: str) -> str | None:
    """The text itself where it is no more than a plain figure with its unit."""
    found = _PLAIN.fullmatch(text)
    return text if found and found[1] == symbol else None


def shown_amount(amount: Decimal | None, value: Value) -> str:
    """Another amount in the unit of ``value``."""
    return value.text if amount is None else format_amount(amount, value.unit)


@lru_cache(maxsize=4096)
def points_text(text: str) -> tuple[Decimal | None, str | None]:
    """Points from a cell's text, and what is wrong with them: ``(10, None)`` for ``10分``.

    ``(None, None)`` where nothing stands there. Cached: the same weights return all day.
    """
    try:
        number = parse_number(squashed(text).removesuffix("分"))
    except NumberError as error:
        return None, error.message
    if number is not None and not ZERO <= number <= MOST_POINTS:
        return None, f"{plain(number)}不在 0 到 {MOST_POINTS} 分之间"
    return number, None


def points_of(cell: Cell) -> tuple[Decimal | None, str | None]:
    """Points in a cell: the number, or what is wrong, or neither for a blank."""
    return (None, cell.problem) if cell.problem is not None else points_text(cell.text)


def squashed(text: str) -> str:
    """For matching: NFKC without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())
