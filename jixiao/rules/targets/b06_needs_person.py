"""B06: words or an event against a number need a person."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import State
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.sources import HOUSE
from jixiao.values import Kind


@rule(
    "B06",
    "目标与完成值不能对比，需人工认定",
    Severity.WARNING,
    name="target-and-actual-comparable",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：目标是数、完成值是一段话（或两边单位不同），机器算不出完成率，自评分暂时照记，由审核人认定。
    举例：目标 1 个，完成值写“获评省级称号”。
    怎么改：完成值按目标的口径填数（如 1 个），获奖等情况写在偏差原因一栏。
    """
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or row.state is not State.NEEDS_PERSON:
                continue
            words = (
                row.target is not None
                and row.target.kind is Kind.QUANTITY
                and row.actual is not None
                and row.actual.kind is Kind.QUALITATIVE
            )
            why = "目标是数，完成值是文字" if words else "目标与完成值不能直接对比"
            claimed = plain(row.claimed) if row.claimed is not None else "（空白）"
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”{why}，"
                f"自评 {claimed} 分暂时照记，由审核人认定。",
                where=tuple(
                    indicator_place(facts, data, row.indicator, which)
                    for which in ("actual", "target", "score")
                ),
                found=row.indicator.actual.text.strip(),
                expected=f"与目标“{row.indicator.target.text.strip()}”同口径的完成值",
                remedy="按目标的口径填完成值，获奖等情况写在偏差原因一栏，并备好佐证材料。",
            )
