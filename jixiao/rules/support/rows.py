"""What several rules ask of a scored row."""

from __future__ import annotations

from jixiao.model.scores import RowScore
from jixiao.model.submission import FormData
from jixiao.model.targets import FormTargets
from jixiao.rules.support.base import Facts
from jixiao.values import Comparator, IncomparableUnits, Kind, Value, adopt, compare, same

LOWER = frozenset({Comparator.LE, Comparator.LT})


def is_cost(row: RowScore) -> bool:
    """An indicator of a cost group."""
    return row.indicator is not None and "成本" in row.indicator.level2 + row.indicator.level1


def overspent(row: RowScore) -> bool:
    """A cost, or anything with an upper bound, that came out above its target."""
    target, actual = row.target, row.actual
    if target is None or actual is None or target.amount is None or actual.amount is None:
        return False
    if target.kind is not Kind.QUANTITY or actual.kind is not Kind.QUANTITY:
        return False
    if target.comparator not in LOWER and not is_cost(row):
        return False
    try:
        return compare(actual, target) > 0
    except IncomparableUnits:
        return False


def overspent_full(row: RowScore) -> bool:
    return (
        overspent(row)
        and row.claimed is not None
        and row.weight is not None
        and row.claimed >= row.weight > 0
    )


def rate_of(facts: Facts, data: FormData, row: RowScore) -> str | None:
    """The name of the rubric rate a row is scored by (成本节约率 …)."""
    if row.kind != "rubric":
        return None
    section = facts.forms[data.form].role("rubric")
    return section.row(row.row).rate if section is not None else None


def explained(row: RowScore) -> bool:
    """Something was written in the column of reasons."""
    return row.indicator is not None and not row.indicator.explanation.blank


def same_value(a: Value, b: Value) -> bool:
    """Whether two target or actual values say the same, the bound left out of account."""
    if a.kind is Kind.QUANTITY and b.kind is Kind.QUANTITY:
        if a.amount is None or b.amount is None:
            return a.text == b.text
        try:
            return compare(a, b) == 0
        except IncomparableUnits:
            return False
    return same(a, b)


def in_one_unit(row: RowScore) -> tuple[Value, Value] | None:
    """Target and actual of two readable figures, a bare one in the other's unit."""
    target, actual = row.target, row.actual
    if target is None or actual is None or target.amount is None or actual.amount is None:
        return None
    if target.kind is not Kind.QUANTITY or actual.kind is not Kind.QUANTITY:
        return None
    return adopt(target, actual.unit), adopt(actual, target.unit)


def approved(facts: Facts, data: FormData) -> FormTargets | None:
    """The approved targets of a form copy, ``None`` where there are none."""
    return facts.targets.of(data.form, data.project) if facts.targets is not None else None
