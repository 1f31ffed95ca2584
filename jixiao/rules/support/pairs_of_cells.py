"""The same amount in two forms, found by what the forms' rows are called."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Place
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import figure


def standing(facts: Facts, role: str, row: str, column: str) -> Iterator[tuple[Decimal, Place]]:
    """Every figure at ``row.column`` of the department's tables of a role, with its place."""
    for data, section in facts.tables(role):
        if data.project is not None:
            continue
        if any(r.id == row for r in section.rows) and any(c.id == column for c in section.columns):
            value = figure(data, section, row, column)
            if value is not None:
                yield value, facts.table_place(data, section, row, column)


def first(facts: Facts, role: str, row: str, column: str) -> tuple[Decimal, Place] | None:
    return next(standing(facts, role, row, column), None)
