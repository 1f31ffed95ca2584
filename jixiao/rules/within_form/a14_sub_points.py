"""A14: 其中 rows carry neither weight nor score."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import score_place, scored, title_of
from jixiao.rules.support.sources import SCORING
from jixiao.rules.within_form.a07_total_weight import counted_twice


@rule(
    "A14",
    "其中行另填了分值或得分",
    Severity.WARNING,
    name="no-points-on-sub-rows",
    source=SCORING.at("预算执行的分值只列在合计一行"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：分值只在年度资金总额一行，其中行印横线；另填分值容易被重复计入总分。
    举例：其中：当年财政拨款一行又填分值 5、得分 5。
    怎么改：清空其中行的分值和得分。
    """
    for data, score in scored(facts):
        if not score.doubled or counted_twice(score):
            continue
        names = "、".join(row.name for row in score.doubled)
        yield Draft(
            message=f"{title_of(facts, data)}的其中行（{names}）另填了分值，这些分值不计入总分。",
            where=tuple(score_place(facts, data, row, "weight") for row in score.doubled),
            found=names,
            expected="其中行不填分值和得分",
            remedy="清空其中行的分值和得分。",
        )
