"""B10: one row does not decide the whole score."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore
from jixiao.model.submission import Cell, FormData
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.rows import approved
from jixiao.rules.support.sources import TARGETS
from jixiao.rules.support.text import bare


@rule(
    "B10",
    "分值过于集中在一项指标",
    Severity.WARNING,
    name="weights-spread",
    source=TARGETS,
    params={"limit": "40"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：一项指标占去大半分值，其他方面做得好坏都不影响得分。
    举例：新增冷藏库容量一项 50 分，占总分一半。
    怎么改：把分值分给其他指标，或把这项拆成几项；有批复的写明理由。
    """
    limit = facts.decimal("limit")
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or row.weight is None or row.weight <= limit:
                continue
            if _agreed(facts, data, row):
                continue
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”一项占 {plain(row.weight)} 分，"
                f"超过 {plain(limit)} 分。",
                where=(indicator_place(facts, data, row.indicator, "weight"),),
                found=plain(row.weight),
                expected=f"不超过 {plain(limit)}",
                difference=plain(row.weight - limit),
                remedy="把分值分给其他指标，或把这项拆成几项；有批复的写明理由。",
            )


def _agreed(facts: Facts, data: FormData, row: RowScore) -> bool:
    """The weight was approved with the targets."""
    targets = approved(facts, data)
    return targets is not None and any(
        bare(each.name) == bare(row.name) and number(Cell(each.weight)) == row.weight
        for each in targets.rows
    )
