"""The cells beside a value: its unit (度量单位) and its sign (指标性质)."""

from __future__ import annotations

from decimal import Decimal

from jixiao.values.model import Comparator, Unit, ValueProblem, quoted
from jixiao.values.normalise import normalise
from jixiao.values.numerals import BLANK_MARKS
from jixiao.values.units import as_money, unit_at

GE, LE, GT, LT, EQ = Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT, Comparator.EQ

_SIGN_CELLS = {
    "≥": GE,
    "≤": LE,
    ">": GT,
    "<": LT,
    "=": EQ,
    "大于": GT,
    "高于": GT,
    "小于": LT,
    "低于": LT,
    "等于": EQ,
    "不低于": GE,
    "不少于": GE,
    "不小于": GE,
    "不高于": LE,
    "不超过": LE,
    "不大于": LE,
    "正向": GE,
    "正向指标": GE,
    "反向": LE,
    "逆向": LE,
    "反向指标": LE,
    "逆向指标": LE,
}
_NO_SIGN = frozenset({"定性", "定性指标", "定量", "定量指标"})


def unit_cell(text: str) -> Unit | None:
    """The unit a unit cell names, ``None`` for a blank one.

    Raises:
        ValueProblem: ``unknown_unit``, or whatever :func:`normalise` refuses.
    """
    if not text:
        return None
    clean = normalise(text).removeprefix("(").removesuffix(")")
    if BLANK_MARKS.fullmatch(clean):
        return None
    unit, over, rest = unit_at(clean)
    if unit is not None and not over and unit.dimension == "magnitude" and not rest:
        return as_money(unit)
    if unit is not None and not over and unit.dimension != "magnitude" and not _odd(rest):
        return unit
    if clean.isalpha() and len(clean) <= 8 and not over and unit is None:
        return Unit(clean, clean, "count", Decimal(1))
    raise ValueProblem("unknown_unit", f"单位栏的{quoted(clean)}不是一个单位。", clean)


def _odd(rest: str) -> bool:
    return bool(rest) and not (rest.isalpha() and len(rest) <= 8)


def sign_cell(text: str) -> Comparator | None:
    """The comparator a sign cell names, ``None`` for a blank one or a mere 定量.

    Raises:
        ValueProblem: ``unknown_sign``, or whatever :func:`normalise` refuses.
    """
    if not text:
        return None
    clean = normalise(text)
    if BLANK_MARKS.fullmatch(clean) or clean in _NO_SIGN:
        return None
    if clean not in _SIGN_CELLS:
        raise ValueProblem("unknown_sign", f"指标性质栏的{quoted(clean)}不是比较符号。", clean)
    return _SIGN_CELLS[clean]
