"""From places in a grid to the filled form: values, labels, indicator rows, groups, totals.

A formula of ours (a column's own formula, the totals of the indicator list) that was saved
without its result, as tools other than Excel and WPS do, is worked out here from the figures
beside it and shown as its number format would. Any other formula without a result is a problem
of that cell, because nobody can know what the clerk saw.
"""

from __future__ import annotations

from decimal import Decimal

from jixiao.intake.located import IndicatorSlot, Located
from jixiao.model.forms import Form, Scope, TableSection
from jixiao.model.submission import NOTHING, Cell, FormData, GroupHeader, IndicatorRow
from jixiao.spreadsheet.formula import evaluate, names
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.numfmt import display
from jixiao.spreadsheet.sheets import no_result
from jixiao.spreadsheet.text import number

_CONTENT = ("name", "target", "actual", "weight", "score", "explanation")
_COLUMNS = (*_CONTENT, "sign", "unit")  # as IndicatorRow has them


def extract(found: Located) -> FormData:
    """The filled form; blank cells keep their address so that a finding can point to them."""
    _work_out(found)
    grid = found.grid
    data = FormData(found.form.id, grid.sheet, found.title, found.project)
    texts, sheet, name, problem = grid.texts, grid.sheet, grid.namer(), grid.problems.get
    for address, (pos, text) in found.cells.items():
        # Written out, as is _indicator: most of a workbook's values pass here.
        cell = Cell(texts.get(pos, "") if text is None else text, sheet, name(pos), problem(pos))
        if not (address in found.blocked and cell.blank):
            data.cells[address] = cell
    _repeats(found, data)
    for slot in found.indicators:
        if any(not grid.blank(slot.spots[id]) for id in _CONTENT if id in slot.spots):
            data.indicators.append(_indicator(grid, slot))
    named = {row.level1 for row in data.indicators}
    data.groups = [
        GroupHeader(g.level1, g.points, grid.at(g.pos))
        for g in found.groups
        if g.points is not None or g.level1 in named
    ]
    if "weight" in found.total:
        data.total_weight = grid.at(found.total["weight"])
    if "score" in found.total:
        data.total_score = grid.at(found.total["score"])
    _project(found, data)
    return data


def _repeats(found: Located, data: FormData) -> None:
    """Repeated rows with content, counted from 1; blank spare ones do not count."""
    grid = found.grid
    for base, slots in found.repeats.items():
        count = 0
        for slot in slots:
            if grid.blank(slot.label) and all(grid.blank(pos) for pos in slot.cells.values()):
                continue
            count += 1
            data.labels[f"{base}[{count}]"] = grid.at(slot.label)
            for column, pos in slot.cells.items():
                data.cells[f"{base}[{count}].{column}"] = grid.at(pos)


def _indicator(grid: Grid, slot: IndicatorSlot) -> IndicatorRow:
    spots, texts, sheet, name = slot.spots, grid.texts, grid.sheet, grid.namer()
    cells = [
        NOTHING
        if (pos := spots.get(id)) is None
        else Cell(texts.get(pos, ""), sheet, name(pos), grid.problems.get(pos))
        for id in _COLUMNS
    ]
    return IndicatorRow(slot.level1, slot.level2, *cells)


def _project(found: Located, data: FormData) -> None:
    """A project form is about the project its own identity row names."""
    identity = found.form.role("identity")
    if found.form.scope is not Scope.PROJECT or identity is None:
        return
    named = data.get(f"{identity.id}.project.value")
    if not named.blank:
        data.project = named.text


def is_filled(data: FormData, form: Form, *, targets: bool) -> bool:
    """Whether the clerk put anything on an issued sheet, beyond what was prefilled there."""
    if targets:
        return any(not row.name.blank for row in data.indicators) or any(
            not cell.blank for id, cell in data.cells.items() if id.startswith("goals.")
        )
    if any(not (r.actual.blank and r.score.blank and r.explanation.blank) for r in data.indicators):
        return True
    if any(p.heading is None and p.text.strip() for p in data.paragraphs):
        return True
    tables = {table.id: table for table in form.tables()}
    return any(
        not cell.blank and _is_input(tables[address.split(".", 1)[0]], address)
        for address, cell in data.cells.items()
    )


def _is_input(table: TableSection, address: str) -> bool:
    column = table.column(address.rpartition(".")[2])
    return table.role != "identity" and not column.locked and column.formula is None


def _work_out(found: Located) -> None:
    """Puts in the results our own formulas would show, and names the formulas nobody can."""
    grid = found.grid
    places = found.places()
    if places.isdisjoint(grid.pending) and not grid.blanks_as_zero:
        return
    for table in found.form.tables():
        for column in table.columns:
            if column.formula is not None:
                _column(found, table, column.id, column.formula)
    for id, pos in found.total.items():
        if grid.owner(pos) in grid.pending:
            parts = [slot.spots[id] for slot in found.indicators if id in slot.spots]
            spot = found.cells.get(f"execution.total.{id}")
            if spot is not None:
                parts.append(spot.pos)
            figures = [n for n in (number(grid.text(p)) for p in parts) if n is not None]
            if figures:
                _result(found, pos, sum(figures, Decimal(0)))
            del grid.pending[grid.owner(pos)]
    for pos in places.intersection(grid.pending):
        grid.problems[pos] = no_result(grid.address(pos))


def _column(found: Located, table: TableSection, id: str, formula: str) -> None:
    grid = found.grid
    for row in table.rows:
        spot = found.cells.get(f"{table.id}.{row.id}.{id}")
        if spot is None:
            continue
        zero = grid.blanks_as_zero and number(grid.text(spot.pos)) == 0
        if spot.pos not in grid.pending and not zero:
            continue
        values = {}
        for name in names(formula):
            adjacent = found.cells.get(f"{table.id}.{row.id}.{name}")
            figure = number(found.cell(adjacent).text) if adjacent is not None else None
            if figure is not None:
                values[name] = figure
        result = evaluate(formula, values)
        if spot.pos not in grid.pending:
            if result is None:  # nothing to divide: the formula shows nothing
                grid.texts.pop(grid.owner(spot.pos), None)
            continue
        if result is not None:
            _result(found, spot.pos, result)
        del grid.pending[spot.pos]


def _result(found: Located, pos: Pos, result: Decimal) -> None:
    grid = found.grid
    pos = grid.owner(pos)
    grid.texts[pos] = display(Decimal(f"{result:.15g}"), grid.pending[pos])
