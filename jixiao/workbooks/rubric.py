"""Writing the fixed rubric (附件4): three levels, what is meant, and the clerk's points."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from jixiao.model.forms import Column, Row, TableSection
from jixiao.spreadsheet.grid import a1
from jixiao.workbooks.tables import Writing, sum_checks, write_value
from jixiao.workbooks.typed import typed

WIDTHS = [13.0, 17.0, 24.0, 30.0, 46.0]
VALUE_WIDTHS = {"weight": 7.0, "score": 9.0}
_MARKS = "①②③④⑤⑥⑦⑧⑨⑩"


def widths(table: TableSection) -> list[float]:
    return [*WIDTHS, *(VALUE_WIDTHS.get(c.id, 12.0) for c in table.columns)]


def write_rubric(w: Writing, table: TableSection, row: int) -> int:
    """Header, rows and total; answers with the next free row."""
    heads = ["一级指标", "二级指标", table.row_header or "三级指标", "指标解释", "评价要点"]
    for column, text in enumerate([*heads, *(c.title for c in table.columns)]):
        w.canvas.put(row, column, w.title(text), "head")
    w.head = first = row + 1
    scored = [item for item in table.rows if item.level1]
    _levels(w, scored, first)
    for item in table.rows:
        row += 1
        _row(w, table, item, row)
    last = first + len(scored) - 1
    _score_rule(w, table, first, last)
    sum_checks(w, table)
    return row + 1


def _levels(w: Writing, rows: list[Row], first: int) -> None:
    """The first two levels, each merged over its rows and with its points."""
    for column, names in ((0, lambda r: (r.level1,)), (1, lambda r: (r.level1, r.level2))):
        at = first
        for name, group in groupby(rows, key=names):
            members = list(group)
            points = sum((Decimal(r.weight) for r in members if r.weight), Decimal(0))
            text = f"{name[-1]}（{points:f}分）" if points else name[-1]
            w.canvas.put(at, column, text, "label_center", to=(at + len(members) - 1, column))
            at += len(members)


def _row(w: Writing, table: TableSection, item: Row, row: int) -> None:
    if item.level1:
        w.canvas.put(row, 2, item.title, "label")
        w.canvas.put(row, 3, item.explanation, "label")
        w.canvas.put(row, 4, "\n".join(_points(item)), "label")
    else:
        w.canvas.put(row, 0, item.title, "label_center", to=(row, 4))
    base = f"{table.id}.{item.id}"
    for index, column in enumerate(table.columns):
        at = (row, 5 + index)
        w.places[f"{base}.{column.id}"] = at
        _value(w, table, item, base, column, at)
        if column.id in item.required:
            w.checks.required(row, at, w.text(f"{base}.{column.id}"), column.title)


def _value(
    w: Writing, table: TableSection, item: Row, base: str, column: Column, at: tuple[int, int]
) -> None:
    text = w.text(f"{base}.{column.id}")
    if column.id == "weight" and not text:
        w.canvas.put(*at, typed(item.weight or ""), "fixed")
    elif column.id in {"numerator", "denominator"} and not item.rate and not text:
        w.canvas.put(*at, "", "blocked")
    else:
        write_value(w, table, item, base, column, at, at)


def _points(item: Row) -> Iterator[str]:
    for mark, point in zip(_MARKS, item.points, strict=False):
        yield f"{mark}{point}"
    if item.numerator:
        yield f"分子：{item.numerator}"
        yield f"分母：{item.denominator}"


def _score_rule(w: Writing, table: TableSection, first: int, last: int) -> None:
    """No more points than the row has."""
    ids = [c.id for c in table.columns]
    if "weight" not in ids:
        return
    weight, score = 5 + ids.index("weight"), 5 + ids.index("score")
    for row in range(first, last + 1):
        cell, limit = a1((row, score)), a1((row, weight))
        w.checks.add(row, f'IF(N({cell})>N({limit}),"得分超过分值；","")', "")
