"""B05: a cost target that equals its actual to the cent was probably written afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import figure, indicator_place, scored, title_of
from jixiao.rules.support.rows import approved, in_one_unit, is_cost
from jixiao.rules.support.sources import APPROVED
from jixiao.values import unit_of


@rule(
    "B05",
    "成本目标与实际分毫不差",
    Severity.WARNING,
    name="cost-target-set-beforehand",
    source=APPROVED,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：成本目标应在年初按预算定下；与决算一分不差、又不等于年初预算的目标，像是事后照实际填的。
    举例：年初预算 404 万元，成本目标 771.32 万元，实际也是 771.32 万元。
    怎么改：填批复时的目标值；目标经批准调整过的，在偏差原因一栏写明批复。
    """
    for data, score in scored(facts):
        section = facts.forms[data.form].role("execution")
        initial, factor = None, Decimal(1)
        if section is not None:
            column = section.columns[0]
            initial = figure(data, section, section.rows[0].id, column.id)
            factor = unit_of(column.unit).factor if column.unit else factor
        rows = [
            row
            for row in score.rows
            if _to_the_cent(row) and (initial is None or not _is(row, initial, factor))
        ]
        if not rows or _agreed(facts, data, rows):
            continue
        places = []
        for row in rows:
            assert row.indicator is not None
            places.append(indicator_place(facts, data, row.indicator, "target"))
            places.append(indicator_place(facts, data, row.indicator, "actual"))
        names = "、".join(f"“{row.name}”" for row in rows)
        yield Draft(
            message=f"{title_of(facts, data)}{names}的目标值与实际完成值一分不差，"
            "又不等于年初预算。",
            where=tuple(places),
            found="、".join(row.target.text.strip() for row in rows if row.target is not None),
            expected="年初批复的成本目标",
            remedy="填批复时的目标值；经批准调整过的，在偏差原因一栏写明。",
        )


def _to_the_cent(row: RowScore) -> bool:
    pair = in_one_unit(row) if is_cost(row) else None
    if pair is None or "." not in pair[0].text:
        return False
    target, actual = pair
    return target.amount == actual.amount and (
        target.unit is None or target.unit.dimension == "money"
    )


def _is(row: RowScore, initial: Decimal, factor: Decimal) -> bool:
    """The target is the form's own initial budget, written with or without the form's unit."""
    pair = in_one_unit(row)
    assert pair is not None  # _to_the_cent looked
    target = pair[0]
    return target.amount == (initial * factor if target.unit is not None else initial)


def _agreed(facts: Facts, data: FormData, rows: list[RowScore]) -> bool:
    """The approved target set says the very same."""
    targets = approved(facts, data)
    if targets is None:
        return False
    texts = {(each.name, each.target.strip()) for each in targets.rows}
    return all(
        row.indicator is not None
        and (row.indicator.name.text, row.indicator.target.text.strip()) in texts
        for row in rows
    )
