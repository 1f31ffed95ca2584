"""C04: a project's own form and the department's table state the same money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure
from jixiao.rules.support.projects import Known, projects
from jixiao.rules.support.sources import HOUSE

_COLUMNS = (("executed", "final", "全年执行数"), ("initial", "budget", "年初预算数"))


@rule(
    "C04",
    "项目金额与基础数据表不符",
    Severity.ERROR,
    name="project-money-same-in-both-forms",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一个项目的预算和支出在项目自评表和部门基础数据表里应当相同。
    举例：招商引资工作经费在附件3 执行 50 万元，在附件1 决算 55 万元。
    怎么改：对照项目明细账，改正填错的一张表。
    """
    for project in projects(facts):
        for own, other, title in _COLUMNS:
            mine, theirs = _own(facts, project, own), _line(facts, project, other)
            if mine is None or theirs is None:
                continue
            if abs(mine[0] - theirs[0]) <= facts.decimal("tolerance"):
                continue
            yield Draft(
                message=f"项目“{project.name}”的{title}在{mine[1].form}是 {plain(mine[0])}，"
                f"在{theirs[1].form}是 {plain(theirs[0])}。",
                where=(mine[1], theirs[1]),
                found=f"{mine[1].form} {plain(mine[0])}；{theirs[1].form} {plain(theirs[0])}",
                expected="两表一致",
                difference=plain(mine[0] - theirs[0]),
                remedy="对照项目明细账，改正填错的一张表。",
            )


def _own(facts: Facts, project: Known, column: str) -> tuple[Decimal, Place] | None:
    for copies in project.copies.values():
        for data in copies:
            section = facts.forms[data.form].role("execution")
            if section is not None:
                row = section.rows[0].id
                value = figure(data, section, row, column)
                if value is not None:
                    return value, facts.table_place(data, section, row, column)
    return None


def _line(facts: Facts, project: Known, column: str) -> tuple[Decimal, Place] | None:
    for line in project.lines:
        if any(c.id == column for c in line.section.columns):
            value = figure(line.data, line.section, line.row, column)
            if value is not None:
                return value, facts.table_place(line.data, line.section, line.row, column)
    return None
