"""B13: a figure promised in the goal has its indicator."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import scored, title_of
from jixiao.rules.support.measure import Measure
from jixiao.rules.support.narrative import read
from jixiao.rules.support.sources import TARGETS
from jixiao.values import Kind, Unit, Value, commensurable


@rule(
    "B13",
    "总体目标里的数没有对应指标",
    Severity.ADVICE,
    name="goal-figures-have-indicators",
    source=TARGETS,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：写进年度总体目标的数要有指标来考核，否则做没做到都不影响得分。
    举例：总体目标写湘商到位资金 15 亿元，指标里没有这一项。
    怎么改：补上对应的指标；不打算考核的，从总体目标里去掉。
    """
    targets: dict[int, list[Value]] = {}
    for data, score in scored(facts):
        values = [row.target for row in score.rows if row.indicator is not None and row.target]
        targets[id(data)] = [part for value in values for part in (value, *value.parts)]
    for data, section in facts.tables("goals"):
        if not data.indicators or not section.columns:
            continue
        column = section.columns[0].id
        for row in section.rows:
            cell = data.get(f"{section.id}.{row.id}.{column}")
            alone = [
                m
                for m in read(cell.text, facts.year, target=True)
                if not any(_answers(m, value) for value in targets.get(id(data), []))
            ]
            if cell.blank or not alone:
                continue
            said = "、".join(
                f"{m.name} {m.number:f}{m.unit.symbol if m.unit else ''}" for m in alone
            )
            yield Draft(
                message=f"{title_of(facts, data)}的总体目标有 {len(alone)} 个数没有对应指标：{said}。",
                where=tuple(facts.place(data, cell, m.snippet) for m in alone),
                found=said,
                expected="每个数有一项指标",
                remedy="补上对应的指标；不打算考核的，从总体目标里去掉。",
            )


def _answers(measure: Measure, value: Value) -> bool:
    """An indicator with this target value; the names may well differ."""
    if value.kind is not Kind.QUANTITY or value.amount is None:
        return False
    unit: Unit | None = value.unit
    same = abs(value.amount) == abs(measure.amount)
    if unit is None:
        return same or abs(value.amount) == abs(measure.number)
    return same and (commensurable(unit, measure.unit) or (_counts(unit) and _counts(measure.unit)))


def _counts(unit: Unit | None) -> bool:
    """Neither money nor a share: what is counted may be called 册 here and 册次 there."""
    return unit is None or not unit.dimension.startswith(("money", "currency", "share"))
