"""C02: the base data table and the self-evaluation table state the same spending."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.pairs_of_cells import first
from jixiao.rules.support.sources import HOUSE

_PAIRS = (("projects", "projects", "项目支出"), ("basic_adjustment", "basic", "基本支出"))


@rule(
    "C02",
    "基础数据表与自评表的支出不符",
    Severity.ERROR,
    name="spending-same-in-both-forms",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：两张表都按部门决算填，基本支出、项目支出应当是同一个数。
    举例：基础数据表项目支出决算 771.32，自评表按支出性质分的项目支出 717.32。
    怎么改：对照部门决算报表，改正填错的一张表。
    """
    for base, own, name in _PAIRS:
        left = first(facts, "grid", base, "final")
        right = first(facts, "split", own, "amount")
        if left is None or right is None:
            continue
        if abs(left[0] - right[0]) <= facts.decimal("tolerance"):
            continue
        yield Draft(
            message=f"{name}在{left[1].form}是 {plain(left[0])}，在{right[1].form}是 {plain(right[0])}。",
            where=(left[1], right[1]),
            found=f"{left[1].form} {plain(left[0])}；{right[1].form} {plain(right[0])}",
            expected="两表一致",
            difference=plain(left[0] - right[0]),
            remedy="对照部门决算报表，改正填错的一张表。",
        )
