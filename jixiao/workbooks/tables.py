"""Writing the table sections of a form, one under the other, on the form's common columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jixiao.model.forms import CellType, Column, Row, TableSection
from jixiao.model.submission import FormData
from jixiao.spreadsheet.formula import evaluate, names, to_excel
from jixiao.spreadsheet.grid import Pos, a1
from jixiao.spreadsheet.numfmt import display
from jixiao.spreadsheet.text import number
from jixiao.workbooks.canvas import Canvas
from jixiao.workbooks.checks import Checks
from jixiao.workbooks.plan import Sheet
from jixiao.workbooks.typed import AMOUNT, GENERAL, RATE, Typed, agrees, typed

SPARE_REPEATS = 6
BLOCKED = "——"
_MONEY = "万元"


@dataclass(slots=True)
class Writing:
    """A sheet being written.

    Attributes:
        width: columns of the form; the check column stands right of them.
        title: fills ``{year}`` into a form's text.
        places: ``section.row.column`` → the cell written for it.
        head: rows at the top that stay in view and are repeated in print.
    """

    canvas: Canvas
    sheet: Sheet
    width: int
    title: Callable[[str], str]
    checks: Checks = field(default_factory=Checks)
    places: dict[str, Pos] = field(default_factory=dict)
    head: int = 2

    @property
    def data(self) -> FormData:
        return self.sheet.data

    def is_locked(self, address: str, column: Column) -> bool:
        """Locked by the form with something in it, or prefilled for this department."""
        if address in self.sheet.locked or column.formula is not None:
            return True
        return column.locked and not self.data.get(address).blank

    def text(self, address: str) -> str:
        return self.data.get(address).text


def write_label_values(w: Writing, table: TableSection, row: int, labels: int) -> int:
    """Rows of label and value, such as 单位名称; answers with the next free row."""
    column = table.columns[0]
    for item in table.rows:
        address = f"{table.id}.{item.id}.{column.id}"
        _merged(w, row, 0, labels - 1, item.title, "label_center")
        style = "fixed_text" if w.is_locked(address, column) else "input_text"
        w.canvas.put(row, labels, Typed(w.text(address)), style, to=(row, w.width - 1))
        w.places[address] = (row, labels)
        if column.id in item.required:
            w.checks.required(row, (row, labels), w.text(address), item.title)
        row += 1
    return row


def write_table(w: Writing, table: TableSection, row: int, labels: int) -> int:
    """A header and its rows; answers with the next free row."""
    areas = spread(len(table.columns), labels, w.width)
    rows = _expanded(w, table)
    if labels:
        _corner(w, table, row, labels, len(rows))
    for column, (left, right) in zip(table.columns, areas, strict=True):
        _merged(w, row, left, right, header_text(w.title(column.title), column, table), "head")
    for item, id, spare in rows:
        row += 1
        _row(w, table, item, id, row, labels, areas, spare=spare)
    if table.role == "execution":
        _execution_check(w, table)
    return row + 1


def header_text(title: str, column: Column, table: TableSection) -> str:
    """A column's header with its unit where neither it nor the table says it."""
    if column.unit in {"", "分"} or "(" in title or "（" in title or column.unit == table.unit:
        return title
    return f"{title}（{column.unit}）"


def spread(count: int, first: int, width: int) -> list[tuple[int, int]]:
    """``count`` areas side by side over columns ``first`` … ``width - 1``; the last take the rest."""
    each, rest = divmod(width - first, count)
    areas, left = [], first
    for index in range(count):
        right = left + each - 1 + (index >= count - rest)
        areas.append((left, right))
        left = right + 1
    return areas


def _corner(w: Writing, table: TableSection, row: int, labels: int, count: int) -> None:
    """What stands over the labels: the label column's header, or the only row's own title."""
    text = w.title(table.row_header or table.title or table.rows[0].title)
    if len(table.rows) == 1 and not table.row_header:
        _area(
            w, row, 0, row + count, labels - 1, w.title(table.rows[0].title or table.title), "head"
        )
    elif labels > 1:
        _area(w, row, 0, row + count, 0, text, "head")
        _merged(w, row, 1, labels - 1, "", "head")
    else:
        w.canvas.put(row, 0, text, "head")


