"""Finding the indicator list: its header, groups, rows (spare ones too) and total row."""

from __future__ import annotations

from jixiao.intake.located import GroupSpot, IndicatorSlot, Located
from jixiao.intake.shape import IndicatorShape
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.text import bare, key, split_points

_VALUES = ("name", "sign", "target", "unit", "actual", "weight", "score", "explanation")


def find_indicator_header(
    shape: IndicatorShape, grid: Grid, first: int, last: int
) -> tuple[int, dict[str, int]] | None:
    """Row and columns of the list's header: the indicator's name and at least two more."""
    best: tuple[int, dict[str, int]] | None = None
    for row in range(first, last):
        columns = _header_columns(shape, grid, row, first)
        fits = "name" in columns and columns.keys() & {"target", "weight"} and len(columns) >= 3
        if fits and (best is None or len(columns) > len(best[1])):
            best = (row, columns)
    return best


def _header_columns(shape: IndicatorShape, grid: Grid, row: int, first: int) -> dict[str, int]:
    """Column ids on a header row. Where a header has two rows, its lower row splits some columns
    and the others stand in the row above, merged down or with a blank below them."""
    columns: dict[str, int] = {}
    own = dict(grid.starts(row))
    above = dict(grid.starts(row - 1)) if row > first else {}
    for c in sorted(own.keys() | above.keys()):
        text = own.get(c) or (above[c] if not grid.text((row, c)) or _down(grid, row, c) else "")
        if not text or len(text) > 40:
            continue
        id = shape.columns.get(key(text)) or shape.columns.get(bare(text))
        if id is not None and (id not in columns or key(text) in shape.preferred):
            columns[id] = c
    return columns if own else {}


def _down(grid: Grid, row: int, column: int) -> bool:
    """Whether the cell above is merged down over this row."""
    return grid.end((row - 1, column))[0] >= row


def locate_indicators(
    shape: IndicatorShape,
    grid: Grid,
    header: int,
    columns: dict[str, int],
    stop: int,
    found: Located,
) -> None:
    """Rows under the header down to the total row."""
    below = max(grid.end(grid.owner((header, c)))[0] for c in columns.values()) + 1
    below = max(below, header + 1)
    level1 = level2 = ""
    values = {id: columns[id] for id in _VALUES if id in columns}
    for row in range(below, stop):
        if _is_total(shape, grid, row, columns):
            for id in ("weight", "score"):
                if id in columns:
                    found.total[id] = grid.owner((row, columns[id]))
            return
        first, second = _level(grid, row, columns, "level1"), _level(grid, row, columns, "level2")
        if first is not None and first[0] == row:
            name, points = split_points(grid.texts[first])
            level1, level2 = name, ""
            found.groups.append(GroupSpot(name, points, first))
            if grid.end(first)[1] >= columns["name"]:
                continue  # a group header on a row of its own
        if second is not None:
            level2 = split_points(grid.texts[second])[0]
        spots: dict[str, Pos] = {id: grid.owner((row, c)) for id, c in values.items()}
        for id in ("level1", "level2"):
            if id in columns:
                spots[id] = grid.owner((row, columns[id]))
        found.indicators.append(IndicatorSlot(level1, level2, spots))


def _level(grid: Grid, row: int, columns: dict[str, int], id: str) -> Pos | None:
    """The cell that names the level on this row; merged cells name it for every row they cover."""
    if id not in columns:
        return None
    pos = grid.owner((row, columns[id]))
    return pos if grid.texts.get(pos) else None


def _is_total(shape: IndicatorShape, grid: Grid, row: int, columns: dict[str, int]) -> bool:
    limit = columns["name"]
    return any(
        c <= limit and (key(text) in shape.totals or bare(text) in shape.totals)
        for c, text in grid.starts(row)
    )
