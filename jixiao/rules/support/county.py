"""What the departments of a county have in common: the same cells, the same sentences.

Departments differ a thousandfold in size, so a figure is held against its peers only after
both the cell's own level and the department's size are taken off (on a logarithmic scale,
by medians). What is left says how many times too large a figure is for this department.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log10
from statistics import median

from jixiao.model.findings import Place
from jixiao.model.forms import Form, TableSection
from jixiao.model.submission import FormData, Submission
from jixiao.rules.support.base import Facts, number
from jixiao.rules.support.cells import amounts
from jixiao.rules.support.text import normal

Address = tuple[str, str, str, str]  # form, section, row, column

MAD_TO_DEVIATION = 1.4826  # makes the MAD of normal figures their standard deviation
LEAST_DEVIATION = 0.15  # of a cell in which all peers are nearly the same
_SHORTEST = 20  # characters; what is shorter is no sentence anybody would copy


@dataclass(frozen=True, slots=True)
class Outlier:
    """A figure with how it stands to its peers.

    Attributes:
        times: how many times the figure expected of a department of this size.
        deviations: the same in robust standard deviations of the cell.
        peers: departments that have a figure in the cell.
    """

    address: Address
    times: float
    deviations: float
    peers: int
    expected: float


@dataclass(frozen=True)
class County:
    """All departments' filings of one year.

    Attributes:
        filings: unit code → the filing that counts.
        missing: unit codes on the roster without one.
        names: unit code → name.
    """

    forms: Mapping[str, Form]
    filings: Mapping[str, Submission]
    missing: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _logs(self) -> dict[str, dict[Address, float]]:
        """Logarithms of every positive figure, by unit."""
        return {
            unit: {address: log10(figure) for address, figure in _figures(self.forms, filing)}
            for unit, filing in self.filings.items()
        }

    @cached_property
    def _cells(self) -> dict[Address, dict[str, float]]:
        cells: dict[Address, dict[str, float]] = {}
        for unit, logs in self._logs.items():
            for address, value in logs.items():
                cells.setdefault(address, {})[unit] = value
        return cells

    @cached_property
    def _levels(self) -> dict[Address, float]:
        return {address: median(values.values()) for address, values in self._cells.items()}

    @cached_property
    def _sizes(self) -> dict[str, float]:
        """How much larger than the middle a department is: the median over its money cells."""
        return {
            unit: median(differences)
            if (differences := [v - self._levels[a] for a, v in logs.items() if self.money(a)])
            else 0.0
            for unit, logs in self._logs.items()
        }

    @cached_property
    def _rest(self) -> dict[Address, dict[str, float]]:
        """What is left of each figure once its cell's level and the department's size are off."""
        return {
            address: {
                unit: value - self._levels[address] - self._sizes[unit] * self.money(address)
                for unit, value in values.items()
            }
            for address, values in self._cells.items()
        }

    def money(self, address: Address) -> bool:
        return "万元" in _unit(self.forms, address)

    def size(self, unit: str) -> float:
        """How many times the middle department's figures this department's are."""
        return float(10 ** self._sizes.get(unit, 0.0))

    def outliers(self, unit: str, least: int) -> list[Outlier]:
        """The department's figures beside their peers', largest first.

        Args:
            least: departments a cell needs, this one among them, before anything is said of it.
        """
        found = []
        for address in self._logs.get(unit, {}):
            rest = self._rest[address]
            if len(rest) < least:
                continue
            others = [value for each, value in rest.items() if each != unit]
            middle = median(others)
            spread = median(abs(value - middle) for value in others) * MAD_TO_DEVIATION
            apart = rest[unit] - middle
            expected = 10 ** (self._logs[unit][address] - apart)
            deviations = apart / max(spread, LEAST_DEVIATION)
            found.append(Outlier(address, 10**apart, deviations, len(rest), expected))
        return sorted(found, key=lambda o: -o.times)

    @cached_property
    def _sentences(self) -> dict[str, dict[str, Place]]:
        """Every paragraph's plain text → the departments that wrote it, with its place."""
        found: dict[str, dict[str, Place]] = {}
        for unit, filing in self.filings.items():
            for data in filing.forms:
                for paragraph in data.paragraphs:
                    text = normal(paragraph.text)
                    if len(text) >= _SHORTEST and paragraph.heading is None:
                        place = Place(
                            data.form,
                            paragraph.sheet or data.sheet,
                            paragraph.cell,
                            text[:30] + "……",
                            data.project,
                        )
                        found.setdefault(text, {}).setdefault(unit, place)
        return found

    def shared(self, unit: str, shortest: int) -> list[tuple[str, Place, list[str]]]:
        """Paragraphs other departments have word for word: text, place, the others' codes."""
        return [
            (text, where[unit], [each for each in where if each != unit])
            for text, where in self._sentences.items()
            if len(text) >= shortest and len(where) > 1 and unit in where
        ]


def county_of(facts: Facts) -> tuple[County, str] | None:
    """The county and the department a filing is looked at beside; ``None`` for a filing alone."""
    if facts.county is None or facts.department is None:
        return None
    return facts.county, facts.department.code


def cell_of(facts: Facts, outlier: Outlier) -> tuple[FormData, TableSection]:
    """The form copy and table an outlier stands in."""
    form, section, _, _ = outlier.address
    data = facts.submission.one(form)
    assert data is not None  # the outlier was read from it
    return data, facts.forms[form].table(section)


def _unit(forms: Mapping[str, Form], address: Address) -> str:
    form, section_id, _, column = address
    section = forms[form].table(section_id)
    return section.column(column).unit or section.unit or forms[form].unit


def _figures(forms: Mapping[str, Form], filing: Submission) -> Iterable[tuple[Address, float]]:
    """Positive figures of the department's own tables that mean the same everywhere."""
    seen: set[str] = set()
    for data in filing.forms:
        form = forms[data.form]
        if data.project is not None or data.form in seen:
            continue
        seen.add(data.form)
        for section in form.tables():
            yield from _of_section(data, section)


def _of_section(data: FormData, section: TableSection) -> Iterable[tuple[Address, float]]:
    columns: Sequence[str] = [c.id for c in amounts(section) if c.unit != "分"]
    for row in section.rows:
        for column in () if row.repeat else columns:
            value = number(data.get(f"{section.id}.{row.id}.{column}"))
            if value is not None and value > 0:
                yield (data.form, section.id, row.id, column), float(value)