def _expanded(w: Writing, table: TableSection) -> list[tuple[Row, str, bool]]:
    """The rows to write: a repeated row once a project, and spare ones."""
    rows: list[tuple[Row, str, bool]] = []
    for row in table.rows:
        if not row.repeat:
            rows.append((row, row.id, False))
            continue
        ids = [id for id, _ in w.data.repeated(table.id, row.id)]
        rows.extend((row, id, False) for id in ids)
        rows.extend((row, f"{row.id}[{len(ids) + n}]", True) for n in range(1, SPARE_REPEATS + 1))
    return rows


def _row(
    w: Writing,
    table: TableSection,
    item: Row,
    id: str,
    row: int,
    labels: int,
    areas: list[tuple[int, int]],
    *,
    spare: bool,
) -> None:
    base = f"{table.id}.{id}"
    if labels and (len(table.rows) > 1 or table.row_header):
        _label(w, item, base, row, labels)
    for column, (left, _) in zip(table.columns, areas, strict=True):
        w.places[f"{base}.{column.id}"] = (row, left)
    for column, (left, right) in zip(table.columns, areas, strict=True):
        write_value(w, table, item, base, column, (row, left), (row, right))
    if table.role == "goals":
        w.canvas.at_least(row, 6)
    if not spare:
        _row_checks(w, table, item, base, row)


def _label(w: Writing, item: Row, base: str, row: int, labels: int) -> None:
    left = 1 if labels > 1 else 0
    area = (row, labels - 1)
    if item.repeat:
        label = w.data.labels.get(base)
        w.canvas.put(row, left, Typed(label.text if label else ""), "input_text", to=area, indent=2)
        w.canvas.allow(
            (row, left, row, left),
            {
                "validate": "any",
                "input_title": item.title,
                "input_message": "一行填一个项目的名称；没有的行留空。",
            },
        )
    else:
        w.canvas.put(row, left, w.title(item.title), "label", to=area, indent=item.level)


def write_value(
    w: Writing, table: TableSection, item: Row, base: str, column: Column, at: Pos, to: Pos
) -> None:
    """One value cell: blocked, computed, prefilled or for input."""
    address = f"{base}.{column.id}"
    text = w.text(address)
    if column.id in item.blocked and not text.strip():
        w.canvas.put(*at, BLOCKED, "blocked", to=to)
        return
    plain = column.type in {CellType.TEXT, CellType.CHOICE}
    if column.formula is not None and _computes(w, base, column, text):
        shown = _result(w, base, column, text)
        formula = to_excel(column.formula, lambda name: a1(w.places[f"{base}.{name}"]))
        w.canvas.formula(
            *at,
            formula,
            shown,
            "fixed",
            to=to,
            number=shown.format if shown.number is not None else RATE,
        )
        return
    locked = w.is_locked(address, column) and column.formula is None
    style = "fixed" if locked else "input"
    number_format = AMOUNT if _MONEY in (column.unit, table.unit) and not plain else GENERAL
    w.canvas.put(
        *at,
        typed(text, as_text=plain),
        style + ("_text" if plain else ""),
        to=to,
        number=number_format,
    )
    if not locked:
        w.canvas.allow((*at, *at), rule(column, w.title(column.title)))


def _computes(w: Writing, base: str, column: Column, text: str) -> bool:
    """Whether the formula gives what was filed; a clerk may have written something else."""
    if not w.sheet.filled or f"{base}.{column.id}" not in w.data.cells:
        return True
    return agrees(_evaluated(w, base, column), text)


def _evaluated(w: Writing, base: str, column: Column) -> Decimal | None:
    assert column.formula is not None
    values = {}
    for name in names(column.formula):
        figure = number(w.text(f"{base}.{name}"))
        if figure is not None:
            values[name] = figure
    return evaluate(column.formula, values)


