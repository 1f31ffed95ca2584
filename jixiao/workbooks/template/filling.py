"""A sheet's shape, and filling texts into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jixiao.workbooks.canvas import lines_needed
from jixiao.workbooks.form_sheet import Written, told
from jixiao.workbooks.template.formulas import Value, Work
from jixiao.workbooks.template.render import Shown, escape, height, shown
from jixiao.workbooks.template.unfit import UnfitError

Pattern = tuple[str | int, ...]  # words and live texts, by number

_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell that shows a text.

    Attributes:
        text: which; beyond the live texts count those put together of them.
        styles: number of the style by number format (``None`` for a text) and quote prefix.
    """

    text: int
    as_text: bool
    styles: dict[tuple[str | None, bool], str]


@dataclass(frozen=True, slots=True)
class Result:
    """A formula whose result hangs on live texts.

    Attributes:
        at: where its XML after the style goes.
        formula: the formula, or which text it is.
        value: its result worked out, or which text it is.
        counts: a result that is not blank counts on the cover.
    """

    at: int
    formula: str | int
    value: Work | int
    counts: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose height hangs on texts."""

    at: int
    lines: float
    grows: bool
    texts: tuple[tuple[int, float, int], ...]  # which, width, over how many rows


@dataclass(slots=True)
class Zone:
    """Part of the sheet: ready (with its compressed bytes), or to be joined from the flat list."""

    first: int
    last: int
    ready: bytes = b""
    packed: bytes = b""


@dataclass(slots=True)
class Filled:
    """A sheet of a workbook.

    Attributes:
        pieces: its XML in order, each raw, and compressed where it is ready.
        relations, state, area, titles, written: as :class:`Probe` has them.
    """

    pieces: list[tuple[bytes, bytes]]
    relations: str
    state: str
    area: str
    titles: str
    written: Written | None

    @property
    def xml(self) -> str:
        return b"".join(raw for raw, _ in self.pieces).decode()


@dataclass(slots=True)
class Template:
    """A sheet's shape. Never changed once made, so threads may share it."""

    relations: str
    state: str
    area: str
    titles: str
    written: Written | None
    flat: list[str] = field(default_factory=list)
    put_together: list[Pattern] = field(default_factory=list)  # texts of words and live texts
    slots: list[Slot] = field(default_factory=list)
    shown: list[tuple[int, int]] = field(default_factory=list)  # place in the list, slot
    covered: list[tuple[int, int]] = field(default_factory=list)  # the style alone
    rows: list[Row] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    complaints: int = 0  # those that are there for everyone
    figured: frozenset[int] = frozenset()  # slots that results work with
    zones: list[Zone] = field(default_factory=list)

    def fill(self, live: Sequence[str]) -> Filled:
        """The sheet with these live texts.

        Raises:
            UnfitError: a text is none this template can show.
        """
        texts = self.texts(live)
        cells = [shown(texts[slot.text], slot.as_text) for slot in self.slots]
        styles = [s.styles[c.format, c.quoted] for s, c in zip(self.slots, cells, strict=True)]
        flat = self.flat.copy()
        for at, index in self.shown:
            flat[at] = styles[index] + cells[index].tail
        for at, index in self.covered:
            flat[at] = styles[index]
        for row in self.rows:
            lines = row.lines
            for index, width, rows in row.texts:
                lines = max(lines, lines_needed(texts[index], width) / rows)
            flat[row.at] = height(lines) if lines > 1 or not row.grows else ""
        complaints = self.complaints
        if self.results:
            if any(cells[index].odd for index in self.figured):
                raise UnfitError
            values = seen_by_formulas(cells)
            for result in self.results:
                flat[result.at], blank = after_style(result, values, texts)
                complaints += result.counts and not blank
        pieces = []
        for zone in self.zones:
            raw = zone.ready or "".join(flat[zone.first : zone.last]).encode()
            pieces.append((raw, zone.packed))
        written = self.written
        if written is not None:
            written = Written(written.sheet, written.checks, told(complaints))
        return Filled(pieces, self.relations, self.state, self.area, self.titles, written)

    def texts(self, live: Sequence[str]) -> list[str]:
        """The live texts and those put together of them."""
        together = (
            "".join([p if isinstance(p, str) else live[p] for p in pattern])
            for pattern in self.put_together
        )
        return [*live, *together]


def seen_by_formulas(cells: Sequence[Shown]) -> list[Value]:
    """What formulas see of the slots; which text it is makes no difference to them."""
    return ["text" if cell.figure is None else cell.figure for cell in cells]


def after_style(result: Result, values: list[Value], texts: Sequence[str]) -> tuple[str, bool]:
    """The XML of a formula's cell after its style, and whether the result is blank."""
    formula, value = result.formula, result.value
    return _after_style(
        formula if isinstance(formula, str) else texts[formula],
        texts[value] if isinstance(value, int) else value(values),
    )


def _after_style(formula: str, value: Value) -> tuple[str, bool]:
    if isinstance(value, str) and value not in _ERRORS:
        kind = ' t="str"' if value else ""
        return f'"{kind}><f>{escape(formula)}</f><v>{escape(value)}</v></c>', not value
    if not isinstance(value, str | bool | None):
        return f'"><f>{escape(formula)}</f><v>{float(value)}</v></c>', False
    raise UnfitError
