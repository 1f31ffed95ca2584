"""Budget execution: weight × min(executed ÷ annual budget, 1), on the total row alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.forms import Row, TableSection
from jixiao.model.scores import RowScore, State, Told
from jixiao.model.submission import Cell, FormData
from jixiao.scoring.figures import (
    ONE,
    ZERO,
    divide,
    percent,
    plain,
    points_of,
    shown,
    times,
    within,
)
from jixiao.scoring.outcome import Basis, Outcome, figures, nothing, person, told
from jixiao.values import Kind, Value, parse


def amount(section: TableSection, data: FormData, row: str, column: str) -> tuple[Cell, Value]:
    """A figure of a table, read in its column's unit."""
    cell = data.get(f"{section.id}.{row}.{column}")
    known = next((c for c in section.columns if c.id == column), None)
    unit = (known.unit or section.unit) if known is not None else ""
    return cell, parse(cell.text, unit=unit, role="actual")


def total_row(section: TableSection) -> Row | None:
    """The row that carries the points: the first that is not a 其中 row."""
    return next((row for row in section.rows if not row.sub and not row.repeat), None)


def score_execution(basis: Basis, section: TableSection, data: FormData) -> RowScore | None:
    """The total row, its rate worked out from the figures; ``None`` if the section has none."""
    row = total_row(section)
    if row is None:
        return None
    at = f"{section.id}.{row.id}"
    weight_cell, score_cell = data.get(f"{at}.weight"), data.get(f"{at}.score")
    weight, weight_error = points_of(weight_cell)
    claimed, _ = points_of(score_cell)
    annual, executed = (amount(section, data, row.id, c) for c in ("annual", "executed"))
    outcome = _outcome(basis, weight, weight_error, annual, executed)
    return RowScore(
        kind="execution",
        name=row.title,
        row=row.id,
        state=outcome.state,
        weight=weight,
        claimed=claimed,
        computed=outcome.points,
        working=outcome.working(basis),
        weight_cell=weight_cell,
        score_cell=score_cell,
        target=annual[1],
        actual=executed[1],
        ratio=outcome.ratio,
    )


def unreadable(title: str, cell: Cell, value: Value) -> str | None:
    """Why a figure cannot be used, if so; a blank is no reason."""
    if cell.problem is not None:
        return f"{title}读不出来：{cell.problem.rstrip('。')}"
    if value.error is not None:
        return f"{title}读不出来：{value.error.rstrip('。')}"
    if value.kind not in (Kind.QUANTITY, Kind.BLANK):
        return f"{title}“{value.text}”不是数字"
    return None


def _outcome(
    basis: Basis,
    weight: Decimal | None,
    weight_error: str | None,
    annual: tuple[Cell, Value],
    executed: tuple[Cell, Value],
) -> Outcome:
    source, blanks = basis.policy.execution.source, basis.policy.blanks.source
    why = f"分值读不出来：{weight_error.rstrip('。')}" if weight_error else None
    why = why or unreadable("全年预算数", *annual) or unreadable("全年执行数", *executed)
    if why:
        return nothing(State.UNREADABLE, "unreadable", why, blanks)
    budget, spent = annual[1].amount, executed[1].amount
    titles = (("分值", weight), ("全年预算数", budget), ("全年执行数", spent))
    missing = [title for title, number in titles if number is None]
    if missing or weight is None or budget is None or spent is None:
        return nothing(State.BLANK, "blank", f"{'、'.join(missing)}空白，无法计分", blanks)
    if budget <= 0:
        return person("execution", f"全年预算数为 {shown(annual[1])}，算不出执行率", source)
    rate = divide(max(spent, ZERO), budget)
    points = within(times(weight, min(rate, ONE)), weight, basis.policy.decimals)

    def explain() -> Told:
        data = figures(executed=spent, annual=budget, ratio=rate, weight=weight)
        quotient = f"{shown(executed[1])} ÷ {shown(annual[1])}"
        if rate >= ONE:
            return f"{quotient} = {percent(rate)}，得满分 {plain(points)} 分", data
        part = percent(rate, weight, points)
        return f"{quotient} = {part}，{plain(weight)} 分 × {part} = {plain(points)} 分", data

    return Outcome(State.SCORED, points, "execution", explain, source, rate)


def _sub_rows(section: TableSection, data: FormData) -> Iterator[tuple[Row, str]]:
    """其中 rows with the id they were filed under; a repeated one as often as it was filed."""
    for row in section.rows:
        if row.sub and row.repeat:
            yield from ((row, filed) for filed, _ in data.repeated(section.id, row.id))
        elif row.sub:
            yield row, row.id


def doubled(basis: Basis, section: TableSection, data: FormData) -> Iterator[RowScore]:
    """其中 rows that print a weight or a score of their own: shown, never added."""
    for row, filed in _sub_rows(section, data):
        at = f"{section.id}.{filed}"
        weight_cell, score_cell = data.get(f"{at}.weight"), data.get(f"{at}.score")
        weight, claimed = points_of(weight_cell)[0], points_of(score_cell)[0]
        if weight is None and claimed is None:
            continue
        printed = [
            f"{title} {plain(number)} 分"
            for title, number in (("分值", weight), ("得分", claimed))
            if number is not None
        ]
        sentence = f"其中行只说明资金来源，不另计分，印着的{'、'.join(printed)}不计入合计"
        source = basis.policy.execution.source
        working = Outcome(State.NOT_SCORED, None, "sub_row", told(sentence), source).working(basis)
        yield RowScore(
            "sub",
            row.title,
            filed,
            State.NOT_SCORED,
            weight,
            claimed,
            None,
            working,
            weight_cell,
            score_cell,
        )
