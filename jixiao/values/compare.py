"""Hold two values against each other."""

from __future__ import annotations

from decimal import Decimal

from jixiao.values.model import Comparator, Deadline, IncomparableUnits, Kind, Unit, Value, quoted
from jixiao.values.normalise import normalise
from jixiao.values.units import commensurable, to_base

_UP = (Comparator.GE, Comparator.GT)
_DOWN = (Comparator.LE, Comparator.LT)


def adopt(value: Value, unit: Unit | None) -> Value:
    """A quantity without a unit, read in the unit its counterpart was written in.

    Target ``771.32`` with actual ``771.32万元`` is the same sum: clerks write the unit once.
    A bare number up to 1 is not read as so many percent, as it may be the share itself.
    """
    bare = value.kind is Kind.QUANTITY and value.unit is None and value.amount is not None
    if not bare or unit is None or value.amount is None:
        return value
    if unit.dimension == "share" and abs(value.amount) <= 1:
        return value

    def scaled(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else to_base(amount, unit)

    return value._replace(
        amount=scaled(value.amount),
        low=scaled(value.low),
        high=scaled(value.high),
        unit=unit,
    )


def _paired(a: Value, b: Value) -> tuple[Value, Value]:
    """Both values, the one without a unit in the other's; raises across dimensions."""
    first, second = adopt(a, b.unit), adopt(b, a.unit)
    if not commensurable(first.unit, second.unit):
        one = first.unit.symbol if first.unit else "无单位"
        other = second.unit.symbol if second.unit else "无单位"
        message = f"{quoted(a.text)}与{quoted(b.text)}的单位不同（{one}、{other}），不能比较。"
        raise IncomparableUnits(message)
    return first, second


def compare(a: Value, b: Value) -> int:
    """-1, 0 or 1 as a is less than, equal to or more than b (ranks: by place; dates: by time).

    Raises:
        IncomparableUnits: other kinds or dimensions, other scopes of a rank, dates that have no
            part in common, or a value without an amount.
    """
    if a.kind is b.kind is Kind.DATE and a.deadline and b.deadline:
        return _compare_dates(a, b, a.deadline, b.deadline)
    if a.kind is not b.kind or a.amount is None or b.amount is None:
        raise IncomparableUnits(f"{quoted(a.text)}与{quoted(b.text)}不是同一类值，不能比较。")
    if a.kind is Kind.RANK:
        if a.scope and b.scope and a.scope != b.scope:
            raise IncomparableUnits(f"名次的范围不同（{a.scope}、{b.scope}），不能比较。")
        return _order(a.amount, b.amount)
    first, second = _paired(a, b)
    return _order(first.amount or Decimal(0), second.amount or Decimal(0))


def _order(a: Decimal, b: Decimal) -> int:
    return (a > b) - (a < b)


def _compare_dates(a: Value, b: Value, first: Deadline, second: Deadline) -> int:
    shared = False
    for part in ("year", "month", "day"):
        one, other = getattr(first, part), getattr(second, part)
        if one is None or other is None:
            continue
        shared = True
        if one != other:
            return 1 if one > other else -1
    if shared or first == second:
        return 0
    raise IncomparableUnits(f"{quoted(a.text)}与{quoted(b.text)}没有可比的年月日。")


def same(a: Value, b: Value) -> bool:
    """Whether both say the same: 61亿元以上 = 61亿元, 第二 = 第2, 35亿 = 3500000000元.

    A comparator counts only where both state one. Where one holds a second value and the other
    does not (61亿元以上,同比增长10%以上), the first is what is compared. A missing scope of a
    rank, and a missing unit, agree with any.
    """
    if a.error or b.error:
        return a.text == b.text
    if a.parts and b.parts and len(a.parts) == len(b.parts):
        return all(same(x, y) for x, y in zip(a.parts, b.parts, strict=True))
    if a.kind is not b.kind:
        return False
    if a.kind in (Kind.BLANK, Kind.QUALITATIVE):
        return a.kind is Kind.BLANK or normalise(a.text) == normalise(b.text)
    if a.kind is Kind.DATE:
        return _same_date(a.deadline, b.deadline)
    if a.stated and b.stated and a.comparator is not b.comparator:
        return False
    try:
        if compare(a, b) != 0:
            return False
        first, second = _paired(a, b)
    except IncomparableUnits:
        return False
    return a.kind is Kind.RANK or _same_bounds(first, second)


def _same_bounds(a: Value, b: Value) -> bool:
    if a.high is None and b.high is None:
        return True
    return (a.low, a.high) == (b.low, b.high)


def _same_date(a: Deadline | None, b: Deadline | None) -> bool:
    # 2023年, 2023 and 2023年内 name one deadline; 底 adds nothing to a month or a year.
    if a is None or b is None:
        return a is b
    return (a.year, a.month, a.day) == (b.year, b.month, b.day)


def meets(actual: Decimal, comparator: Comparator, target: Decimal) -> bool:
    """Whether an amount satisfies a bound; both in the same base unit."""
    if comparator in _UP:
        return actual > target if comparator is Comparator.GT else actual >= target
    if comparator in _DOWN:
        return actual < target if comparator is Comparator.LT else actual <= target
    return actual == target
