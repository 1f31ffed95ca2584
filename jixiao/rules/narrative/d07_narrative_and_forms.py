"""D07: named lines of the report agree with the forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import breaks_up, figure
from jixiao.rules.support.measures import Found, measures
from jixiao.rules.support.projects import projects
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import project_core
from jixiao.values import unit_of

# What the report calls a line → role of the table, row, column.
_LINES = tuple(
    (re.compile(pattern), where)
    for pattern, where in (
        (
            r"(?:一般公共预算)?(?:部门|经费)?(?:总支出|支出总|支出决算|支出合计|总支出决算)数?",
            ("execution", "total", "executed"),
        ),
        (r"基本(?:经费)?支出(?:决算)?数?", ("split", "basic", "amount")),
        (r"项目(?:经费)?支出(?:决算)?数?", ("split", "projects", "amount")),
        (r"三公经费(?:支出)?(?:决算)?(?:支出)?数?", ("grid", "three_public", "final")),
        (r"公用经费(?:支出)?(?:决算)?数?", ("grid", "public", "final")),
        (r"公务接待费?(?:支出)?(?:决算)?数?", ("grid", "reception", "final")),
        (r"(?:定编|编制|编制数|核定编制)", ("grid", "staff", "establishment")),
        (r"(?:实有)?在职(?:人员|人数)?", ("grid", "staff", "actual")),
    )
)


@rule("D07", "报告数字与表格不符", Severity.ERROR, name="report-agrees-with-forms", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：报告里的决算、基本支出、项目支出、三公经费都来自表格，两边必须相同。
    举例：报告写项目支出 717.32 万元，表里是 771.32；三公经费由 7.60 降到 7.50，报告写减少 13.2%。
    怎么改：对照部门决算报表，改正报告或表格。
    """
    wrong: dict[tuple[str, str], list[tuple[Found, Decimal, Place]]] = {}
    cores = [core for p in projects(facts) if len(core := project_core(p.name)) > 2]
    staff = _heads(facts)
    for found in measures(facts):
        measure = found.measure
        if found.project is not None or not found.data.paragraphs or measure.target:
            continue
        line = line_of(measure.base.name if measure.base is not None else measure.name)
        if line is None or line in staff:
            continue
        if any(core in measure.context for core in cores):
            continue  # 招商引资专项…，项目支出50万元: one project's money
        known = _change(facts, line) if measure.kind == "growth" else _amount(facts, line)
        if known is None or measure.kind not in {"growth", "amount"}:
            continue
        value, factor, place = known
        exact = value * factor
        if _breakdown(facts, line) == measure.amount / factor:
            continue  # the report agrees with the breakdown: A01 names the total as wrong
        if abs(measure.amount - exact) > (measure.digit if measure.kind == "growth" else 0):
            wrong.setdefault((line[1], f"{measure.amount.normalize()}"), []).append(
                (found, value, place)
            )
    for places in wrong.values():
        found, value, place = places[0]
        measure = found.measure
        shown = f"{value * 100:.2f}%" if measure.kind == "growth" else plain(value)
        unit = measure.unit.symbol if measure.unit is not None else ""
        what = "增减" if measure.kind == "growth" else ""
        name = measure.base.name if measure.base is not None else measure.name
        yield Draft(
            message=f"报告里“{name}”{what}写 {measure.number:f}{unit}，"
            f"按{place.form}应为 {shown}。",
            where=(*(f.place() for f, _, _ in places), place),
            found=f"{measure.number:f}{unit}",
            expected=shown,
            difference=_difference(found, value),
            remedy="对照部门决算报表，改正报告或表格。",
        )


@lru_cache(maxsize=4096)
def line_of(name: str) -> tuple[str, str, str] | None:
    """Role, row and column of the line a report means by a name, ``None`` for any other name."""
    return next((where for pattern, where in _LINES if pattern.fullmatch(name)), None)


def _heads(facts: Facts) -> set[tuple[str, str, str]]:
    """Lines of heads that the report states rightly somewhere, or unit by unit.

    Beside the department's own establishment a report may give that of each of its units.
    """
    stated: dict[tuple[str, str, str], list[Decimal]] = {}
    for found in measures(facts):
        line = line_of(found.measure.name)
        if line is not None and line[1] == "staff" and found.data.paragraphs:
            stated.setdefault(line, []).append(found.measure.amount)
    return {
        line
        for line, values in stated.items()
        if (known := _amount(facts, line)) is not None
        and (known[0] in values or sum(values) == known[0])
    }


def in_forms(facts: Facts, name: str) -> bool:
    """Whether a form states the line of this name, so that the report is held against it."""
    line = line_of(name)
    return line is not None and _amount(facts, line) is not None


def _amount(facts: Facts, line: tuple[str, str, str]) -> tuple[Decimal, Decimal, Place] | None:
    """The form's figure, the factor to its base unit, and its place."""
    role, row, column = line
    for data, section in facts.tables(role):
        if data.project is not None or not any(r.id == row for r in section.rows):
            continue
        known = next((c for c in section.columns if c.id == column), None)
        value = figure(data, section, row, column) if known is not None else None
        if known is not None and value is not None:
            unit = known.unit or section.unit
            factor = unit_of(unit).factor if unit else Decimal(1)
            return value, factor, facts.table_place(data, section, row, column)
    return None


def _breakdown(facts: Facts, line: tuple[str, str, str]) -> Decimal | None:
    role, row, column = line
    for data, section in facts.tables(role):
        if data.project is None and any(r.id == row for r in section.rows):
            return breaks_up(data, section, row, column)
    return None


def _change(facts: Facts, line: tuple[str, str, str]) -> tuple[Decimal, Decimal, Place] | None:
    """Change against last year, as a share, where the form gives both years."""
    role, row, _ = line
    now, before = _amount(facts, line), _amount(facts, (role, row, "last_final"))
    if now is None or before is None or not before[0]:
        return None
    return (now[0] - before[0]) / before[0], Decimal(1), now[2]


def _difference(found: Found, value: Decimal) -> str:
    if found.measure.kind == "growth":
        return f"{found.measure.number - value * 100:.2f} 个百分点"
    return plain(found.measure.number - value)
