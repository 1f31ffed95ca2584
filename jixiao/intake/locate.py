"""Finding a form's table sections in a grid, by header and label and never by position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jixiao.intake.indicators import find_indicator_header, locate_indicators
from jixiao.intake.located import Located, RepeatSlot, Spot
from jixiao.intake.shape import FormShape, TableShape
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.text import INLINE, bare, key, loose, split_points


@dataclass(slots=True)
class Header:
    """A header row: ``below`` is the first row under it, ``columns`` by column id."""

    row: int
    below: int
    columns: dict[str, int]
    anchor: int | None
    score: int


def locate(shape: FormShape, grid: Grid, first: int, last: int, *, title: str = "") -> Located:
    """The form's sections in rows ``first`` … ``last`` (exclusive) of the grid.

    ``score`` of the answer is 0 where nothing of the form is there.
    """
    found = Located(shape.form, grid, first, last, shape.blocked, title)
    headers = _headers(shape, grid, first, last)
    indicator_header = None
    if shape.indicators is not None:
        indicator_header = find_indicator_header(shape.indicators, grid, first, last)
    rows = [h.row for h in headers.values()]
    if indicator_header is not None:
        rows.append(indicator_header[0])
    top = min(rows, default=last)
    stops = set(rows)
    for table in shape.tables:
        if table.label_value:
            limit = top if table.section.role == "identity" else last
            stops.update(_label_values(table, grid, first, limit, found))
        elif table.section.role == "split" and table.section.id not in headers:
            stops.update(_inline_split(table, grid, first, last, found))
    for table in shape.tables:
        header = headers.get(table.section.id)
        if header is not None:
            stop = min((s for s in stops if s > header.row), default=last)
            _rows(table, grid, header, stop, found)
            found.score += header.score
    if shape.indicators is not None and indicator_header is not None:
        row, columns = indicator_header
        stop = min((s for s in stops if s > row), default=last)
        locate_indicators(shape.indicators, grid, row, columns, stop, found)
        found.score += len(columns)
    for address, spot in found.cells.items():
        found.cells[address] = Spot(grid.owner(spot.pos), spot.text)
    for slot in (slot for slots in found.repeats.values() for slot in slots):
        slot.label = grid.owner(slot.label)
    return found


def _headers(shape: FormShape, grid: Grid, first: int, last: int) -> dict[str, Header]:
    """The best header row of each section that has one."""
    best: dict[str, Header] = {}
    tables = [t for t in shape.tables if not t.label_value]
    for row in range(first, last):
        keys = [(c, key(t), bare(t)) for c, t in grid.starts(row) if len(t) <= 40]
        if not any(k in shape.header_keys or b in shape.header_keys for _, k, b in keys):
            continue
        for table in tables:
            header = _header(table, grid, row, keys)
            known = best.get(table.section.id)
            if header is not None and (known is None or header.score > known.score):
                best[table.section.id] = header
    return best


def _header(
    table: TableShape, grid: Grid, row: int, keys: list[tuple[int, str, str]]
) -> Header | None:
    anchor = next((c for c, k, b in keys if k in table.anchors or b in table.anchors), None)
    adjacent = table.section.role == "split"
    if adjacent and anchor is None:
        return None
    columns: dict[str, int] = {}
    for c, k, b in keys:
        id = table.columns.get(k) or table.columns.get(b)
        if id is not None and id not in columns and not (adjacent and c <= (anchor or 0)):
            columns[id] = c
    named = anchor is not None or any(k in table.exact or b in table.other for _, k, b in keys)
    score = len(columns) + named
    if score < 2 or len(columns) < (1 if named else table.needed):
        return None
    if not any(not table.section.column(id).optional for id in columns) and len(columns) < 2:
        return None
    below = max(grid.end((row, c))[0] for c in columns.values()) + 1
    return Header(row, below, columns, anchor, score)


def _rows(table: TableShape, grid: Grid, header: Header, stop: int, found: Located) -> None:
    """The rows of a section under its header."""
    values = sorted(header.columns.values())
    if table.untitled or len(table.order) == 1:
        row = _single_row(grid, values, header.below, stop)
        _take_row(table, table.order[0], grid, row, header, found)
        return
    taken: set[str] = set()
    zone = False
    template = table.order.index(table.template) if table.template else -1
    for row in range(header.below, stop):
        labels = _labels(grid, row, values, header, adjacent=table.section.role == "split")
        id, label = _match(table, labels, taken, template if zone else -1)
        if id is not None:
            taken.add(id)
            index = table.order.index(id)
            zone = template >= 0 and index == template - 1
            _take_row(table, id, grid, row, header, found, label)
            continue
        own = [pos for pos, _ in labels if pos[0] == row]
        if not own and any(_matched(table, pos, grid) for pos, _ in labels):
            continue
        filled = any(grid.texts.get((row, c)) for c in values)
        if zone and table.template:
            label_pos = own[0] if own else _label_place(grid, row, values, header)
            cells = {id: grid.owner((row, c)) for id, c in header.columns.items()}
            slots = found.repeats.setdefault(f"{table.section.id}.{table.template}", [])
            slots.append(RepeatSlot(label_pos, cells))
        elif filled and own:
            found.strangers.append(own[0])


def _matched(table: TableShape, pos: Pos, grid: Grid) -> bool:
    """A label merged over several rows whose first row was already taken."""
    text = grid.texts.get(pos, "")
    return key(text) in table.exact or loose(text) in table.other


def _single_row(grid: Grid, values: list[int], below: int, stop: int) -> int:
    """The only data row: the first one with a value, else the one right under the header."""
    for row in range(below, stop):
        if any(grid.text((row, c)) for c in values):
            return row
    return below


def _labels(
    grid: Grid, row: int, values: list[int], header: Header, *, adjacent: bool
) -> list[tuple[Pos, str]]:
    """Texts that may name the row, the nearest to the values first."""
    lowest = header.anchor if adjacent and header.anchor is not None else 0
    found: list[tuple[Pos, str]] = []
    for column in range(values[0] - 1, lowest - 1, -1):
        pos = grid.owner((row, column))
        text = grid.texts.get(pos)
        if text and (not found or found[-1][0] != pos) and pos[0] >= header.row:
            found.append((pos, text))
    if not adjacent:
        right = [c for c, _ in grid.starts(row) if c > values[0] and c not in values]
        found.extend(((row, c), grid.texts[row, c]) for c in right)
    return found


def _label_place(grid: Grid, row: int, values: list[int], header: Header) -> Pos:
    """Where the label of a blank spare row would stand: the widest cell left of the values."""
    column = values[0] - 1
    while column > 0 and grid.owner((row, column))[0] != row:
        column -= 1
    return grid.owner((row, max(column, 0)))


def _match(
    table: TableShape, labels: list[tuple[Pos, str]], taken: set[str], after: int
) -> tuple[str | None, Pos | None]:
    """The row that one of the texts names; inside the repeated rows (``after`` ≥ 0) a text
    counts only if it is a row's full title, or names a row further down."""
    for pos, text in labels:
        for id in table.exact.get(key(text), ()):
            if id not in taken:
                return id, pos
        for k in (key(text), loose(text)):
            for id in table.other.get(k, ()):
                if id not in taken and table.order.index(id) > after:
                    return id, pos
    return None, None


