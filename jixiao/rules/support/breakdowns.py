"""Rows that are the sum of others, with their figures; worked out once a filing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from jixiao.model.findings import Place
from jixiao.model.forms import TableSection
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import figure, money_columns, parts_of, subtotal


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One parent cell and the figures of its parts in the same column.

    ``parts`` holds every part, ``None`` where neither it nor anything below it has a figure.
    """

    data: FormData
    section: TableSection
    row: str
    column: str
    parent: Decimal | None
    parts: dict[str, Decimal | None]

    @property
    def standing(self) -> dict[str, Decimal]:
        return {part: value for part, value in self.parts.items() if value is not None}

    def name(self, facts: Facts) -> str:
        return facts.row_title(self.data, self.section, self.row)

    def title(self, facts: Facts) -> str:
        return facts.column_title(self.data, self.section, self.column)

    def place(self, facts: Facts, row: str | None = None) -> Place:
        """The parent's place, or a part's."""
        return facts.table_place(self.data, self.section, row or self.row, self.column)


def breakdowns(facts: Facts) -> list[Breakdown]:
    """Every parent cell of money or heads, but points (a rubric's total has A11)."""
    return facts.once("breakdowns", lambda: list(_breakdowns(facts)))


def _breakdowns(facts: Facts) -> Iterator[Breakdown]:
    for data, section in facts.tables():
        if section.role == "rubric":
            continue
        rows = [row for row in section.rows if row.sum_of]
        columns = money_columns(section) if rows else []
        for row in rows:
            parts = parts_of(data, section, row.id)
            blocked = {part: section.row(part).blocked for part in parts}
            for column in columns:
                if column.id in row.blocked:
                    continue
                parent = figure(data, section, row.id, column.id)
                values = {
                    part: subtotal(data, section, part, column.id)
                    for part in parts
                    if column.id not in blocked[part]
                }
                if parent is not None or any(v is not None for v in values.values()):
                    yield Breakdown(data, section, row.id, column.id, parent, values)
