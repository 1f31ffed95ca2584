"""A09: no score above its weight."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import State
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import score_place, scored, title_of
from jixiao.rules.support.sources import HOUSE


@rule("A09", "得分高于分值或为负", Severity.ERROR, name="score-within-weight", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：一行最多得满分，超额完成也不能得超过分值的分，得分也不会小于 0。
    举例：服务对象满意率分值 10 分，得分填 12 分。
    怎么改：得分改为不超过分值，超额完成的情况写在偏差原因一栏。
    """
    for data, score in scored(facts):
        for row in score.rows:
            claimed = number(row.score_cell)
            if claimed is None or row.weight is None or row.state is State.NOT_SCORED:
                continue
            if 0 <= claimed <= row.weight:
                continue
            limit = row.weight if claimed > row.weight else 0
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”得分 {plain(claimed)}，"
                f"应在 0 到分值 {plain(row.weight)} 之间。",
                where=(
                    score_place(facts, data, row, "score"),
                    score_place(facts, data, row, "weight"),
                ),
                found=plain(claimed),
                expected=f"0—{plain(row.weight)}",
                difference=plain(claimed - limit),
                remedy="得分改为不超过分值的数。",
            )
