"""A05: a split by kind adds up to the execution total."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import figure, money_columns
from jixiao.rules.support.sources import HOUSE


@rule(
    "A05",
    "按性质分的合计与执行总额不符",
    Severity.ERROR,
    name="split-makes-execution",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：收入性质、支出性质是同一笔执行数的两种分法，各自相加都应等于全年执行数。
    举例：基本支出 550.90 加项目支出 771.32 是 1322.22，执行总额却填 1322.00。
    怎么改：对照决算报表核对各项，改正填错的一个。
    """
    for data, section in facts.tables():
        if section.total_of is None:
            continue
        total_cell = data.get(section.total_of)
        total = number(total_cell)
        if total is None:
            continue
        table, row, column = section.total_of.split(".")
        for own in money_columns(section):
            parts = {
                r.id: value
                for r in section.rows
                if (value := figure(data, section, r.id, own.id)) is not None
            }
            added = sum(parts.values(), Decimal(0))
            if not parts or abs(added - total) <= facts.decimal("tolerance"):
                continue
            yield Draft(
                message=f"{data.form}“{section.title}”各项之和 {plain(added)}，"
                f"与全年执行数 {plain(total)} 相差 {plain(abs(added - total))}。",
                where=(
                    *(facts.table_place(data, section, r, own.id) for r in parts),
                    facts.table_place(data, facts.forms[data.form].table(table), row, column),
                ),
                found=" + ".join(plain(v) for v in parts.values()) + f" = {plain(added)}",
                expected=plain(total),
                difference=plain(added - total),
                remedy="对照决算报表核对各项金额和执行总额，改正填错的一个。",
            )
