"""Where the parts of a form stand in a grid; filling writes there, reading reads there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from jixiao.model.forms import Form
from jixiao.model.submission import Cell
from jixiao.spreadsheet.grid import Grid, Pos


class Spot(NamedTuple):
    """A place in a grid. ``text`` is set where the value is only a part of the cell's text."""

    pos: Pos
    text: str | None = None


@dataclass(slots=True)
class RepeatSlot:
    """A row for one project among the repeated rows; blank ones are spare."""

    label: Pos
    cells: dict[str, Pos]


@dataclass(slots=True)
class IndicatorSlot:
    """A row of the indicator list; blank ones are spare. ``spots`` by column id."""

    level1: str
    level2: str
    spots: dict[str, Pos]


@dataclass(slots=True)
class GroupSpot:
    level1: str
    points: str | None
    pos: Pos


@dataclass(slots=True)
class Located:
    """One form found in rows ``first`` … ``last`` (exclusive) of a grid.

    Attributes:
        cells: ``section.row.column`` → place, blank ones too.
        repeats: ``section.row`` → its slots in sheet order.
        total: ``weight`` and ``score`` of the indicator list's total row.
        strangers: rows with values whose label the form does not know.
        score: how many header and label texts agreed; decides between forms.
        blocked: addresses the form blocks; what is blank there is no value.
    """

    form: Form
    grid: Grid
    first: int
    last: int
    blocked: frozenset[str]
    title: str = ""
    project: str | None = None
    cells: dict[str, Spot] = field(default_factory=dict)
    repeats: dict[str, list[RepeatSlot]] = field(default_factory=dict)
    indicators: list[IndicatorSlot] = field(default_factory=list)
    groups: list[GroupSpot] = field(default_factory=list)
    total: dict[str, Pos] = field(default_factory=dict)
    strangers: list[Pos] = field(default_factory=list)
    score: int = 0

    def places(self) -> set[Pos]:
        """Every place a value is read from."""
        slots = [slot for slots in self.repeats.values() for slot in slots]
        return {spot.pos for spot in self.cells.values()}.union(
            self.total.values(),
            (slot.label for slot in slots),
            *(slot.cells.values() for slot in slots),
            *(slot.spots.values() for slot in self.indicators),
        )

    def cell(self, spot: Spot) -> Cell:
        return self.grid.at(spot.pos, spot.text)
