"""Filled forms laid out as the year's forms lay them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from jixiao.model.forms import CellType, Column, Form, IndicatorsSection, Row, TableSection
from jixiao.model.scores import FormScore, RowScore
from jixiao.model.submission import NOTHING, Cell, FormData, IndicatorRow
from jixiao.reports.model import Grid, GridCell, GridColumn, GridRow
from jixiao.reports.words import figure, row_working

COMPUTED = GridColumn("重算得分", "computed")
_FIGURES = (CellType.NUMBER, CellType.PERCENT)
_BLOCKED = GridCell("——", "blocked")
# Columns of a register row that name a person; they stay out of a public report.
_PERSONAL = frozenset({"contact", "phone"})


@dataclass(frozen=True)
class Copy:
    """One filled copy of a form and everything needed to lay it out.

    Attributes:
        say: fills ``{year}`` and ``{last_year}`` into a form's text.
        personal: whether contacts are shown.
    """

    form: Form
    data: FormData
    score: FormScore | None
    say: Callable[[str], str]
    personal: bool

    @cached_property
    def scored(self) -> dict[tuple[str, str], RowScore]:
        """The scored rows by kind and row."""
        return {(r.kind, r.row): r for r in self.score.rows} if self.score is not None else {}


def grids(copy: Copy) -> tuple[Grid, ...]:
    """The tables of a filled form, in the form's order."""
    return tuple(_sections(copy))


def _sections(copy: Copy) -> Iterator[Grid]:
    for section in copy.form.sections:
        if isinstance(section, IndicatorsSection):
            yield _indicators(copy, section)
        elif isinstance(section, TableSection):
            yield _rubric(copy, section) if section.role == "rubric" else _table(copy, section)


def _table(copy: Copy, section: TableSection) -> Grid:
    columns = [c for c in section.columns if copy.personal or not _is_personal(section, c)]
    named = any(row.title for row in section.rows)
    computed = section.role == "execution" and copy.score is not None
    head: list[GridColumn] = []
    if any(c.title for c in columns):
        head = [GridColumn(copy.say(c.title), _kind(c)) for c in columns]
        if named:
            head.insert(0, GridColumn(copy.say(section.row_header)))
        if computed:
            head.append(COMPUTED)
    rows = tuple(
        _table_row(copy, section, row, id, label, columns, named, computed)
        for row, id, label in _lines(copy, section)
    )
    title = copy.say(section.title) or _CAPTIONS.get(section.role, copy.say(section.row_header))
    caption = title or "、".join(copy.say(r.title) for r in section.rows)
    return Grid(caption, section.unit, tuple(head), rows, section.role)


_CAPTIONS = {"identity": "基本信息", "goals": "年度总体目标", "register": "公开情况"}


def _is_personal(section: TableSection, column: Column) -> bool:
    return section.role == "register" and column.id in _PERSONAL


def _kind(column: Column) -> str:
    return "number" if column.type in _FIGURES else "text"


def _lines(copy: Copy, section: TableSection) -> Iterator[tuple[Row, str, str]]:
    """Rows with their id and title; a repeated row once for every name the clerk gave."""
    for row in section.rows:
        if not row.repeat:
            yield row, row.id, copy.say(row.title)
            continue
        for id, label in copy.data.repeated(section.id, row.id):
            yield row, id, label.text


def _table_row(
    copy: Copy,
    section: TableSection,
    row: Row,
    id: str,
    label: str,
    columns: Sequence[Column],
    named: bool,
    computed: bool,
) -> GridRow:
    def get(column: str) -> Cell:
        return copy.data.get(f"{section.id}.{id}.{column}")

    cells = [GridCell(label, header="row", level=row.level)] if named else []
    # What was written where nothing belongs is shown: it may be the very thing that is wrong.
    cells += [
        _BLOCKED if c.id in row.blocked and get(c.id).blank else _cell(get(c.id), _kind(c))
        for c in columns
    ]
    if computed:
        scored = copy.scored.get(("execution", id))
        used = [(copy.say(c.title), get(c.id)) for c in columns if c.id in ("annual", "executed")]
        cells.append(_computed(scored, used) if scored is not None else _BLOCKED)
    return GridRow(tuple(cells), "sub" if row.sub else "")


def _cell(cell: Cell, kind: str = "text") -> GridCell:
    return GridCell(cell.text, kind, note=cell.problem or "")


def _computed(scored: RowScore, used: Sequence[tuple[str, Cell]]) -> GridCell:
    text = figure(scored.computed) if scored.computed is not None else "——"
    return GridCell(text, "computed", working=row_working(scored, used))


