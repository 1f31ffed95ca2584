"""A08: the printed total score is the sum of the rows' scores."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import scored, title_of, total_place
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.within_form.a07_total_weight import counted_twice


@rule(
    "A08",
    "总得分与各行得分之和不符",
    Severity.ERROR,
    name="scores-make-total",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：总得分决定等次，应等于预算执行得分加各项指标得分。
    举例：各行得分之和 94.48，总分印 99.48。
    怎么改：重新相加；“其中”行的得分不计入。
    """
    for data, score in scored(facts):
        if score.printed_score is None or any(row.kind == "rubric" for row in score.rows):
            continue
        difference = score.printed_score - score.claimed_sum
        if abs(difference) <= facts.decimal("tolerance") or not score.rows:
            continue
        twice = sum((row.claimed or Decimal(0) for row in score.doubled), Decimal(0))
        if counted_twice(score) and difference == twice:
            continue  # the same cause as A07, which names these cells too
        yield Draft(
            message=f"{title_of(facts, data)}总得分印 {plain(score.printed_score)}，"
            f"各行得分之和为 {plain(score.claimed_sum)}。",
            where=(total_place(facts, data, "score"),),
            found=plain(score.printed_score),
            expected=plain(score.claimed_sum),
            difference=plain(difference),
            remedy="重新相加各行得分后改正总得分；其中行的得分不计入。",
        )
