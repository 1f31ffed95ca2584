"""Lines of a spending table by their place in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.forms import TableSection
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import figure
from jixiao.rules.support.text import normal

_EXPLAINING = re.compile("追加|调整|调增|调剂|增加预算|预算增加|年初预算多|超预算|超支")


def spending(facts: Facts, *columns: str) -> Iterator[tuple[FormData, TableSection]]:
    """The department's tables that have all these columns."""
    for data, section in facts.tables("grid"):
        if set(columns) <= {column.id for column in section.columns}:
            yield data, section


def family(section: TableSection, row: str) -> list[str]:
    """A row and all rows it is made of, or that are taken from it, top first."""
    found = [row]
    template = section.row(row)
    for child in (*template.sum_of, *template.selection):
        found += family(section, child)
    return found


def roots(section: TableSection) -> list[str]:
    """Rows that are no part of another."""
    parts = {child for row in section.rows for child in (*row.sum_of, *row.selection)}
    return [row.id for row in section.rows if row.id not in parts]


def growth(
    data: FormData, section: TableSection, row: str, start: str, end: str
) -> tuple[Decimal, Decimal, Decimal] | None:
    """Both figures and (end − start) / start; ``None`` where it cannot be worked out."""
    first, last = figure(data, section, row, start), figure(data, section, row, end)
    if not first or last is None or first < 0:
        return None
    return first, last, (last - first) / first


def explained(facts: Facts, about: tuple[str, ...]) -> bool:
    """Whether some sentence of the narratives speaks of an adjustment of one of these."""
    sentences = facts.once("explaining", lambda: _explaining(facts))
    return any(word in sentence for sentence in sentences for word in about)


def _explaining(facts: Facts) -> list[str]:
    return [
        sentence
        for _, paragraph in facts.paragraphs()
        if _EXPLAINING.search(paragraph.text)
        for sentence in normal(paragraph.text).split("。")
        if _EXPLAINING.search(sentence)
    ]
