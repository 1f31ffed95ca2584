"""A16: spending, staff and budgets are not negative."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import money_columns
from jixiao.rules.support.sources import HOUSE

_MINUS = ("-", "－", "−", " ")


@rule(
    "A16",
    "金额或人数为负",
    Severity.ERROR,
    name="no-negative-figures",
    source=HOUSE,
    params={"allowed": "basic_adjustment"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：预算数、决算数和人数不会小于 0，负号多半是误填。
    举例：公务接待费填 -4.36。
    怎么改：去掉负号，或按决算报表重新填写。
    """
    allowed = facts.words("allowed")
    for data in facts.submission.forms:
        for address, cell in data.cells.items():
            if cell.text[:1] not in _MINUS:
                continue
            table, row, column = address.split(".")
            section = facts.forms[data.form].table(table)
            if section.role == "rubric" or row in allowed:
                continue
            value = number(cell)
            if column not in {each.id for each in money_columns(section)}:
                continue
            if value is None or value >= 0:
                continue
            name = facts.row_title(data, section, row) or section.title
            yield Draft(
                message=f"{data.form}“{name}”填了负数 {plain(value)}。",
                where=(facts.table_place(data, section, row, column),),
                found=plain(value),
                expected="不小于 0",
                difference=plain(value),
                remedy="去掉负号，或按决算报表重新填写。",
            )
