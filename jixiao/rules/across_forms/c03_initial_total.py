"""C03: the initial budget is basic plus project budget."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.pairs_of_cells import first
from jixiao.rules.support.sources import HOUSE


@rule(
    "C03",
    "年初预算与基本、项目预算之和不符",
    Severity.ERROR,
    name="initial-budget-adds-up",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：部门年初预算由基本支出预算和项目支出预算组成，两张表应当对得上。
    举例：基本支出预算 394、项目支出预算 404，自评表年初预算填 789。
    怎么改：对照年初批复的部门预算，改正填错的数。
    """
    basic = first(facts, "grid", "basic_adjustment", "budget")
    projects = first(facts, "grid", "projects", "budget")
    total = first(facts, "execution", "total", "initial")
    if basic is None or projects is None or total is None:
        return
    added = basic[0] + projects[0]
    if abs(added - total[0]) <= facts.decimal("tolerance"):
        return
    yield Draft(
        message=f"年初预算填 {plain(total[0])}，基本支出预算 {plain(basic[0])} 加"
        f"项目支出预算 {plain(projects[0])} 为 {plain(added)}。",
        where=(total[1], basic[1], projects[1]),
        found=plain(total[0]),
        expected=f"{plain(basic[0])} + {plain(projects[0])} = {plain(added)}",
        difference=plain(total[0] - added),
        remedy="对照年初批复的部门预算，改正填错的数。",
    )
