"""What a year asks for: forms as data.

A form is a list of sections. Three kinds of section are enough for all six forms:

* ``table``: named rows × named columns (附件1, the execution table, goals, splits, the 附件4
  rubric, the register). One address, ``section.row.column``, names every cell.
* ``indicators``: the list of indicator rows with its header, groups and total row.
* ``narrative``: the numbered headings of a report (附件7).

Nothing here says where on a sheet a cell stands: writing lays the sections out one under the
other, reading finds them again by their headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Model(BaseModel):
    """Base of all pack models: unknown keys are errors, instances do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Mistake = tuple[tuple[str | int, ...], str]


class Mistakes(ValueError):
    """Mistakes that stand below the model a validator looks at.

    Attributes:
        found: path of keys from that model to each mistake, and what it is.
    """

    def __init__(self, found: Iterable[Mistake]) -> None:
        self.found = list(found)
        super().__init__("；".join(text for _, text in self.found))


def refuse(found: Iterable[Mistake]) -> None:
    """Raise :class:`Mistakes` if there are any."""
    mistakes = list(found)
    if mistakes:
        raise Mistakes(mistakes)


def twice(
    values: Iterable[str], path: tuple[str | int, ...], key: str, what: str
) -> Iterator[Mistake]:
    """A mistake for every value that came before; it stands at ``path.<index>.key``."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield (*path, index, key) if key else path, f"{what}重复：{value}"
        seen.add(value)


class Scope(StrEnum):
    """Whom one copy of a form is about."""

    DEPARTMENT = "department"
    PROJECT = "project"


class CellType(StrEnum):
    """What a cell holds."""

    NUMBER = "number"  # a figure in the column's unit
    PERCENT = "percent"  # a share; 78.05% is read as 0.7805
    TEXT = "text"
    CHOICE = "choice"  # one of ``choices``
    VALUE = "value"  # a value expression such as 61亿元以上


class Column(Model):
    """A column of a table section."""

    id: str
    title: str = Field(description="表头文字；{year}、{last_year} 会换成年度")
    type: CellType = CellType.NUMBER
    unit: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    locked: bool = Field(False, description="下达时预填并锁定")
    formula: str | None = Field(
        None, description="由同一行其他列算出，如 actual / establishment；列名用 id"
    )
    optional: bool = Field(False, description="允许整列空白或没有该列")


class Row(Model):
    """A row of a table section.

    ``sum_of`` names children that are a complete breakdown (they add up to this row);
    ``selection`` names children that are only some of it (其中: each and their sum at most this
    row). ``repeat`` rows are templates: one row a project, named by the clerk.
    """

    id: str
    title: str
    level: int = Field(0, description="缩进层级")
    aliases: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    selection: tuple[str, ...] = ()
    repeat: bool = False
    sub: bool = Field(False, description="其中行：不另计分值和得分")
    blocked: tuple[str, ...] = Field((), description="本行不填的列（表上印 ——）")
    required: tuple[str, ...] = Field((), description="本行必填的列")
    # A rubric row (附件4) also carries its place in the rubric.
    level1: str = ""
    level2: str = ""
    weight: str | None = Field(None, description="分值（附件4 固定评分表）")
    explanation: str = ""
    points: tuple[str, ...] = Field((), description="评价要点")
    rate: str | None = Field(None, description="附件4 六率之一的名称，评分参数按它查")
    numerator: str = Field("", description="计算比率的分子名称")
    denominator: str = Field("", description="计算比率的分母名称")


class TableSection(Model):
    """Named rows × named columns."""

    kind: Literal["table"]
    id: str
    title: str = ""
    role: Literal["grid", "execution", "split", "goals", "rubric", "identity", "register"] = "grid"
    unit: str = ""
    row_header: str = Field("", description="行名列的表头")
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_of: str | None = Field(None, description="本表各行之和应等于的单元格，写作 表段.行.列")

    @cached_property
    def _columns_by_id(self) -> dict[str, Column]:
        return {column.id: column for column in self.columns}

    @cached_property
    def _rows_by_id(self) -> dict[str, Row]:
        return {row.id: row for row in self.rows}

    def column(self, id: str) -> Column:
        return self._columns_by_id[id]

    def row(self, id: str) -> Row:
        """The row by id; a repeated row ``project[2]`` answers with its template."""
        found = self._rows_by_id.get(id)
        return found if found is not None else self._rows_by_id[id.split("[", 1)[0]]


class IndicatorColumn(Model):
    """A column of the indicator list; ``id`` is one of the known meanings."""

    id: Literal[
        "level1",
        "level2",
        "name",
        "sign",
        "target",
        "unit",
        "actual",
        "weight",
        "score",
        "explanation",
        "extra",
    ]
    title: str
    aliases: tuple[str, ...] = ()


class Group(Model):
    """A first-level group of indicators with its second-level groups and default weight."""

    title: str
    aliases: tuple[str, ...] = ()
    weight: str | None = Field(None, description="默认权重")
    subgroups: tuple[str, ...]


class IndicatorsSection(Model):
    """The list of indicator rows."""

    kind: Literal["indicators"]
    id: str
    title: str = ""
    columns: tuple[IndicatorColumn, ...]
    groups: tuple[Group, ...]
    total_title: str = "总分"
    spare_rows: int = Field(3, ge=0, description="每个二级指标预留的空行")


class Heading(Model):
    """A heading of a narrative; ``required`` ones must be followed by text."""

    id: str
    number: str = Field(description="序号，如 一 或 (一)")
    title: str
    aliases: tuple[str, ...] = ()
    level: int = 1
    required: bool = True
    facts: tuple[Literal["unit", "goal", "projects", "targets", "last_year"], ...] = Field(
        (), description="Word 提纲在这个标题下先写好什么：单位、年度目标、项目、指标、上年决算"
    )
    children: tuple[Heading, ...] = ()


class NarrativeSection(Model):
    """The numbered headings of a report."""

    kind: Literal["narrative"]
    id: str
    title: str = ""
    headings: tuple[Heading, ...]

    def walk(self) -> Iterator[Heading]:
        """Every heading, parents before children, in order."""

        def down(headings: tuple[Heading, ...]) -> Iterator[Heading]:
            for heading in headings:
                yield heading
                yield from down(heading.children)

        return down(self.headings)


Section = Annotated[
    TableSection | IndicatorsSection | NarrativeSection, Field(discriminator="kind")
]


class Form(Model):
    """One form of a year, e.g. 附件3."""

    id: str = Field(description="表号，如 附件3")
    title: str
    scope: Scope
    version: str = "1"
    unit: str = ""
    sections: tuple[Section, ...]
    orientation: Literal["portrait", "landscape"] = "portrait"
    aliases: tuple[str, ...] = Field((), description="识别用的其他标题")
    note: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Form:
        """Ids are unique; a reference names a row, a column or a cell that is there."""
        refuse(self._mistakes())
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        yield from twice((s.id for s in self.sections), ("sections",), "id", "表段 id ")
        for index, section in enumerate(self.sections):
            path = ("sections", index)
            if isinstance(section, TableSection):
                yield from _table_mistakes(section, path)
                if section.total_of is not None and not self._has_cell(section.total_of):
                    yield (*path, "total_of"), f"没有单元格“{section.total_of}”，应写作 表段.行.列"
            elif isinstance(section, IndicatorsSection):
                yield from twice(
                    (c.id for c in section.columns), (*path, "columns"), "id", "列 id "
                )
                yield from twice(
                    (g.title for g in section.groups), (*path, "groups"), "title", "指标组"
                )
            else:
                yield from _heading_mistakes(section.headings, (*path, "headings"), set())

    def _has_cell(self, address: str) -> bool:
        names = address.split(".")
        return len(names) == 3 and any(
            section.id == names[0]
            and any(row.id == names[1] for row in section.rows)
            and any(column.id == names[2] for column in section.columns)
            for section in self.tables()
        )

    def tables(self) -> Iterator[TableSection]:
        return (s for s in self.sections if isinstance(s, TableSection))

    def table(self, id: str) -> TableSection:
        return next(s for s in self.tables() if s.id == id)

    def role(self, role: str) -> TableSection | None:
        """The first table section with this role, if any."""
        return next((s for s in self.tables() if s.role == role), None)

    @property
    def indicators(self) -> IndicatorsSection | None:
        return next((s for s in self.sections if isinstance(s, IndicatorsSection)), None)

    @property
    def narrative(self) -> NarrativeSection | None:
        return next((s for s in self.sections if isinstance(s, NarrativeSection)), None)


def _table_mistakes(section: TableSection, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    rows, columns = [r.id for r in section.rows], [c.id for c in section.columns]
    yield from twice(rows, (*path, "rows"), "id", "行 id ")
    yield from twice(columns, (*path, "columns"), "id", "列 id ")
    for index, row in enumerate(section.rows):
        for key, names, known, what in (
            ("sum_of", row.sum_of, rows, "行"),
            ("selection", row.selection, rows, "行"),
            ("blocked", row.blocked, columns, "列"),
            ("required", row.required, columns, "列"),
        ):
            for place, name in enumerate(names):
                if name not in known:
                    yield (
                        (*path, "rows", index, key, place),
                        f"表段 {section.id} 的行 {row.id} 引用了不存在的{what}“{name}”",
                    )
    for index, column in enumerate(section.columns):
        here = (*path, "columns", index)
        for name in re.findall(r"[A-Za-z_]\w*", column.formula or ""):
            if name not in columns:
                yield (*here, "formula"), f"公式里的“{name}”不是本表段的列"
        if column.type is CellType.CHOICE and not column.choices:
            yield (*here, "choices"), "选择列须写出可选项 choices"


def _heading_mistakes(
    headings: tuple[Heading, ...], path: tuple[str | int, ...], seen: set[str]
) -> Iterator[Mistake]:
    """Heading ids are unique in the whole report: a paragraph names its heading by id alone."""
    for index, heading in enumerate(headings):
        if heading.id in seen:
            yield (*path, index, "id"), f"标题 id 重复：{heading.id}"
        seen.add(heading.id)
        yield from _heading_mistakes(heading.children, (*path, index, "children"), seen)
