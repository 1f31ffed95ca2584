"""Write values back: canonical text, amounts for sentences, JSON."""

from __future__ import annotations

from decimal import Decimal

from jixiao.values.dates import write_date
from jixiao.values.model import Comparator, Kind, Unit, Value
from jixiao.values.units import from_base, plain

_GLYPHS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


def format_amount(amount: Decimal, unit: Unit | None) -> str:
    """An amount in the base unit, in the unit as written: ``2.37亿元``, ``94.8%``, ``627``."""
    symbol = unit.symbol if unit else ""
    if symbol in ("月", "季度"):  # 3月 would be March
        symbol = f"个{symbol}"
    return f"{format(from_base(amount, unit), 'f')}{symbol}"


def render(value: Value) -> str:
    """Canonical Chinese text; read again it has the same kind, comparator, amount and unit.

    The sign is written wherever a bare text would be read as another (a target's inferred
    ``>=`` is the one left out). What cannot be read is given back as it was written.
    """
    if value.error:
        return value.text
    if len(value.parts) > 1:
        return ";".join(render(part) for part in value.parts)
    if value.kind is Kind.BLANK:
        return ""
    if value.kind is Kind.QUALITATIVE:
        return value.text.strip()
    if value.kind is Kind.DATE and value.deadline:
        return _sign(value, Comparator.LE) + write_date(value.deadline)
    if value.kind is Kind.RANK and value.amount is not None:
        return f"{_sign(value, Comparator.LE)}{value.scope or ''}第{format(value.amount, 'f')}"
    if value.amount is None:
        return value.text
    about = "约" if value.approximate else ""
    if value.low is not None and value.high is not None:
        if value.comparator is not Comparator.GE:  # 大于10,小于20
            low, high = (format_amount(v, value.unit) for v in (value.low, value.high))
            return f"{_GLYPHS[value.comparator]}{about}{low};<{high}"
        low = format(from_base(value.low, value.unit), "f")
        return f"{about}{low}-{format_amount(value.high, value.unit)}"
    return f"{_sign(value, Comparator.GE)}{about}{format_amount(value.amount, value.unit)}"


def _sign(value: Value, default: Comparator) -> str:
    bare = value.comparator is default and not (value.stated and value.kind is Kind.QUANTITY)
    return "" if bare else _GLYPHS[value.comparator]


def as_json(value: Value) -> dict[str, str | bool | None]:
    """What ``jixiao value --json`` prints of a value.

    ``amount`` is a plain decimal string in the base unit, without exponent or trailing zeros,
    ``None`` where there is none; ``unit`` is that base unit (元, 人, 1 for a share), ``None``
    where no unit was written.
    """
    return {
        "text": value.text,
        "kind": value.kind.value,
        "comparator": value.comparator.value,
        "stated": value.stated,
        "amount": None if value.amount is None else format(plain(value.amount), "f"),
        "unit": value.unit.base if value.unit else None,
        "error": value.error,
    }
