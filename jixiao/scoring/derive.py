"""The rates of 附件4 worked out from the same project's 附件3, where 附件4 gives no figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao.model.forms import TableSection
from jixiao.model.scores import RowScore, State
from jixiao.model.submission import FormData
from jixiao.policy.rates import FromExecution, FromIndicators, RubricRate
from jixiao.scoring.execution import amount, total_row, unreadable
from jixiao.scoring.figures import ONE, ZERO, added, divide, minus, plain, shown, squashed
from jixiao.scoring.quantity import aligned
from jixiao.values import Kind, Value, format_amount


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate with its figures.

    Attributes:
        rate: ``None`` where it cannot be computed.
        said: the quotient in words, or why there is none.
        origin: ``own`` figures of the rubric row, or how it was ``derived``.
    """

    rate: Decimal | None
    said: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    origin: str = ""


def quotient(
    scale: RubricRate, above: Decimal, below: Decimal, texts: tuple[str, str], origin: str
) -> Figure:
    """The quotient or the deviation of two figures; ``below`` is above 0."""
    if scale.figure == "saving":
        rate = divide(minus(below, above), below)
        said = f"（{texts[1]} − {texts[0]}）÷ {texts[1]}"
    else:
        rate, said = divide(above, below), f"{texts[0]} ÷ {texts[1]}"
    return Figure(rate, said, above, below, origin)


def derived(
    scale: RubricRate,
    execution: tuple[TableSection, FormData] | None,
    rows: Sequence[RowScore],
    year: int | None,
) -> Figure:
    """The rate from the project's own form, as the policy says for this rate."""
    how = scale.derive
    if how is None:
        return Figure(None, "没有填计算数据")
    if execution is None and not rows:
        return Figure(None, "没有填计算数据，也没有找到同一项目的自评表")
    if isinstance(how, FromExecution):
        if execution is None:
            return Figure(None, "没有填计算数据，项目的自评表也没有预算执行部分")
        return _from_execution(scale, how, *execution)
    chosen = [
        row
        for row in rows
        if row.indicator is not None and squashed(how.group) in squashed(row.indicator.level2)
    ]
    figure = _from_indicators(scale, how, chosen, year)
    missing = f"没有填计算数据，项目的“{how.group}”类指标也没有可用的数字"
    return figure or Figure(None, missing)


def _from_indicators(
    scale: RubricRate, how: FromIndicators, rows: Sequence[RowScore], year: int | None
) -> Figure | None:
    if how.kind == "achievement":
        return _achievement(rows)
    return _cost(scale, rows) if how.kind == "cost" else _months(scale, rows, year)


def _from_execution(
    scale: RubricRate, how: FromExecution, section: TableSection, data: FormData
) -> Figure:
    row = total_row(section)
    if row is None:
        return Figure(None, "项目的预算执行表没有合计行")
    titles = {column.id: column.title for column in section.columns}
    above_title, below_title = (titles.get(c, c) for c in (how.numerator, how.denominator))
    above_cell, above = amount(section, data, row.id, how.numerator)
    below_cell, below = amount(section, data, row.id, how.denominator)
    why = unreadable(above_title, above_cell, above) or unreadable(below_title, below_cell, below)
    if why:
        return Figure(None, why)
    if above.amount is None or below.amount is None or below.amount <= 0:
        return Figure(None, f"项目的{above_title}或{below_title}空白或为 0")
    texts = f"{above_title} {shown(above)}", f"{below_title} {shown(below)}"
    return quotient(scale, above.amount, below.amount, texts, "execution")


def _achievement(rows: Sequence[RowScore]) -> Figure | None:
    """Mean of min(achievement, 1) over the rows that have one."""
    rates = [
        min(row.ratio, ONE)
        for row in rows
        if row.state is State.SCORED and row.ratio is not None and _is_number(row.target)
    ]
    if not rates:
        return None
    total, count = added(rates), Decimal(len(rates))
    said = f"{count} 个指标完成率的平均数（超过 100% 的按 100%）"
    return Figure(divide(total, count), said, total, count, "achievement")


def _is_number(value: Value | None) -> bool:
    return value is not None and value.kind is Kind.QUANTITY


def _cost(scale: RubricRate, rows: Sequence[RowScore]) -> Figure | None:
    """Planned against actual cost: the rows whose target and actual are both money."""
    pairs = [pair for row in rows if (pair := _money_pair(row)) is not None]
    planned, spent = added(p[0].amount for p in pairs), added(p[1].amount for p in pairs)
    if planned <= 0:
        return None
    unit = pairs[0][0].unit
    texts = format_amount(spent, unit), format_amount(planned, unit)
    return quotient(scale, spent, planned, texts, "cost")


def _money_pair(row: RowScore) -> tuple[Value, Value] | None:
    if row.target is None or row.actual is None or not _usable(row):
        return None
    pair = aligned(row.target, row.actual)
    if isinstance(pair, str) or pair[0].unit is None or pair[0].unit.dimension != "money":
        return None
    return pair[0], pair[1]


def _usable(row: RowScore) -> bool:
    """Both sides are single figures."""
    return all(
        _is_number(v) and v.error is None and v.amount is not None and v.high is None
        for v in (row.target, row.actual)
        if v is not None
    )


def _months(scale: RubricRate, rows: Sequence[RowScore], year: int | None) -> Figure | None:
    """Planned against actual months of the year, or against a duration, where both say one."""
    pairs = [p for row in rows if (p := _month_pair(row, year)) is not None]
    if not pairs:
        return None
    planned, spent = added(p[0] for p in pairs), added(p[1] for p in pairs)
    texts = f"实际 {plain(spent)} 个月", f"计划 {plain(planned)} 个月"
    return quotient(scale, spent, planned, texts, "months")


def _month_pair(row: RowScore, year: int | None) -> tuple[Decimal, Decimal] | None:
    target, actual = row.target, row.actual
    if target is None or actual is None:
        return None
    if _usable(row) and _in_months(target) and _in_months(actual):
        goal, done = target.amount or ZERO, actual.amount or ZERO
        return (goal, done) if goal > 0 else None
    due, end = target.deadline, actual.deadline
    if due is None or end is None or due.month is None or end.month is None:
        return None
    first = due.year or year or end.year or 0
    last = end.year or year or first
    return Decimal(due.month), Decimal((last - first) * 12 + end.month)


def _in_months(value: Value) -> bool:
    return value.unit is not None and value.unit.dimension == "months"
