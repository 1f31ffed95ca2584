"""Where the parts of a form stand in a grid; filling writes there, reading reads there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from jixiao.forms import Form
from jixiao.intake.grid import Grid, Pos
from jixiao.intake.text import split_points
from jixiao.submission import Cell


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
class RowPlaces:
    """A row of the indicator list as places only: what its levels are called, the grid says."""

    level1: Pos | None
    level2: Pos | None
    spots: dict[str, Pos]


@dataclass(slots=True)
class Layout:
    """Where the parts of a form stand: places, and no text of a cell but of labels.

    It is the same for every sheet that looks alike, and shared between them: not to be changed
    once it is complete. The attributes are those of :class:`Located`.
    """

    cells: dict[str, Spot] = field(default_factory=dict)
    repeats: dict[str, list[RepeatSlot]] = field(default_factory=dict)
    rows: list[RowPlaces] = field(default_factory=list)
    groups: list[Pos] = field(default_factory=list)
    total: dict[str, Pos] = field(default_factory=dict)
    strangers: list[Pos] = field(default_factory=list)
    score: int = 0
    _places: frozenset[Pos] | None = None

    def places(self) -> frozenset[Pos]:
        """Every place a value is read from."""
        if self._places is None:
            spots = [spot.pos for spot in self.cells.values()]
            slots = [slot for slots in self.repeats.values() for slot in slots]
            self._places = frozenset(spots).union(
                self.total.values(),
                (slot.label for slot in slots),
                *(slot.cells.values() for slot in slots),
                *(row.spots.values() for row in self.rows),
            )
        return self._places


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
    layout: Layout
    blocked: frozenset[str]
    title: str = ""
    project: str | None = None
    indicators: list[IndicatorSlot] = field(init=False)
    groups: list[GroupSpot] = field(init=False)

    def __post_init__(self) -> None:
        texts = self.grid.texts
        places = {p for row in self.layout.rows for p in (row.level1, row.level2) if p is not None}
        named = {pos: split_points(texts[pos]) for pos in places.union(self.layout.groups)}
        names = {None: ""} | {pos: name for pos, (name, _) in named.items()}
        self.groups = [GroupSpot(*named[pos], pos) for pos in self.layout.groups]
        self.indicators = [
            IndicatorSlot(names[row.level1], names[row.level2], row.spots)
            for row in self.layout.rows
        ]

    @property
    def cells(self) -> dict[str, Spot]:
        return self.layout.cells

    @property
    def repeats(self) -> dict[str, list[RepeatSlot]]:
        return self.layout.repeats

    @property
    def total(self) -> dict[str, Pos]:
        return self.layout.total

    @property
    def strangers(self) -> list[Pos]:
        return self.layout.strangers

    @property
    def score(self) -> int:
        return self.layout.score

    def cell(self, spot: Spot) -> Cell:
        return self.grid.at(spot.pos, spot.text)
