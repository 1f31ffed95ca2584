"""A11: the fixed rubric's total is the sum of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure, title_of
from jixiao.rules.support.sources import HOUSE


@rule(
    "A11",
    "评分表合计与各行得分不符",
    Severity.ERROR,
    name="rubric-scores-make-total",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：评分表各行得分相加就是合计，合计写错会直接影响项目等次。
    举例：二十行得分之和 96 分，合计填 100 分。
    怎么改：重新相加后改正合计，空白的行先补上得分。
    """
    for data, section in facts.tables("rubric"):
        for row in section.rows:
            total = figure(data, section, row.id, "score") if row.sum_of else None
            if total is None:
                continue
            parts = [figure(data, section, child, "score") for child in row.sum_of]
            added = sum((p for p in parts if p is not None), Decimal(0))
            if not any(p is not None for p in parts):
                continue
            if abs(added - total) <= facts.decimal("tolerance"):
                continue
            blank = [c for c, p in zip(row.sum_of, parts, strict=True) if p is None]
            yield Draft(
                message=f"{title_of(facts, data)}合计 {plain(total)} 分，"
                f"各行得分之和为 {plain(added)} 分。",
                where=(
                    facts.table_place(data, section, row.id, "score"),
                    *(facts.table_place(data, section, c, "score") for c in blank),
                ),
                found=plain(total),
                expected=plain(added),
                difference=plain(total - added),
                remedy="补上空白行的得分，重新相加后改正合计。",
            )
