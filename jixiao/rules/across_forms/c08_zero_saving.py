"""C08: full marks for saving nothing must be borne out by the year's table."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.saving import savings
from jixiao.rules.support.sources import POINTS


@rule(
    "C08",
    "没有节约却给成本节约率高分",
    Severity.WARNING,
    name="no-high-points-for-no-saving",
    source=POINTS,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：成本节约率为 0 表示钱正好花完，没有节约；本年的评分标准不给满分的，不能自评满分。
    举例：计划成本 50 万元、实际 50 万元，成本节约率 0，附件4 给 8/8。
    怎么改：按本年的评分标准改得分；标准允许满分的不用改。
    """
    for saving in savings(facts):
        if saving.rate != 0 or not saving.too_high:
            continue
        assert saving.row.claimed is not None
        yield Draft(
            message=f"{title_of(facts, saving.data)}成本节约率给 {plain(saving.row.claimed)} 分，"
            f"而{saving.words}，没有节约。",
            where=saving.places,
            found=plain(saving.row.claimed),
            expected=plain(saving.points) if saving.points is not None else "按评分标准",
            remedy="按本年的评分标准改得分，或说明满分的理由。",
        )
