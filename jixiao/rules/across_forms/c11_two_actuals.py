"""C11: one indicator, one result."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, title_of
from jixiao.rules.support.pairs import GENERIC, shared
from jixiao.rules.support.rows import same_value
from jixiao.rules.support.sources import HOUSE
from jixiao.values import Kind


@rule(
    "C11",
    "同一指标在两张表里完成值不同",
    Severity.ERROR,
    name="one-actual-per-indicator",
    source=HOUSE,
    params={"generic": GENERIC},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同名、同目标的指标说的是同一件事，完成值只能有一个。
    举例：部门表电商人才培训完成 627 人次，项目表同名指标完成 672 人次。
    怎么改：对照统计资料核实，改正填错的一张表。
    """
    for stated in shared(facts, facts.words("generic")):
        first = stated[0]
        same = [s for s in stated if same_value(first.target, s.target)]
        read = [s for s in same if s.actual.kind is Kind.QUANTITY and not s.actual.error]
        odd = [s for s in read[1:] if not same_value(read[0].actual, s.actual)]
        if not odd:
            continue
        values = [f"{title_of(facts, s.data)} {s.actual.text.strip()}" for s in (read[0], *odd)]
        yield Draft(
            message=f"“{first.row.name}”的完成值在不同的表里不一致：{'；'.join(values)}。",
            where=tuple(
                indicator_place(facts, s.data, s.indicator, "actual") for s in (read[0], *odd)
            ),
            found="；".join(values),
            expected="同一指标完成值一致",
            remedy="对照统计资料核实，改正填错的一张表。",
        )
