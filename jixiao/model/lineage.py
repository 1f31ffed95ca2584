"""Last year's filings of units that have since been merged, as one filing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from jixiao.model.forms import CellType, Form, Scope, TableSection
from jixiao.model.submission import NOTHING, Cell, FormData, Submission
from jixiao.values import NumberError, parse_number


def merged(filings: Sequence[Submission], forms: Mapping[str, Form]) -> Submission:
    """The filings of several units as if one unit had handed them in.

    Figures of the units' own tables are added up, cell by cell, named rows by their name.
    What cannot be added is left out: rates, points, texts, and indicators of the same name in
    several units. Project forms stand side by side.
    """
    if len(filings) == 1:
        return filings[0]
    first = filings[0]
    whole = Submission(first.year, first.unit_code, first.unit_name)
    for form in forms.values():
        copies = [data for filing in filings for data in filing.of(form.id)]
        if form.scope is Scope.PROJECT:
            whole.forms += copies
        elif copies:
            whole.forms.append(_added(form, copies))
    return whole


def _added(form: Form, copies: Sequence[FormData]) -> FormData:
    data = FormData(form.id, copies[0].sheet, copies[0].title)
    for section in form.tables():
        for row in section.rows:
            if row.repeat:
                _add_named(data, section, row.id, copies)
            else:
                _add(data, section, row.id, [(copy, row.id) for copy in copies])
    names = Counter(row.name.text.strip() for copy in copies for row in copy.indicators)
    data.indicators = [
        row for copy in copies for row in copy.indicators if names[row.name.text.strip()] == 1
    ]
    return data


def _add_named(data: FormData, section: TableSection, row: str, copies: Sequence[FormData]) -> None:
    """Repeated rows of all copies: those of one name are one row."""
    by_name: dict[str, list[tuple[FormData, str]]] = {}
    labels: dict[str, Cell] = {}
    for copy in copies:
        for id, label in copy.repeated(section.id, row):
            name = label.text.strip()
            by_name.setdefault(name, []).append((copy, id))
            labels.setdefault(name, label)
    for number, (name, rows) in enumerate(by_name.items(), 1):
        data.labels[f"{section.id}.{row}[{number}]"] = labels[name]
        _add(data, section, f"{row}[{number}]", rows)


def _add(
    data: FormData, section: TableSection, row: str, rows: Sequence[tuple[FormData, str]]
) -> None:
    """Add up one row's figures; a cell that one unit filled in unreadably is left out."""
    for column in section.columns:
        if column.type is not CellType.NUMBER or column.formula or column.unit == "分":
            continue
        cells = [copy.cells.get(f"{section.id}.{id}.{column.id}", NOTHING) for copy, id in rows]
        try:
            figures = [parse_number(cell.text) for cell in cells if not cell.blank]
        except NumberError:
            continue
        standing = [figure for figure in figures if figure is not None]
        if standing:
            total = sum(standing, Decimal(0))
            data.cells[f"{section.id}.{row}.{column.id}"] = Cell(f"{total:f}", data.sheet)
