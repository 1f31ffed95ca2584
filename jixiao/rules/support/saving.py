"""成本节约率 of a project: what its rubric was given and what its own figures say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from jixiao.model.findings import Place
from jixiao.model.forms import TableSection
from jixiao.model.scores import RowScore
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Facts, plain
from jixiao.rules.support.cells import figure, indicator_place, score_at, score_place, scored
from jixiao.rules.support.projects import siblings
from jixiao.rules.support.rows import in_one_unit, is_cost
from jixiao.scoring.rates import worth
from jixiao.values import format_amount

SAVING = "成本节约率"


@dataclass(frozen=True)
class Saving:
    """A rubric row of 成本节约率 with the planned and the actual cost it stands on.

    ``points`` are those the year's table gives for the rate, ``None`` where it has none.
    """

    data: FormData
    row: RowScore
    rate: Decimal
    words: str
    points: Decimal | None
    places: tuple[Place, ...]

    @property
    def too_high(self) -> bool:
        """More was claimed than the table gives, or full marks where there is no table."""
        if self.row.claimed is None or self.row.weight is None:
            return False
        if self.points is None:
            return self.row.claimed >= self.row.weight
        return self.row.claimed > self.points


def savings(facts: Facts) -> list[Saving]:
    """Every rubric row of 成本节约率 whose costs are known; worked out once a filing."""
    return facts.once("savings", lambda: list(_savings(facts)))


def _savings(facts: Facts) -> Iterator[Saving]:
    scale = facts.policy.rubric_rates.get(SAVING)
    for data, score in scored(facts):
        section = facts.forms[data.form].role("rubric")
        if section is None:
            continue
        for row in score.rows:
            if row.kind != "rubric" or section.row(row.row).rate != SAVING:
                continue
            costs = _own(facts, data, section, row) or _indicators(facts, data)
            if costs is None:
                continue
            rate, words, places = costs
            points = None
            if scale is not None and row.weight is not None:
                points, _ = worth(scale, rate, row.weight, facts.policy.decimals)
            place = score_place(facts, data, row, "score")
            yield Saving(data, row, rate, words, points, (place, *places))


Costs = tuple[Decimal, str, tuple[Place, ...]]


def _own(facts: Facts, data: FormData, section: TableSection, row: RowScore) -> Costs | None:
    """Actual and planned cost written beside the rubric row."""
    actual = figure(data, section, row.row, "numerator")
    planned = figure(data, section, row.row, "denominator")
    if actual is None or not planned:
        return None
    places = (
        facts.table_place(data, section, row.row, "numerator"),
        facts.table_place(data, section, row.row, "denominator"),
    )
    return (
        (planned - actual) / planned,
        f"计划成本 {plain(planned)}、实际成本 {plain(actual)}",
        places,
    )


def _indicators(facts: Facts, data: FormData) -> Costs | None:
    """The cost indicators of the same project's own form, added up."""
    planned, spent = Decimal(0), Decimal(0)
    places: list[Place] = []
    unit = None
    for copy in siblings(facts, data):
        score = score_at(facts, copy)
        for row in score.rows if score is not None else ():
            pair = in_one_unit(row) if is_cost(row) else None
            if pair is None or row.indicator is None:
                continue
            target, actual = pair
            if target.unit is None or target.unit.dimension != "money":
                continue
            planned += target.amount or 0
            spent += actual.amount or 0
            unit = unit or target.unit
            places += [
                indicator_place(facts, copy, row.indicator, "target"),
                indicator_place(facts, copy, row.indicator, "actual"),
            ]
    if planned <= 0:
        return None
    words = f"计划成本 {format_amount(planned, unit)}、实际成本 {format_amount(spent, unit)}"
    return (planned - spent) / planned, words, tuple(places)
