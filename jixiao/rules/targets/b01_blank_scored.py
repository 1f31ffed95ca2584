"""B01: no points where target or actual is blank."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.sources import HOUSE


@rule(
    "B01", "目标值或完成值空白却有得分", Severity.ERROR, name="no-points-for-blanks", source=HOUSE
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：没有目标值或完成值就无法判断是否完成，这一行只能计 0 分。
    举例：完成年限的指标值和完成值都是空白，得分填 10 分。
    怎么改：补上批复的目标值和实际完成值；确实没有这项指标的，按程序调整目标，不能空着给满分。
    """
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or not row.claimed or row.claimed <= 0:
                continue
            names = {"target": "年度指标值", "actual": "实际完成值"}
            blank = [which for which in names if getattr(row.indicator, which).blank]
            if not blank:
                continue
            what = "和".join(names[which] for which in blank)
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”的{what}空白，"
                f"得分却填 {plain(row.claimed)} 分。",
                where=(
                    indicator_place(facts, data, row.indicator, "score"),
                    *(indicator_place(facts, data, row.indicator, which) for which in blank),
                ),
                found=plain(row.claimed),
                expected="0",
                difference=plain(row.claimed),
                remedy="补上目标值和实际完成值后重新计分；补不上的计 0 分。",
            )
