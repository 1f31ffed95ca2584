"""F03: a project of last year does not vanish from the table."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure, sheet_place
from jixiao.rules.support.lines import spending
from jixiao.rules.support.projects import earlier_names
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import bare, same_project


@rule(
    "F03",
    "上年的项目今年没有列出",
    Severity.WARNING,
    name="last-year-projects-listed",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：上年有决算的项目今年即使没有预算，也要保留一行填上年决算数，否则上年合计对不上。
    举例：去年有防疫物资项目 735.08 万元，今年表里没有这一行。
    怎么改：补上这一行，填上年决算数；改了名的注明原名。
    """
    if facts.prior is None:
        return
    for data, section in spending(facts, "last_final", "final"):
        before = next((f for f in facts.prior.of(data.form)), None)
        for template in section.rows if before is not None else ():
            if not template.repeat or before is None:
                continue
            names = [label.text for _, label in data.repeated(section.id, template.id)]
            for row, label in before.repeated(section.id, template.id):
                money = figure(before, section, row, "final")
                if not money or any(_same(facts, label.text, name) for name in names):
                    continue
                yield Draft(
                    message=f"上年项目“{label.text}”有决算 {plain(money)}，"
                    f"本年{data.form}没有列出。",
                    where=(sheet_place(data, f"缺“{label.text}”一行"),),
                    found="（没有这一行）",
                    expected=f"{label.text}·上年决算 {plain(money)}",
                    difference=plain(money),
                    remedy="补上这一行，填上年决算数；改了名的注明原名。",
                )


def _same(facts: Facts, before: str, now: str) -> bool:
    return same_project(before, now) or bare(before) in earlier_names(facts, now)
