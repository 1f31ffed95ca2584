"""The narrative as a Word outline: the year's headings, and under them the department's own
numbers as far as they are known when the workbook goes out.

What the department is to keep stands as plain text; what only helps it to write begins with
填写说明 and is passed over when the report comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jixiao.installation.paths import template_dir
from jixiao.model.forms import Form, Heading, Scope
from jixiao.model.submission import FormData, Submission
from jixiao.model.targets import FormTargets, TargetSet
from jixiao.policy import Department, Pack
from jixiao.spreadsheet.marker import HINT
from jixiao.workbooks.narrative_rows import printed
from jixiao.workbooks.zipped import Part, ready, zip_parts

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
}
_HOW = (
    "在各标题下写正文，标题和序号不要改动；写好后与工作簿一起送回，叙述以本文件为准。"
    "灰色的说明不用删，收回时不读。"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph and the name of its style."""

    text: str
    style: str = "text"
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of the department and, in a project's report, of the project."""

    pack: Pack
    department: Department
    targets: TargetSet | None
    prior: Submission | None
    project: str | None

    def approved(self) -> FormTargets | None:
        """The approved targets of the department, or of the project."""
        sets = self.targets.forms if self.targets is not None else ()
        return next((f for f in sets if f.project == self.project), None)


def narrative_outline(
    pack: Pack,
    department: Department,
    targets: TargetSet | None,
    *,
    prior: Submission | None = None,
) -> bytes:
    """The outline of all narratives of a department (``.docx``).

    Args:
        targets: the approved targets, named under the headings that ask for them.
        prior: last year's accepted filing, for last year's figures.
    """
    lines: list[Line] = []
    for form in pack.forms.values():
        if form.narrative is None:
            continue
        projects: list[str | None] = [None]
        if form.scope is Scope.PROJECT:
            projects = [project.name for project in department.projects]
        for project in projects:
            about = _About(pack, department, targets, prior, project)
            lines += _report(form, about, first=not lines)
    return _document(lines)


def _report(form: Form, about: _About, *, first: bool) -> Iterator[Line]:
    section = form.narrative
    assert section is not None
    year, whose = about.pack.year, about.project or about.department.name
    if about.project is not None:
        yield Line(form.id, "label", new_page=True)
    title = form.title if about.project is None else "绩效自评报告"
    yield Line(f"{whose}{year}年度{title}", "title", new_page=not first and about.project is None)
    if first:
        yield Line(f"{HINT}：{_HOW}", "hint")
    for heading in section.walk():
        yield Line(printed(heading), "heading1" if heading.level == 1 else "heading2")
        yield from _facts(heading, about)
        if not heading.children:
            yield Line("")


def _facts(heading: Heading, about: _About) -> Iterator[Line]:
    """A department's own figures are text to keep; a project's stand in its form already, so
    here they only help to write."""
    for name in heading.facts:
        for text in _FACTS[name](about):
            yield Line(text) if about.project is None else Line(f"{HINT}：{text}", "hint")


def _unit(about: _About) -> Iterator[str]:
    if about.project is None:
        yield f"{about.department.name}，统一社会信用代码 {about.department.code}。"
        return
    project = next(p for p in about.department.projects if p.name == about.project)
    supervisor = project.supervisor or about.department.name
    yield f"主管部门{supervisor}，实施单位{project.implementer or about.department.name}。"


def _goal(about: _About) -> Iterator[str]:
    approved = about.approved()
    if approved is not None and approved.goal.strip():
        yield f"批复的年度目标：{approved.goal.strip()}"


def _projects(about: _About) -> Iterator[str]:
    names = [project.name for project in about.department.projects]
    if names:
        yield f"{about.pack.year}年度列入绩效管理的项目共 {len(names)} 个：{'、'.join(names)}。"


def _targets(about: _About) -> Iterator[str]:
    approved = about.approved()
    for row in approved.rows if approved is not None else ():
        yield f"{row.name}：目标 {row.target}，{row.weight} 分，实际完成"


def _last_year(about: _About) -> Iterator[str]:
    """Last year's finals of the top rows of every table that has such a column."""
    for form in about.pack.forms.values():
        data = about.prior.one(form.id) if about.prior is not None else None
        if data is not None and form.scope is Scope.DEPARTMENT:
            figures = list(_finals(form, data))
            if figures:
                yield f"{about.pack.year - 1}年决算：{'，'.join(figures)}。"


def _finals(form: Form, data: FormData) -> Iterator[str]:
    for table in form.tables():
        if not any(column.id == "final" for column in table.columns):
            continue
        for row in table.rows:
            cell = data.get(f"{table.id}.{row.id}.final")
            if row.level == 0 and not cell.blank:
                yield f"{row.title} {cell.text} {table.unit}".strip()


_FACTS: dict[str, Callable[[_About], Iterator[str]]] = {
    "unit": _unit,
    "goal": _goal,
    "projects": _projects,
    "targets": _targets,
    "last_year": _last_year,
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(template_dir() / "word"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _document(lines: list[Line]) -> bytes:
    document = _environment().get_template("outline.xml.j2").render(lines=lines)
    first, *others = _fixed()
    return zip_parts([first, Part("word/document.xml", ((document.encode(), b""),)), *others])


@cache
def _fixed() -> tuple[Part, ...]:
    """The parts every outline has, compressed once; the content types come first."""
    parts = {
        **_PARTS,
        "word/styles.xml": _environment().get_template("outline-styles.xml").render(),
    }
    return tuple(Part(name, (ready(text),)) for name, text in parts.items())