def _result(w: Writing, base: str, column: Column, text: str) -> Typed:
    """The formula's result now, in the format the filing shows it in."""
    result = _evaluated(w, base, column)
    if result is None:
        return Typed("")
    shown = typed(text)
    format = shown.format if shown.number is not None else RATE
    return Typed(display(result, format), float(result), format)


def rule(column: Column, title: str) -> dict[str, Any]:
    """What may be typed into a cell of a column, with the prompt a clerk sees."""
    name = title[:20] or "填写内容"
    unit = f"，单位：{column.unit}" if column.unit else ""
    if column.type is CellType.CHOICE:
        return {
            "validate": "list",
            "source": list(column.choices),
            "input_title": name,
            "input_message": "请从下拉列表里选择。",
            "error_title": "只能选择",
            "error_message": f"请选择：{'、'.join(column.choices)}。",
        }
    if column.type in {CellType.NUMBER, CellType.PERCENT}:
        return {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "input_title": name,
            "input_message": f"填数字，不要带文字{unit}。没有发生的留空。",
            "error_title": "应填数字",
            "error_message": f"“{name}”应填不小于 0 的数字{unit}，不要带单位和文字。",
        }
    return {"validate": "any", "input_title": name, "input_message": "如实填写，可以换行。"}


def _row_checks(w: Writing, table: TableSection, item: Row, base: str, row: int) -> None:
    for column in table.columns:
        if column.id in item.required:
            address = f"{base}.{column.id}"
            name = w.title(column.title) or item.title
            w.checks.required(row, w.places[address], w.text(address), name)


_EXECUTION = ("executed", "annual", "weight", "score")


def _execution_check(w: Writing, table: TableSection) -> None:
    """Shows on the row that carries the points what its rate is worth, if the score differs."""
    item = next((r for r in table.rows if not r.sub and not r.repeat), None)
    if item is None or not set(_EXECUTION) <= {c.id for c in table.columns} - set(item.blocked):
        return
    at = [f"{table.id}.{item.id}.{column}" for column in _EXECUTION]
    executed, annual, weight, score = ((w.places[a], w.text(a)) for a in at)
    w.checks.execution(executed[0][0], executed, annual, weight, score)


def sum_checks(w: Writing, table: TableSection) -> None:
    """Shows, beside a row whose children are a complete breakdown, by how much they miss it."""
    for item in table.rows:
        for column in table.columns if item.sum_of else ():
            if column.type is not CellType.NUMBER or column.formula is not None:
                continue
            if table.role == "rubric" and column.id != "score":
                continue
            address = f"{table.id}.{item.id}.{column.id}"
            parts = [
                part for child in item.sum_of for part in _children(w, table, child, column.id)
            ]
            if parts:
                total = (w.places[address], w.text(address))
                name = f"{w.title(column.title)}与明细差"
                w.checks.adds_up(total[0][0], total, parts, name)


def _children(w: Writing, table: TableSection, id: str, column: str) -> list[tuple[Pos, str]]:
    """Places and texts of a child row's cells; all its copies where it is repeated."""
    row = table.row(id)
    if column in row.blocked:
        return []
    bases = [f"{table.id}.{id}"]
    if row.repeat:
        start = f"{table.id}.{id}["
        bases = [
            a.rpartition(".")[0]
            for a in w.places
            if a.startswith(start) and a.endswith(f".{column}")
        ]
    return [(w.places[f"{b}.{column}"], w.text(f"{b}.{column}")) for b in bases]


def total_check(w: Writing, table: TableSection) -> None:
    """Shows on a split's first row by how much its rows miss the figure they break down."""
    if table.total_of is None or table.total_of not in w.places:
        return
    column = table.columns[0].id
    parts = [part for row in table.rows for part in _children(w, table, row.id, column)]
    total = (w.places[table.total_of], w.text(table.total_of))
    w.checks.adds_up(parts[0][0][0], total, parts, f"{table.title}与合计差")


def _merged(w: Writing, row: int, left: int, right: int, text: str, style: str) -> None:
    w.canvas.put(row, left, text, style, to=(row, right))


def _area(w: Writing, top: int, left: int, bottom: int, right: int, text: str, style: str) -> None:
    w.canvas.put(top, left, text, style, to=(bottom, right))
