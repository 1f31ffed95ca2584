"""The year's forms as a Markdown document: what each asks for, and which cell answers to which."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.forms import (
    CellType,
    Column,
    Form,
    Heading,
    IndicatorsSection,
    NarrativeSection,
    Row,
    Scope,
    TableSection,
)
from jixiao.policy import Pack

_SCOPES = {Scope.DEPARTMENT: "每个部门一份", Scope.PROJECT: "每个项目一份"}
_TYPES = {
    CellType.NUMBER: "数字",
    CellType.PERCENT: "百分数",
    CellType.TEXT: "文字",
    CellType.CHOICE: "选择",
    CellType.VALUE: "指标值",
}


def render_markdown(pack: Pack) -> str:
    """All forms of the pack, in the order they are issued: sections, rows, columns, relations."""
    lines = [
        f"# {pack.year} 年度表样",
        "",
        "本文由政策包的表样生成（forms 文件夹），请改表样，不要改本文。",
        "单元格的地址写作 `表段.行.列`，例如 `execution.total.executed`。",
    ]
    for form in pack.forms.values():
        lines += ["", *_form(pack, form)]
    return "\n".join(lines) + "\n"


def _form(pack: Pack, form: Form) -> Iterator[str]:
    yield f"## {form.id} {pack.title(form.title)}"
    yield ""
    unit = f"单位：{form.unit}。" if form.unit else ""
    yield f"{_SCOPES[form.scope]}。版本 {form.version}。{unit}{form.note}"
    if form.aliases:
        yield f"也认作：{'、'.join(form.aliases)}。"
    for section in form.sections:
        yield ""
        yield f"### `{section.id}`{' ' + pack.title(section.title) if section.title else ''}"
        yield ""
        if isinstance(section, TableSection):
            yield from _table(pack, section)
        elif isinstance(section, IndicatorsSection):
            yield from _indicators(section)
        else:
            yield from _narrative(section)


def _table(pack: Pack, section: TableSection) -> Iterator[str]:
    yield "| 列 | 表头 | 内容 | 说明 |"
    yield "|---|---|---|---|"
    for column in section.columns:
        kind = _TYPES[column.type] + (f"（{column.unit}）" if column.unit else "")
        notes = "；".join(_column_notes(pack, column))
        yield f"| `{column.id}` | {_cell(pack.title(column.title))} | {kind} | {_cell(notes)} |"
    yield ""
    yield "| 行 | 行名 | 关系和要求 |"
    yield "|---|---|---|"
    for row in section.rows:
        name = "　" * row.level + pack.title(row.title)
        notes = "；".join(_row_notes(pack, section, row))
        yield f"| `{row.id}` | {_cell(name)} | {_cell(notes)} |"
    if section.total_of is not None:
        yield ""
        yield f"各行之和应等于 `{section.total_of}`。"


def _column_notes(pack: Pack, column: Column) -> Iterator[str]:
    if column.formula:
        yield f"= `{column.formula}`"
    if column.choices:
        yield f"选 {'、'.join(column.choices)}"
    if column.locked:
        yield "下达时预填并锁定"
    if column.optional:
        yield "可以没有这一列"
    if column.aliases:
        yield f"也认作 {'、'.join(pack.title(a) for a in column.aliases)}"


def _row_notes(pack: Pack, section: TableSection, row: Row) -> Iterator[str]:
    def rows(ids: tuple[str, ...]) -> str:
        return "、".join(_name(pack, section.row(id)) for id in ids)

    def columns(ids: tuple[str, ...]) -> str:
        return "、".join(_name(pack, section.column(id)) for id in ids)

    if row.level1:
        yield f"{row.level1} / {row.level2}"
    if row.weight is not None:
        yield f"{row.weight} 分"
    if row.sum_of:
        yield f"等于 {rows(row.sum_of)} 之和"
    if row.selection:
        yield f"其中 {rows(row.selection)}（只列一部分，每一项及其合计都不大于本行）"
    if row.sub:
        yield "其中行，不另计分值和得分"
    if row.repeat:
        yield "一个项目一行"
    if row.required:
        yield f"必填 {columns(row.required)}"
    if row.blocked:
        yield f"不填 {columns(row.blocked)}"
    if row.rate is not None:
        yield f"比率“{row.rate}”：分子 {row.numerator}，分母 {row.denominator}"
    if row.explanation:
        yield row.explanation
    if row.points:
        yield f"要点：{'，'.join(row.points)}"
    if row.aliases:
        yield f"也认作 {'、'.join(row.aliases)}"


def _name(pack: Pack, part: Row | Column) -> str:
    """The title in quotes (titles hold 、 themselves), or the id where there is none."""
    return f"“{pack.title(part.title)}”" if part.title else f"`{part.id}`"


def _indicators(section: IndicatorsSection) -> Iterator[str]:
    yield "| 列 | 表头 | 也认作 |"
    yield "|---|---|---|"
    for column in section.columns:
        yield f"| `{column.id}` | {_cell(column.title)} | {_cell('、'.join(column.aliases))} |"
    yield ""
    yield "| 一级指标 | 默认权重 | 二级指标 |"
    yield "|---|---|---|"
    for group in section.groups:
        yield f"| {_cell(group.title)} | {group.weight or ''} | {_cell('、'.join(group.subgroups))} |"
    yield ""
    yield f"每个二级指标下预留 {section.spare_rows} 个空行；最后一行是“{section.total_title}”。"


def _narrative(section: NarrativeSection) -> Iterator[str]:
    def down(headings: tuple[Heading, ...], depth: int) -> Iterator[str]:
        for heading in headings:
            need = "" if heading.required else "（可以没有）"
            also = f"；也认作 {'、'.join(heading.aliases)}" if heading.aliases else ""
            yield f"{'  ' * depth}- {heading.number} {heading.title}（`{heading.id}`）{need}{also}"
            yield from down(heading.children, depth + 1)

    return down(section.headings, 0)


def _cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")
