"""B04: a result far above its target needs a reason."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.rows import LOWER, explained, is_cost
from jixiao.rules.support.sources import SCORING
from jixiao.values import Kind


@rule(
    "B04",
    "大幅超额完成没有说明原因",
    Severity.WARNING,
    name="overachievement-explained",
    source=SCORING.at("超额完成"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：完成值远高于目标，多半是目标定低了，须说明原因，明年的目标应相应调整。
    举例：目标 90 家、完成 169 家（188%），偏差原因一栏空白。
    怎么改：在偏差原因一栏说明超额的原因；目标确实偏低的，写明下年如何调整。
    """
    threshold = facts.policy.over_achievement.threshold
    for data, score in scored(facts):
        over = [row for row in score.rows if _over(row, facts) and not explained(row)]
        if not over:
            continue
        places = []
        for row in over:
            assert row.indicator is not None
            places.append(indicator_place(facts, data, row.indicator, "actual"))
            places.append(indicator_place(facts, data, row.indicator, "target"))
        found = "、".join(f"{row.name} {row.ratio:.0%}" for row in over if row.ratio is not None)
        yield Draft(
            message=f"{title_of(facts, data)}有 {len(over)} 项达到目标的 {threshold} 倍以上"
            "而没有说明原因。",
            where=tuple(places),
            found=found,
            expected=f"达到目标 {threshold} 倍的写明原因",
            remedy="在偏差原因一栏说明超额的原因；目标偏低的，写明下年如何调整。",
        )


def _over(row: RowScore, facts: Facts) -> bool:
    if row.ratio is None or row.ratio < facts.policy.over_achievement.threshold:
        return False
    if row.indicator is None or row.target is None or is_cost(row):
        return False
    return row.target.kind is Kind.QUANTITY and row.target.comparator not in LOWER