def _indicators(copy: Copy, section: IndicatorsSection) -> Grid:
    ids = [c.id for c in section.columns]
    titles = {c.id: copy.say(c.title) for c in section.columns}
    after = ids.index("score") + 1 if copy.score is not None and "score" in ids else None
    head = [
        GridColumn(copy.say(c.title), "number" if c.id in ("weight", "score") else "text")
        for c in section.columns
    ]
    if after is not None:
        head.insert(after, COMPUTED)
    printed = {g.level1: g.cell.text for g in copy.data.groups}
    spans = _spans([(r.level1, r.level2) for r in copy.data.indicators])
    rows = []
    for number, (row, span) in enumerate(zip(copy.data.indicators, spans, strict=True)):
        cells = [c for id in ids for c in _indicator_cell(row, id, span, printed)]
        if after is not None:
            scored = copy.scored.get(("indicator", str(number)))
            used = [(titles[id], getattr(row, id)) for id in ("target", "actual") if id in ids]
            # The two group cells are left out of rows that an earlier row spans.
            at = after - sum(
                1
                for id, n in zip(("level1", "level2"), span, strict=True)
                if n == 0 and id in ids[:after]
            )
            cells.insert(at, _computed(scored, used) if scored is not None else _BLOCKED)
        rows.append(GridRow(tuple(cells)))
    rows.append(_indicator_total(copy, section, after))
    return Grid(section.title or "绩效指标", "", tuple(head), tuple(rows), "indicators")


def _indicator_cell(
    row: IndicatorRow, id: str, span: tuple[int, int], printed: dict[str, str]
) -> Iterator[GridCell]:
    if id in ("level1", "level2"):
        size = span[0] if id == "level1" else span[1]
        text = printed.get(row.level1, row.level1) if id == "level1" else row.level2
        if size:
            yield GridCell(text, header="rowgroup", rowspan=size)
    elif id == "name":
        yield GridCell(row.name.text, header="row", note=row.name.problem or "")
    else:
        cell = getattr(row, id, NOTHING)
        yield _cell(cell, "number" if id in ("weight", "score") else "text")


def _indicator_total(copy: Copy, section: IndicatorsSection, after: int | None) -> GridRow:
    ids = [c.id for c in section.columns]
    first = next((n for n, id in enumerate(ids) if id not in ("level1", "level2", "name")), 1)
    values = {"weight": copy.data.total_weight, "score": copy.data.total_score}
    cells = [GridCell(section.total_title, header="row", colspan=first)]
    cells += [_cell(values[id], "number") if id in values else GridCell("") for id in ids[first:]]
    if after is not None and copy.score is not None:
        total = GridCell(figure(copy.score.computed_score), "computed")
        cells.insert(after - first + 1, total)
    return GridRow(tuple(cells), "total")


def _spans(keys: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """For every row the rows its first and second level cell cover, 0 where one above does."""
    spans: list[tuple[int, int]] = []
    for _, outer in groupby(keys, key=lambda key: key[0]):
        members = list(outer)
        for number, (_, inner) in enumerate(groupby(members, key=lambda key: key[1])):
            size = len(list(inner))
            spans.append((0 if number else len(members), size))
            spans.extend([(0, 0)] * (size - 1))
    return spans


def _rubric(copy: Copy, section: TableSection) -> Grid:
    """附件4: the fixed rubric with its places, explanations and points to look at."""
    data_columns = [
        c
        for c in section.columns
        if c.id not in ("weight", "score")
        and any(not copy.data.get(f"{section.id}.{r.id}.{c.id}").blank for r in section.rows)
    ]
    head = [
        GridColumn("一级指标"),
        GridColumn("二级指标"),
        GridColumn(section.row_header or "三级指标"),
        GridColumn("分值", "number"),
        GridColumn("指标解释与评价要点"),
        *(GridColumn(copy.say(c.title), _kind(c)) for c in data_columns),
        GridColumn("得分", "number"),
    ]
    if copy.score is not None:
        head.append(COMPUTED)
    spans = _spans([(r.level1, r.level2) for r in section.rows])
    rows = tuple(
        _rubric_row(copy, section, row, span, data_columns)
        for row, span in zip(section.rows, spans, strict=True)
    )
    return Grid(section.title or copy.form.title, "", tuple(head), rows, "rubric")


def _rubric_row(
    copy: Copy, section: TableSection, row: Row, span: tuple[int, int], columns: Sequence[Column]
) -> GridRow:
    def get(column: str) -> Cell:
        return copy.data.get(f"{section.id}.{row.id}.{column}")

    total = not row.level1
    if total:
        cells = [GridCell(copy.say(row.title), header="row", colspan=3)]
    else:
        places = zip((row.level1, row.level2), span, strict=True)
        cells = [GridCell(t, header="rowgroup", rowspan=n) for t, n in places if n]
        cells.append(GridCell(copy.say(row.title), header="row"))
    weight = get("weight")
    cells.append(GridCell(weight.text if not weight.blank else row.weight or "", "number"))
    cells.append(GridCell(row.explanation, items=row.points))
    cells += [_cell(get(c.id), _kind(c)) for c in columns]
    cells.append(_cell(get("score"), "number"))
    if copy.score is not None:
        cells.append(_rubric_computed(copy, row, total, [(c.title, get(c.id)) for c in columns]))
    return GridRow(tuple(cells), "total" if total else "")


def _rubric_computed(
    copy: Copy, row: Row, total: bool, used: Sequence[tuple[str, Cell]]
) -> GridCell:
    if total and copy.score is not None:
        return GridCell(figure(copy.score.computed_score), "computed")
    scored = copy.scored.get(("rubric", row.id))
    return _computed(scored, used) if scored is not None else _BLOCKED
