"""A10: a claimed score equals the recomputed one."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore, State
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, score_place, scored, title_of
from jixiao.rules.support.rows import overspent_full
from jixiao.rules.support.sources import SCORING


@rule(
    "A10",
    "自评得分与重算得分不符",
    Severity.ERROR,
    name="score-as-recomputed",
    source=SCORING,
    params={"tolerance": "0.01"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：得分按目标值和实际完成值用统一办法计算，自评与重算不符时以重算为准。
    举例：目标 2.5 亿元、完成 2.37 亿元、分值 10 分，应得 9.48 分，自评填 10 分。
    怎么改：按“怎么算的”一句重新计算；如果目标值或完成值填错，先改正它们。
    """
    for data, score in scored(facts):
        for row in score.rows:
            if not _comparable(row) or overspent_full(row):
                continue
            assert row.claimed is not None  # _comparable looked
            assert row.computed is not None
            difference = row.claimed - row.computed
            if abs(difference) <= facts.decimal("tolerance"):
                continue
            places = [score_place(facts, data, row, "score")]
            if row.indicator is not None:
                places += [
                    indicator_place(facts, data, row.indicator, "target"),
                    indicator_place(facts, data, row.indicator, "actual"),
                ]
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”自评 {plain(row.claimed)} 分，"
                f"重算 {plain(row.computed)} 分：{row.working.sentence.rstrip('。')}。",
                where=tuple(places),
                found=plain(row.claimed),
                expected=plain(row.computed),
                difference=plain(difference),
                remedy="按重算得分改正，并写明偏差原因；如果目标值或完成值填错，先改正它们。",
            )


def _comparable(row: RowScore) -> bool:
    """Scored by its own figures, claimed within its weight: the rest have rules of their own.

    A rubric rate worked out from another form is held against that form by C07, C08 and C09.
    """
    if row.kind == "rubric" and row.working.data.get("from") != "own":
        return False
    return (
        row.state is State.SCORED
        and row.claimed is not None
        and row.computed is not None
        and (row.weight is None or 0 <= row.claimed <= row.weight)
    )
