"""E08: nothing is executed beyond the annual budget."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure, title_of
from jixiao.rules.support.sources import BUDGET


@rule("E08", "执行数超过全年预算", Severity.ERROR, name="execution-within-budget", source=BUDGET)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：没有预算不得支出，全年执行数不可能大于全年预算数，多半是漏填了追加预算或填错列。
    举例：全年预算 300 万元，全年执行 330 万元。
    怎么改：补上批准的追加预算，或改正执行数。
    """
    for data, section in facts.tables("execution"):
        if not {"annual", "executed"} <= {c.id for c in section.columns}:
            continue
        row = section.rows[0].id
        annual = figure(data, section, row, "annual")
        executed = figure(data, section, row, "executed")
        if annual is None or executed is None or executed <= annual:
            continue
        yield Draft(
            message=f"{title_of(facts, data)}全年执行 {plain(executed)} 大于全年预算 {plain(annual)}。",
            where=(
                facts.table_place(data, section, row, "executed"),
                facts.table_place(data, section, row, "annual"),
            ),
            found=plain(executed),
            expected=f"不大于 {plain(annual)}",
            difference=plain(executed - annual),
            remedy="补上批准的追加预算，或改正执行数。",
        )
