"""A07: the weights of the rows make the printed total; 其中 rows carry none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.model.scores import FormScore
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import score_place, scored, title_of, total_place
from jixiao.rules.support.sources import SCORING


def doubled_weight(score: FormScore) -> Decimal:
    return sum((row.weight or Decimal(0) for row in score.doubled), Decimal(0))


def counted_twice(score: FormScore) -> bool:
    """The printed total weight is right only if the 其中 rows are counted a second time."""
    return (
        bool(score.doubled)
        and score.printed_weight is not None
        and (score.printed_weight - score.computed_weight == doubled_weight(score))
    )


@rule(
    "A07",
    "分值之和与总分不符",
    Severity.ERROR,
    name="weights-make-total",
    source=SCORING.at("预算执行的分值只列在合计一行"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：预算执行与各项指标的分值之和就是总分；“其中”行不另计分值，重复计入会把 95 分写成 100 分。
    举例：指标共 90 分，年度资金总额 5 分，其中当年财政拨款又填 5 分，总分印 100，实际只有 95。
    怎么改：清空“其中”行的分值和得分，把执行和各项指标的分值调到合计 100，再重算总分。
    """
    for data, score in scored(facts):
        if score.printed_weight is None or any(row.kind == "rubric" for row in score.rows):
            continue
        difference = score.printed_weight - score.computed_weight
        if difference == 0 or not score.rows:
            continue
        twice = counted_twice(score)
        cause = ""
        if twice:
            names = "、".join(f"“{row.name}”" for row in score.doubled)
            cause = (
                f"：{plain(doubled_weight(score))} 分在合计行计过一次，又在其中行{names}计了一次"
            )
        rows = [row for row in score.rows if row.kind == "execution"]
        places = [total_place(facts, data, "weight")]
        places += [score_place(facts, data, row, "weight") for row in (*score.doubled, *rows)]
        if twice and score.printed_score is not None:
            places.append(total_place(facts, data, "score"))
            places += [score_place(facts, data, row, "score") for row in score.doubled]
        yield Draft(
            message=f"{title_of(facts, data)}各项分值之和为 {plain(score.computed_weight)} 分，"
            f"总分印 {plain(score.printed_weight)} 分{cause}。",
            where=tuple(places),
            found=plain(score.printed_weight),
            expected=plain(score.computed_weight),
            difference=plain(difference),
            remedy="清空其中行的分值和得分，把预算执行与各项指标的分值调整到合计 100 分后重算总分。"
            if twice
            else "核对每一行的分值，改正填错的一行或总分。",
        )
