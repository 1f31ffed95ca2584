"""The fixed rubric of 附件4: six rates from figures, the other rows as claimed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from jixiao.model.forms import Row, TableSection
from jixiao.model.scores import RowScore, State
from jixiao.model.submission import NOTHING, Cell, FormData
from jixiao.policy.rates import RubricRate
from jixiao.scoring.derive import Figure, derived, quotient
from jixiao.scoring.execution import amount, unreadable
from jixiao.scoring.figures import percent, plain, points_of, shown
from jixiao.scoring.outcome import Basis, Outcome, figures, nothing, told
from jixiao.scoring.quantity import aligned
from jixiao.scoring.rates import worth


def score_rubric(
    basis: Basis,
    section: TableSection,
    data: FormData,
    execution: tuple[TableSection, FormData] | None,
    rows: Sequence[RowScore],
) -> list[RowScore]:
    """Every row of the rubric but its totals.

    Args:
        execution: execution table of the same project's 附件3, for the rates it can give.
        rows: the scored indicator rows of the same 附件3, for the other rates.
    """
    return [
        _row(basis, section, row, data, execution, rows) for row in section.rows if not row.sum_of
    ]


def printed_total(section: TableSection, data: FormData) -> tuple[Decimal | None, Cell]:
    """Weight and score cell of the total row: the one that sums up and is not summed itself."""
    summed = {child for row in section.rows for child in row.sum_of}
    total = next((r for r in section.rows if r.sum_of and r.id not in summed), None)
    if total is None:
        return None, NOTHING
    at = f"{section.id}.{total.id}"
    printed = points_of(data.get(f"{at}.weight"))[0]
    if printed is None and total.weight is not None:
        printed = Decimal(total.weight)
    return printed, data.get(f"{at}.score")


def _row(
    basis: Basis,
    section: TableSection,
    row: Row,
    data: FormData,
    execution: tuple[TableSection, FormData] | None,
    rows: Sequence[RowScore],
) -> RowScore:
    at = f"{section.id}.{row.id}"
    weight_cell, score_cell = data.get(f"{at}.weight"), data.get(f"{at}.score")
    # The rubric is fixed: the form says the weight, whatever a copy of it prints.
    weight = Decimal(row.weight) if row.weight is not None else points_of(weight_cell)[0]
    claimed, error = points_of(score_cell)
    scale = basis.policy.rubric_rates.get(row.rate) if row.rate else None
    if weight is None:
        outcome = nothing(State.BLANK, "blank", "分值空白，无法计分", basis.policy.blanks.source)
    elif row.rate and scale is not None:
        outcome = _rated(basis, section, row, scale, weight, data, execution, rows)
    else:
        outcome = _claimed(basis, weight, claimed, error)
    return RowScore(
        kind="rubric",
        name=row.title,
        row=row.id,
        state=outcome.state,
        weight=weight,
        claimed=claimed,
        computed=outcome.points,
        working=outcome.working(basis),
        weight_cell=weight_cell,
        score_cell=score_cell,
        ratio=outcome.ratio,
    )


def _claimed(basis: Basis, weight: Decimal, claimed: Decimal | None, error: str | None) -> Outcome:
    """A row judged by its points: the claimed score stands, up to the weight."""
    blanks = basis.policy.blanks.source
    if error is not None:
        why = f"得分读不出来：{error.rstrip('。')}"
        return nothing(State.UNREADABLE, "unreadable", why, blanks)
    if claimed is None:
        return nothing(State.BLANK, "blank", "得分空白", blanks)
    sentence = f"按评价要点评分，自评 {plain(claimed)} 分，分值 {plain(weight)} 分，"
    if claimed > weight:
        sentence += f"超过分值，最多计 {plain(weight)} 分"
    else:
        sentence += "照列"
    data = figures(claimed=claimed, weight=weight)
    return Outcome(State.CLAIMED, None, "claimed", told(sentence, data), basis.policy.rubric.source)


def _rated(
    basis: Basis,
    section: TableSection,
    row: Row,
    scale: RubricRate,
    weight: Decimal,
    data: FormData,
    execution: tuple[TableSection, FormData] | None,
    rows: Sequence[RowScore],
) -> Outcome:
    """A row with a rate: from its own figures, else from 附件3, else it cannot be computed."""
    figure = _own(section, row, scale, data) or derived(scale, execution, rows, basis.year)
    if figure.rate is None:
        sentence = f"{row.rate}无法计算：{figure.said}，暂按自评分列"
        return Outcome(State.NOT_COMPUTABLE, None, "not_computable", told(sentence), scale.source)
    points, said = worth(scale, figure.rate, weight, basis.policy.decimals)
    sentence = f"{row.rate} = {figure.said} = {percent(figure.rate)}，{said}"
    numbers = figures(
        numerator=figure.numerator,
        denominator=figure.denominator,
        ratio=figure.rate,
        weight=weight,
    )
    explain = told(sentence, numbers | {"from": figure.origin})
    return Outcome(State.SCORED, points, "rubric_rate", explain, scale.source, figure.rate)


def _own(section: TableSection, row: Row, scale: RubricRate, data: FormData) -> Figure | None:
    """The rate from the row's own two figures; ``None`` where none stand there."""
    above_cell, above = amount(section, data, row.id, "numerator")
    below_cell, below = amount(section, data, row.id, "denominator")
    if above_cell.blank and below_cell.blank:
        return None
    why = unreadable(row.numerator or "分子", above_cell, above)
    why = why or unreadable(row.denominator or "分母", below_cell, below)
    if why:
        return Figure(None, why)
    if above.amount is None or below.amount is None:
        return Figure(None, "分子、分母只填了一个")
    pair = aligned(below, above)
    if isinstance(pair, str):
        return Figure(None, pair)
    planned, done, _ = pair
    assert planned.amount is not None  # both were there before
    assert done.amount is not None
    if planned.amount <= 0:
        return Figure(None, f"{row.denominator or '分母'}为 {shown(planned)}")
    texts = shown(done), shown(planned)
    return quotient(scale, done.amount, planned.amount, texts, "own")
