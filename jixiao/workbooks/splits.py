"""Writing two breakdowns side by side, as the printed form has them."""

from __future__ import annotations

from jixiao.model.forms import TableSection
from jixiao.workbooks.tables import Writing, total_check, write_value


def write_splits(w: Writing, tables: list[TableSection], row: int) -> int:
    """The breakdowns beside each other; answers with the next free row."""
    half = w.width // len(tables)
    for index, table in enumerate(tables):
        left = index * half
        right = w.width - 1 if index == len(tables) - 1 else left + half - 1
        _write(w, table, row, left, right, max(len(t.rows) for t in tables))
    for table in tables:
        total_check(w, table)
    return row + 1 + max(len(t.rows) for t in tables)


def _write(w: Writing, table: TableSection, row: int, left: int, right: int, height: int) -> None:
    column = table.columns[0]
    w.canvas.put(row, left, w.title(table.row_header or table.title), "head", to=(row, right - 1))
    w.canvas.put(row, right, w.title(column.title), "head")
    for offset in range(height):
        at = row + 1 + offset
        if offset >= len(table.rows):
            w.canvas.put(at, left, "", "label", to=(at, right - 1))
            w.canvas.put(at, right, "", "blocked")
            continue
        item = table.rows[offset]
        base = f"{table.id}.{item.id}"
        w.canvas.put(at, left, w.title(item.title), "label", to=(at, right - 1), indent=item.level)
        w.places[f"{base}.{column.id}"] = (at, right)
        write_value(w, table, item, base, column, (at, right), (at, right))
