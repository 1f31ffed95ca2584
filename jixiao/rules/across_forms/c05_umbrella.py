"""C05: an umbrella project holds exactly its parts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.projects import Known, executed, spent, umbrella
from jixiao.rules.support.sources import HOUSE


@rule(
    "C05",
    "总项目与所含项目之和不符",
    Severity.ERROR,
    name="umbrella-equals-its-projects",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：总项目（如事业发展专项）已经包含下面各项目，它的金额应等于各项目之和，也不能再与它们相加。
    举例：下面四个项目合计 771.32 万元，总项目执行数填 717.32 万元。
    怎么改：核对总项目与所含项目的执行数，改正填错的一个。
    """
    found = umbrella(facts)
    if found is None or facts.department is None:
        return  # an inferred umbrella equals its parts by the way it is inferred
    whole, parts = found
    total = executed(facts, whole)
    amounts = {
        part.name: value
        for part in parts
        if (value := spent(part) if spent(part) is not None else executed(facts, part)) is not None
    }
    added = sum(amounts.values(), Decimal(0))
    if total is None or not amounts or abs(added - total) <= facts.decimal("tolerance"):
        return
    yield Draft(
        message=f"总项目“{whole.name}”执行 {plain(total)}，所含项目之和为 {plain(added)}。",
        where=places(facts, whole, "executed")
        + tuple(place for part in parts for place in line_places(facts, part)),
        found=plain(total),
        expected=" + ".join(plain(v) for v in amounts.values()) + f" = {plain(added)}",
        difference=plain(total - added),
        remedy="核对总项目与所含项目的执行数，改正填错的一个。",
    )


def places(facts: Facts, project: Known, column: str) -> tuple[Place, ...]:
    """The total row of the project's execution table."""
    return tuple(
        facts.table_place(data, section, section.rows[0].id, column)
        for copies in project.copies.values()
        for data in copies
        if (section := facts.forms[data.form].role("execution")) is not None
    )


def line_places(facts: Facts, project: Known) -> tuple[Place, ...]:
    """The project's rows in the department's table, else its own execution row."""
    lines = tuple(
        facts.table_place(line.data, line.section, line.row, "final")
        for line in project.lines
        if any(column.id == "final" for column in line.section.columns)
    )
    return lines or places(facts, project, "executed")
