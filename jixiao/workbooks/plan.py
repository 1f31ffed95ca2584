"""What goes onto each sheet of a workbook: which forms, for whom, with which values, what locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from jixiao.model.forms import Form, Scope, TableSection
from jixiao.model.submission import NOTHING, Cell, FormData, GroupHeader, IndicatorRow, Submission
from jixiao.model.targets import FormTargets, TargetSet
from jixiao.policy import Department, Pack, Project


@dataclass(slots=True)
class Sheet:
    """A sheet to write.

    Attributes:
        project: the project's name, ``""`` on a spare sheet, ``None`` for a department form.
        locked: addresses that are prefilled and locked beyond what the form itself locks.
        approved: the indicator rows are approved targets, so their name, value and weight are
            locked.
        filled: the values are a whole filing, not a prefilled form.
    """

    name: str
    form: Form
    project: str | None
    data: FormData
    locked: set[str] = field(default_factory=set)
    approved: bool = False
    filled: bool = False


def plan(
    pack: Pack,
    department: Department,
    targets: TargetSet | None,
    prior: Submission | None,
    spare_projects: int,
) -> Iterator[Sheet]:
    """The sheets of a department's workbook in the order of the pack's forms."""
    for id in pack.info.forms:
        form = pack.forms[id]
        if form.scope is Scope.DEPARTMENT:
            yield _sheet(id, form, None, pack, department, targets, prior)
            continue
        projects: list[Project | None] = [*department.projects, *[None] * spare_projects]
        for number, project in enumerate(projects, 1):
            yield _sheet(f"{id}-{number}", form, project, pack, department, targets, prior)


def filled_plan(forms: dict[str, Form], submission: Submission) -> Iterator[Sheet]:
    """The sheets that hold a whole filing, in the order of the pack's forms."""
    for id, form in forms.items():
        copies = submission.of(id)
        for number, data in enumerate(copies, 1):
            project = (data.project or "") if form.scope is Scope.PROJECT else None
            name = f"{id}-{number}" if form.scope is Scope.PROJECT else id
            yield Sheet(name, form, project, data, approved=True, filled=True)


def _sheet(
    name: str,
    form: Form,
    project: Project | None,
    pack: Pack,
    department: Department,
    targets: TargetSet | None,
    prior: Submission | None,
) -> Sheet:
    own = None if form.scope is Scope.DEPARTMENT else (project.name if project else "")
    data = FormData(form.id, name, pack.title(form.title), own)
    sheet = Sheet(name, form, own, data)
    _identity(sheet, project, department)
    approved = targets.of(form.id, own or None) if targets is not None else None
    _targets(sheet, approved)
    if prior is not None:
        _last_year(sheet, prior)
    return sheet


def _identity(sheet: Sheet, project: Project | None, department: Department) -> None:
    """Names of unit and project, and the register's code; locked as far as they are known."""
    known = {"unit": department.name, "unit_code": department.code, "unit_name": department.name}
    if project is not None:
        known |= {
            "project": project.name,
            "supervisor": project.supervisor or department.name,
            "implementer": project.implementer or department.name,
        }
    for table in sheet.form.tables():
        if table.role not in {"identity", "register"}:
            continue
        for row in table.rows:
            for column in table.columns:
                name = row.id if table.role == "identity" else column.id
                if name in known:
                    address = f"{table.id}.{row.id}.{column.id}"
                    sheet.data.cells[address] = Cell(known[name], sheet.name)
                    sheet.locked.add(address)


def execution_weight(form: Form) -> str:
    """The points that the form's default group weights leave for the execution row."""
    section = form.indicators
    groups = [Decimal(g.weight) for g in section.groups if g.weight] if section else []
    return f"{100 - sum(groups, Decimal(0)):f}" if groups else ""


def _targets(sheet: Sheet, approved: FormTargets | None) -> None:
    form, data = sheet.form, sheet.data
    execution, goals = form.role("execution"), form.role("goals")
    if execution is not None and any(c.id == "weight" for c in execution.columns):
        weight = approved.execution_weight if approved else execution_weight(form)
        data.cells[f"{execution.id}.total.weight"] = Cell(weight, sheet.name)
    if goals is not None and approved is not None:
        data.cells[f"{goals.id}.goal.expected"] = Cell(approved.goal, sheet.name)
    if approved is None:
        return
    sheet.approved = True
    data.indicators = [
        IndicatorRow(
            r.level1, r.level2, Cell(r.name), Cell(r.target), NOTHING, Cell(r.weight), NOTHING
        )
        for r in approved.rows
    ]
    data.groups = list(group_headers(data))


def group_headers(data: FormData) -> Iterator[GroupHeader]:
    """Each group with the sum of its rows' weights, where they are figures."""
    for level1 in dict.fromkeys(r.level1 for r in data.indicators):
        texts = [r.weight.text for r in data.indicators if r.level1 == level1]
        try:
            points = f"{sum((Decimal(t) for t in texts), Decimal(0)):f}"
        except ArithmeticError:
            points = None
        yield GroupHeader(level1, points, NOTHING)


def _last_year(sheet: Sheet, prior: Submission) -> None:
    """``last_final`` from last year's ``final``, locked; and last year's projects by name."""
    before = next((d for d in prior.of(sheet.form.id) if d.project == sheet.project), None)
    if before is None:
        return
    for table in sheet.form.tables():
        if {"last_final", "final"} <= {c.id for c in table.columns}:
            for row in table.rows:
                if row.repeat:
                    _last_year_projects(sheet, table, row.id, before)
                elif "last_final" not in row.blocked:
                    final = before.get(f"{table.id}.{row.id}.final")
                    _lock(sheet, f"{table.id}.{row.id}.last_final", final)


def _last_year_projects(sheet: Sheet, table: TableSection, row: str, before: FormData) -> None:
    kept = [
        (label, before.get(f"{table.id}.{id}.final"))
        for id, label in before.repeated(table.id, row)
    ]
    for number, (label, final) in enumerate((k for k in kept if not k[1].blank), 1):
        sheet.data.labels[f"{table.id}.{row}[{number}]"] = Cell(label.text, sheet.name)
        _lock(sheet, f"{table.id}.{row}[{number}].last_final", final)


def _lock(sheet: Sheet, address: str, value: Cell) -> None:
    if not value.blank:
        sheet.data.cells[address] = Cell(value.text, sheet.name)
        sheet.locked.add(address)
