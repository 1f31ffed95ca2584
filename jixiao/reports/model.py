"""The view of one evaluated filing: what every kind of report shows, and nothing else.

Pages, Word files and PDF are made from these plain dataclasses; none of them looks at a pack, a
submission or a score. A figure stands here as the department wrote it; computed figures are
decimal strings ready to print. What a page holds by the thousand is a named tuple, which is made
and taken apart several times faster than a dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from jixiao.model.findings import Finding


class Where(NamedTuple):
    """A place a figure came from: ``附件2`` / ``附件2`` / ``H12`` / ``年度指标值 10``."""

    what: str
    sheet: str
    cell: str


class WorkingView(NamedTuple):
    """How a computed score came about.

    Attributes:
        summary: a few words for the fold's closed state, e.g. ``完成 120%``.
        rule: what kind of scoring it is, in the words of the field.
        sentence: the arithmetic in words.
        source: title of the document the rule stands on.
        cells: the cells the score was worked out from.
    """

    summary: str
    rule: str
    sentence: str
    source: str
    cells: tuple[Where, ...]

    @property
    def places(self) -> str:
        """The cells, a line each: ``年度指标值 10（附件2!F7）``."""
        return "\n".join(
            f"{what}（{sheet}!{cell}）" if cell else f"{what}（{sheet}）"
            for what, sheet, cell in self.cells
        )


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a grid. ``kind`` is ``text``, ``number`` or ``computed`` (not in the form)."""

    title: str
    kind: str = "text"


class GridCell(NamedTuple):
    """A cell of a grid.

    Attributes:
        text: as shown.
        kind: ``text``, ``number``, ``computed`` or ``blocked`` (the form prints —— there).
        header: ``row`` or ``rowgroup`` for a header cell, else ``""``.
        level: indentation.
        rowspan, colspan: rows and columns covered.
        note: a broken cell's problem, else ``""``.
        items: lines of a list under the text (评价要点).
        working: how the score in this cell came about.
    """

    text: str
    kind: str = "text"
    header: str = ""
    level: int = 0
    rowspan: int = 1
    colspan: int = 1
    note: str = ""
    items: tuple[str, ...] = ()
    working: WorkingView | None = None


class GridRow(NamedTuple):
    """A row; ``kind`` is ``""``, ``sub`` (其中行) or ``total``. Spanned cells are left out."""

    cells: tuple[GridCell, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as the year's form lays it out. ``columns`` is empty where the form prints none."""

    caption: str
    unit: str
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    role: str


class TextLine(NamedTuple):
    """A paragraph of a narrative; ``level`` 0 is running text, 1… a heading."""

    text: str
    level: int


class ChartBar(NamedTuple):
    """A bar: ``permille`` of the drawing width, its label, and whether it was cut off there.

    A bar without a label stands for a figure that is not there.
    """

    permille: int
    label: str
    clipped: bool = False


NO_BAR = ChartBar(0, "")


class ChartRow(NamedTuple):
    """The bars of one label, one for each series."""

    label: str
    bars: tuple[ChartBar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of horizontal bars.

    Attributes:
        id: unique on the page.
        note: what a reader must know to read it (scale, what was left out).
        reference: permille and label of a line to measure against, else ``None``.
    """

    id: str
    title: str
    note: str
    series: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    reference: tuple[int, str] | None = None

    @property
    def description(self) -> str:
        """Every figure of the chart in words, for those who cannot see it."""
        return "；".join(f"{row.label}：{self._figures(row)}" for row in self.rows) + "。"

    def _figures(self, row: ChartRow) -> str:
        named = len(self.series) > 1
        return "，".join(
            f"{name} {bar.label}" if named else bar.label
            for name, bar in zip(self.series, row.bars, strict=True)
            if bar.label
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """A scored form's totals as decimal strings, ``""`` where there is none.

    ``notes`` are what changed the sum of the rows: a cap, weights spread over other rows.
    """

    printed_weight: str
    printed: str
    claimed: str
    computed_weight: str
    computed: str
    difference: str
    grade: str
    notes: tuple[WorkingView, ...] = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """One filled form.

    ``anchor`` is unique on the page and stable for the same filing; ``landscape`` is how the form
    is printed.
    """

    anchor: str
    form: str
    title: str
    project: str
    sheet: str
    note: str
    grids: tuple[Grid, ...]
    lines: tuple[TextLine, ...]
    totals: Totals | None
    chart: Chart | None
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with what people said to it.

    Attributes:
        waived: the reason of the named officer who waived it, ``""`` where nobody did.
        explained: the department's own words (单位说明), ``""`` where it wrote none.
    """

    finding: Finding
    waived: str = ""
    explained: str = ""


@dataclass(frozen=True, slots=True)
class ReportView:
    """One evaluated filing.

    Attributes:
        public: made for the public: no findings unless the pack says so, contacts left out,
            mobile numbers masked.
        totals: the department's own score, ``None`` where no department form was scored.
        missing: forms of the year that were not handed in (internal reports only).
        findings_shown: whether ``findings`` is meant to be shown, even if empty.
    """

    year: int
    unit_code: str
    unit_name: str
    bureau: str
    competent: str
    title: str
    filed_on: date | None
    public: bool
    totals: Totals | None
    forms: tuple[FormView, ...]
    charts: tuple[Chart, ...]
    missing: tuple[str, ...]
    findings_shown: bool
    findings: tuple[FindingView, ...]
