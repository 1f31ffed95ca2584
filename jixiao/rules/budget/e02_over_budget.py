"""E02: spending by line stays within its budget."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure
from jixiao.rules.support.lines import explained, family, roots, spending
from jixiao.rules.support.sources import BUDGET
from jixiao.rules.support.text import bare


@rule(
    "E02",
    "决算超过预算",
    Severity.WARNING,
    name="spending-within-budget",
    source=BUDGET,
    params={"tolerance": "0.005", "except": "three_public、basic_adjustment、projects"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：公用经费等按预算控制，决算明显超过预算须说明资金来源和原因。
    举例：公用经费预算 32.70、决算 122.67；其中办公费预算 5.00、决算 15.98。
    怎么改：核对预算数是否漏填追加部分；确实超支的在自评报告里说明原因。
    """
    for data, section in spending(facts, "budget", "final"):
        for root in roots(section):
            if root in facts.words("except"):
                continue
            over: dict[str, tuple[Decimal, Decimal]] = {}
            for row in family(section, root):
                budget = figure(data, section, row, "budget")
                final = figure(data, section, row, "final")
                if budget is None or final is None or row in facts.words("except"):
                    continue
                if final - budget > facts.decimal("tolerance"):
                    over[row] = budget, final
            if not over:
                continue
            worst = next(iter(over))
            budget, final = over[worst]
            name = facts.row_title(data, section, worst)
            if explained(facts, (bare(name),)):
                continue
            yield Draft(
                message=f"{data.form}“{name}”预算 {plain(budget)}、决算 {plain(final)}，"
                f"超出 {plain(final - budget)}"
                + (f"，共 {len(over)} 行超预算。" if len(over) > 1 else "。"),
                where=tuple(
                    facts.table_place(data, section, row, column)
                    for row in over
                    for column in ("final", "budget")
                ),
                found=plain(final),
                expected=f"不超过 {plain(budget)}",
                difference=plain(final - budget),
                remedy="核对预算数是否漏填追加部分；确实超支的在自评报告里说明原因。",
            )
