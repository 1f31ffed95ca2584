"""Which forms a grid holds: by the issued workbook's own map, by titles, or by what fits best."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from jixiao.intake.extract import extract
from jixiao.intake.locate import locate
from jixiao.intake.located import Located
from jixiao.intake.shape import Shapes, project_in_title
from jixiao.model.forms import Form, Scope
from jixiao.model.submission import FormData
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.marker import CHECK_TITLE, HINT, SheetMark
from jixiao.spreadsheet.narrative import heading_of, place
from jixiao.spreadsheet.text import bare, key

PROJECT_LINE = re.compile(r"^项目名称[:：](?P<project>.*)$", re.DOTALL)
_LONGEST_LABEL = 40  # characters
_LEAST = 3  # header and label texts that must agree before an untitled sheet counts as a form


@dataclass(slots=True)
class Narrative:
    """A report found in a sheet.

    Attributes:
        lines: places of its headings and text, in order.
        project_at: the cell ``项目名称：…`` of an issued sheet.
    """

    form: Form
    grid: Grid
    title: str
    project: str | None
    lines: list[Pos] = field(default_factory=list)
    project_at: Pos | None = None


Part = Located | Narrative


def parts_of(grid: Grid, shapes: Shapes, mark: SheetMark | None) -> list[Part]:
    """Every form found in a grid, from top to bottom; none if nothing of a form is there."""
    titles = [
        (pos, text, form)
        for pos, text in grid.texts.items()
        if ("表" in text or "告" in text) and (form := shapes.title_of(text)) is not None
    ]
    titles.sort(key=itemgetter(0))
    marked = shapes.forms.get(mark.form) if mark is not None else None
    if marked is not None and (
        marked.form.narrative is not None or all(form is marked.form for _, _, form in titles)
    ):
        title = titles[0][1] if titles else ""
        return _part(marked.form, grid, 0, grid.height, title, shapes, mark)
    parts: list[Part] = []
    for number, (pos, text, form) in enumerate(titles):
        last = titles[number + 1][0][0] if number + 1 < len(titles) else grid.height
        first = 0 if number == 0 else pos[0]
        parts.extend(_part(form, grid, first, last, text, shapes, mark))
    if parts:
        return parts
    named = _by_sheet_name(grid.sheet, shapes)
    if named is not None:
        parts = _part(named, grid, 0, grid.height, "", shapes, mark)
    return parts or best_fit(grid, shapes)


def _part(
    form: Form,
    grid: Grid,
    first: int,
    last: int,
    title: str,
    shapes: Shapes,
    mark: SheetMark | None,
) -> list[Part]:
    project = None
    if form.scope is Scope.PROJECT:
        project = (mark.project if mark is not None else None) or project_in_title(title, form)
    if form.narrative is not None:
        narrative = _narrative(form, grid, first, last, title, project, shapes.labels)
        return [narrative] if mark is not None or _has_headings(narrative) else []
    found = locate(shapes.forms[form.id], grid, first, last, title=title)
    found.project = project
    return [found] if found.score else []


def _narrative(
    form: Form,
    grid: Grid,
    first: int,
    last: int,
    title: str,
    project: str | None,
    labels: frozenset[str],
) -> Narrative:
    """The lines of a report: every cell in reading order, without title and our own notes."""
    narrative = Narrative(form, grid, title, project)
    short = {pos: text for pos, text in grid.texts.items() if len(text) <= _LONGEST_LABEL}
    checks = {c for (r, c), t in short.items() if key(t) == CHECK_TITLE and first <= r < last}
    ours = {pos for pos, text in short.items() if bare(text) in labels}
    for row in range(first, last):
        for column, text in grid.starts(row):
            pos = (row, column)
            if column in checks or pos in ours or text == title or text.startswith(HINT):
                continue
            named = PROJECT_LINE.match(text) if form.scope is Scope.PROJECT else None
            if named and narrative.project_at is None:
                narrative.project_at = pos
                narrative.project = named["project"].strip() or narrative.project
            else:
                narrative.lines.append(pos)
    return narrative


def _has_headings(narrative: Narrative) -> bool:
    section = narrative.form.narrative
    assert section is not None
    return any(heading_of(section, narrative.grid.texts[pos])[0] for pos in narrative.lines)


def _by_sheet_name(name: str, shapes: Shapes) -> Form | None:
    plain = key(name)
    for id in sorted(shapes.forms, key=len, reverse=True):
        if plain == key(id) or plain.startswith((f"{key(id)}-", f"{key(id)}(")):
            return shapes.forms[id].form
    return shapes.title_of(name)


def best_fit(grid: Grid, shapes: Shapes) -> list[Part]:
    """The form whose headers and labels agree most with an untitled grid."""
    best: Located | None = None
    for shape in shapes.forms.values():
        if shape.form.narrative is None:
            found = locate(shape, grid, 0, grid.height)
            if found.score >= _LEAST and (best is None or found.score > best.score):
                best = found
    return [best] if best is not None else []


def part_data(part: Part) -> FormData:
    """The filled form of a part."""
    if isinstance(part, Located):
        return extract(part)
    section = part.form.narrative
    assert section is not None
    data = FormData(part.form.id, part.grid.sheet, part.title, part.project)
    data.paragraphs = place(section, _lines(part))
    return data


def _lines(part: Narrative) -> Iterator[tuple[str, str, str]]:
    """A paragraph a line: a cell may hold several, set off by line breaks."""
    for pos in part.lines:
        address = part.grid.address(pos)
        for line in part.grid.texts[pos].split("\n"):
            if line.strip():
                yield line.strip(), part.grid.sheet, address