def _take_row(
    table: TableShape,
    id: str,
    grid: Grid,
    row: int,
    header: Header,
    found: Located,
    label: Pos | None = None,
) -> None:
    base = f"{table.section.id}.{id}"
    for column, c in header.columns.items():
        found.cells[f"{base}.{column}"] = Spot(grid.owner((row, c)))
    if table.section.role == "rubric" and label is not None and "weight" not in header.columns:
        points = split_points(grid.texts[label])[1]
        if points is not None:
            found.cells[f"{base}.weight"] = Spot(label, points)


def _label_values(
    table: TableShape, grid: Grid, first: int, last: int, found: Located
) -> Iterable[int]:
    """Labels whose value stands right of them, or after a colon in the same cell."""
    column = table.section.columns[0].id
    rows: list[int] = []
    for row in range(first, last):
        for c, text in grid.starts(row):
            inline = INLINE.match(text)
            name = key(inline["label"] if inline and inline["value"].strip() else text)
            ids = table.exact.get(name) or table.other.get(loose(name)) or ()
            address = next(
                (
                    a
                    for a in (f"{table.section.id}.{i}.{column}" for i in ids)
                    if a not in found.cells
                ),
                None,
            )
            if address is None:
                continue
            if inline and inline["value"].strip():
                found.cells[address] = Spot((row, c), inline["value"].strip())
            else:
                right = grid.end((row, c))[1] + 1
                value = grid.owner((row, right))
                if _is_label(table, grid.texts.get(value, "")):
                    continue
                found.cells[address] = Spot(value)
            found.score += 1
            rows.append(row)
    return rows


def _is_label(table: TableShape, text: str) -> bool:
    return bool(text) and (key(text) in table.exact or loose(text) in table.other)


def _inline_split(
    table: TableShape, grid: Grid, first: int, last: int, found: Located
) -> Iterable[int]:
    """A split printed as text: ``按收入性质分：1322.22`` and under it ``其中：一般公共预算：1322.22``."""
    for row in range(first, last):
        for column, text in grid.starts(row):
            head = key(text.replace("：", ":").partition(":")[0])
            if head in table.anchors and len(text) <= 40:
                _inline_rows(table, grid, row, column, last, found)
                return [row]
    return []


def _inline_rows(
    table: TableShape, grid: Grid, row: int, column: int, last: int, found: Located
) -> None:
    id = table.section.columns[0].id
    left, right = column, grid.end((row, column))[1]
    for below in range(row + 1, min(last, row + 1 + 2 * len(table.order))):
        for c, text in grid.starts(below):
            if not left <= c <= right:
                continue
            label, _, value = text.replace("：", ":").rpartition(":")
            names = (loose(label), loose(text))
            ids = next((table.other[n] for n in names if n in table.other), [])
            for row_id in ids:
                address = f"{table.section.id}.{row_id}.{id}"
                if address not in found.cells:
                    part = value.strip() if loose(label) in table.other else ""
                    found.cells[address] = Spot((below, c), part)
                    found.score += 1
                    break
