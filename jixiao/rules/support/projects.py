"""Which projects a filing speaks of, under whatever names, and where each is mentioned."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from jixiao.model.forms import Scope, TableSection
from jixiao.model.submission import FormData
from jixiao.policy.model import Project
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import figure
from jixiao.rules.support.text import bare, project_core, same_project


@dataclass(frozen=True)
class Line:
    """A named row of a repeated table row, e.g. a project in 附件1."""

    data: FormData
    section: TableSection
    row: str
    name: str


@dataclass
class Known:
    """A project with every copy of a form and every line that is about it.

    Attributes:
        name: the roster's name, else the one met first.
        roster: the roster's entry, ``None`` when a file is only audited or it is not listed.
        copies: form id → the filled copies.
        lines: its rows in the department's tables.
    """

    name: str
    roster: Project | None = None
    copies: dict[str, list[FormData]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Every name it goes by in the filing, each once."""
        names = [line.name for line in self.lines]
        names += [data.project or "" for copies in self.copies.values() for data in copies]
        return list(dict.fromkeys(name for name in names if name))

    def answers(self, name: str) -> bool:
        """Whether ``name`` is, beyond doubt, this project."""
        known = [self.name, *self.names]
        if self.roster is not None:
            known += (*self.roster.aliases, *self.roster.former)
        return any(bare(name) == bare(k) or project_core(name) == project_core(k) for k in known)

    def resembles(self, name: str) -> bool:
        return any(same_project(name, known) for known in (self.name, *self.names))


def earlier_names(facts: Facts, name: str) -> frozenset[str]:
    """A project's name and the ones it went by in earlier years, made comparable."""
    names = {bare(name)}
    for project in facts.department.projects if facts.department is not None else ():
        own = {bare(each) for each in (project.name, *project.aliases, *project.former)}
        if project.former and names & own:
            names |= own
    return frozenset(names)


def projects(facts: Facts) -> list[Known]:
    """All projects of the filing, the roster's first; worked out once a filing."""
    return facts.once("projects", lambda: _gather(facts))


def _gather(facts: Facts) -> list[Known]:
    listed = facts.department.projects if facts.department is not None else ()
    known = [Known(project.name, project) for project in listed]
    lines = list(_lines(facts))
    copies = [
        data
        for data in facts.submission.forms
        if facts.forms[data.form].scope is Scope.PROJECT and data.project
    ]
    for line in lines:
        _find(known, line.name).lines.append(line)
    for data in copies:
        project = _find(known, data.project or "")
        project.copies.setdefault(data.form, []).append(data)
    return known


def _find(known: list[Known], name: str) -> Known:
    """The project a name means; a new one where none fits or two fit equally well."""
    for project in known:
        if name == project.name:
            return project
    for project in known:
        if project.answers(name):
            return project
    near = [project for project in known if project.resembles(name)]
    if len(near) == 1:
        return near[0]
    known.append(Known(name))
    return known[-1]


def _lines(facts: Facts) -> list[Line]:
    return [
        Line(data, section, row, label.text.strip())
        for data, section in facts.tables("grid")
        for template in section.rows
        if template.repeat
        for row, label in data.repeated(section.id, template.id)
        if label.text.strip()
    ]


def spent(project: Known, column: str = "final") -> Decimal | None:
    """What the department's table says was spent on (or planned for) a project."""
    values = [
        value
        for line in project.lines
        if any(c.id == column for c in line.section.columns)
        and (value := figure(line.data, line.section, line.row, column)) is not None
    ]
    return values[0] if values else None


def executed(facts: Facts, project: Known, column: str = "executed") -> Decimal | None:
    """The figure of the total row in the project's own execution table."""
    for copies in project.copies.values():
        for data in copies:
            section = facts.forms[data.form].role("execution")
            if section is not None:
                value = figure(data, section, section.rows[0].id, column)
                if value is not None:
                    return value
    return None


def umbrella(facts: Facts) -> tuple[Known, list[Known]] | None:
    """The project that contains the others, and its parts.

    With a roster its parents decide. When a file is only audited it is inferred: a project that
    is no line of the department's table, whose execution equals the sum of the lines (two or
    more) it must then contain.
    """
    known = projects(facts)
    if facts.department is not None:
        for project in known:
            parts = [p for p in known if p.roster is not None and p.roster.parent == project.name]
            if parts:
                return project, parts
        return None
    for project in known:
        total = executed(facts, project)
        parts = [p for p in known if p is not project and spent(p)]
        if project.lines or not total or len(parts) < 2:
            continue
        if sum((spent(p) or Decimal(0) for p in parts), Decimal(0)) == total:
            return project, parts
    return None


def siblings(facts: Facts, data: FormData) -> list[FormData]:
    """Every form copy about the same project as this one, this one among them."""
    owners = facts.once("owners", lambda: _owners(facts))
    return owners.get(id(data), [data])


def _owners(facts: Facts) -> dict[int, list[FormData]]:
    owners = {}
    for project in projects(facts):
        copies = [data for each in project.copies.values() for data in each]
        owners.update({id(data): copies for data in copies})
    return owners
