"""E04: basic spending is not adjusted by more than the limit."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.lines import explained, growth, spending
from jixiao.rules.support.sources import BUDGET


@rule(
    "E04",
    "基本支出预算调整过大",
    Severity.WARNING,
    name="basic-adjustment-explained",
    source=BUDGET,
    params={"limit": "0.30", "row": "basic_adjustment"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：基本支出主要是人员和公用经费，年初就能算准，年中大幅调整说明预算没有编足。
    举例：基本支出年初预算 394 万元，决算 550.90 万元，多了 39.82%。
    怎么改：在自评报告里说明调整的内容（增人、调资、奖金等）和批准文件。
    """
    row, limit = facts.params["row"], facts.decimal("limit")
    for data, section in spending(facts, "budget", "final"):
        if not any(each.id == row for each in section.rows):
            continue
        change = growth(data, section, row, "budget", "final")
        if change is None or abs(change[2]) <= limit:
            continue
        if explained(facts, ("基本支出",)):
            continue
        yield Draft(
            message=f"{data.form}基本支出预算 {plain(change[0])}、决算 {plain(change[1])}，"
            f"调整 {change[2] * 100:.2f}%。",
            where=(
                facts.table_place(data, section, row, "final"),
                facts.table_place(data, section, row, "budget"),
            ),
            found=f"{change[2] * 100:.2f}%",
            expected=f"不超过 {limit * 100:.0f}%",
            difference=plain(change[1] - change[0]),
            remedy="在自评报告里说明调整的内容和批准文件。",
        )
