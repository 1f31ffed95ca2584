"""The everyday cell in one look: ``≥61.5亿元以上``, ``100%``, ``627人次``, ``10``.

Nine values in ten are a figure with a unit. What stands around the digits returns all day, so
it is worked out once and remembered; only the digits are read anew. Whatever is not this plain
is left to the full parser, and both agree on all that is.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from jixiao.values.beside import sign_cell, unit_cell
from jixiao.values.hints import Hint
from jixiao.values.model import Comparator, Kind, Unit, Value, ValueProblem
from jixiao.values.numerals import CONTEXT
from jixiao.values.quantity import SIGNS, settle_unit
from jixiao.values.units import is_exact, unit_at

Role = Literal["target", "actual"]
GE, LE, EQ = Comparator.GE, Comparator.LE, Comparator.EQ
_QUANTITY = Kind.QUANTITY  # looked up once: reading a member off an Enum is slow before 3.12
_ONE = Decimal(1)

_PLAIN = re.compile(r"([≥≤><=]?)([0-9]{1,15}(?:\.[0-9]{1,10})?)([A-Za-z一-鿿%]{0,7})")
_TAIL = re.compile(r"(?P<unit>.*?)(?P<bound>以上|以下|以内)?")
_BOUNDS = {"以上": GE, "以下": LE, "以内": LE}
# Ends of a unit that may be a date, a duration or an approximation.
_UNSURE = ("年", "月", "日", "号", "度", "多", "余")


class _Around(NamedTuple):
    """What stands around the digits; ``factor`` leads to the base unit, ``None`` for 1."""

    unit: Unit | None
    factor: Decimal | None
    comparator: Comparator
    stated: bool


def read_plain(
    text: str, said: Hint, unit: str, sign: str, role: Role, direction: Comparator | None
) -> Value | None:
    """The value of a plain cell, ``None`` where it needs a closer look.

    Args:
        said: what the indicator's name says.
        unit, sign: texts of the cells beside it.
    """
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    glyph, digits, tail = found.groups()
    around = _around(glyph, tail, said, unit, sign, role, direction)
    if around is None:
        return None
    about, factor, comparator, stated = around
    amount = Decimal(digits)
    if factor is not None:
        amount = CONTEXT.multiply(amount, factor)
    if comparator is GE and not stated and not amount:
        comparator = EQ  # nobody aims at 0起 or more: a zero target means none
    return Value(text, _QUANTITY, comparator, stated, amount, about)


@lru_cache(maxsize=4096)
def _around(
    glyph: str,
    tail: str,
    said: Hint,
    unit: str,
    sign: str,
    role: Role,
    direction: Comparator | None,
) -> _Around | None:
    found = _TAIL.fullmatch(tail)
    assert found is not None  # the unit takes whatever is no bound
    symbol, bound = found.groups()
    own, over, rest = unit_at(symbol)
    if said.timely or said.ranked or over or rest or symbol.endswith(_UNSURE):
        return None
    try:
        cell, beside = unit_cell(unit), sign_cell(sign)
        about, scale = settle_unit(_ONE, own, said, cell, tail)
    except ValueProblem:
        return None  # the full parser says what is wrong
    written = {SIGNS.get(glyph), _BOUNDS.get(bound), beside} - {None}
    if len(written) > 1 or (about and (about.symbol == "年" or not is_exact(about))):
        return None
    factor = CONTEXT.multiply(scale, about.factor) if about else scale
    comparator = next(iter(written), None) or (EQ if role == "actual" else direction or GE)
    # A factor of 1.00 (百%) still says how many places an amount has.
    return _Around(about, factor if str(factor) != "1" else None, comparator, bool(written))
