"""Read one cell: what kind of value it is, and everything it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from jixiao.values.dates import DONE, date_comparator, read_date
from jixiao.values.hints import NO_HINT, Hint, hint
from jixiao.values.model import (
    Comparator,
    Deadline,
    Kind,
    Unit,
    Value,
    ValueProblem,
    quoted,
)
from jixiao.values.normalise import normalise
from jixiao.values.numerals import BLANK_MARKS, as_text, refuse_non_finite
from jixiao.values.quantity import SIGNS, Reading, read_quantity
from jixiao.values.ranks import read_rank
from jixiao.values.side_cells import sign_cell, unit_cell
from jixiao.values.words import DEFAULT_BANDS, Bands, is_event

Role = Literal["target", "actual"]
GE, LE, GT, LT, EQ = Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT, Comparator.EQ

LONGEST_CACHED = 120  # longer texts are narrative and seldom repeat
MOST_PARTS = 6  # more than that is a paragraph, not two values in one cell
_SPLIT = re.compile(r"[;、]|,(?![0-9])|(?<![0-9]),")
_COMPARISON = re.compile(
    r"比|较|超出|超额|其中|占|为年度|为目标|完成率|完成年度|完成目标|多于|任务数"
)
_GROWTH = re.compile(
    r"(?:比|较)[^0-9]*(?:增长|下降|增加|减少|提高|提升|增幅|降低)[^0-9]*[0-9.]+[%‰]"
)
_DATED = re.compile(r"[0-9]{4}年度?(?:[0-9]{1,2}月份?(?:底|末)?(?:之前|以前|前|内)?)?(?=.)")


def parse(
    text: str | Decimal | int | None,
    *,
    name: str = "",
    unit: str = "",
    sign: str = "",
    role: Role = "target",
    direction: Comparator | None = None,
    bands: Bands = DEFAULT_BANDS,
) -> Value:
    """Read an indicator's target (指标值) or actual (完成值).

    Never raises for what a cell holds: what cannot be read comes back with ``error`` and
    ``error_code``. A few thousand short texts are cached.

    Args:
        text: the cell.
        name: the indicator's name; it may carry the unit (新增冷藏库容量(M3)) or say that a bare
            2023 is a date (完成时限).
        unit: the separate unit cell (度量单位), if the form has one.
        sign: the separate sign cell (指标性质), if the form has one.
        role: a target without a sign binds as ``direction`` says; an actual is ``=``.
        direction: what a bare number of a target means: ``>=`` on an output, ``<=`` on a
            cost; ``>=`` where the caller does not say.
        bands: phrases of qualitative values.
    """
    if not isinstance(text, str):
        try:
            text = as_text(text)
        except ValueProblem as problem:
            return _failed("", problem)
    said = hint(name) if name else NO_HINT
    if len(text) + len(unit) + len(sign) > LONGEST_CACHED:
        return _read(text, said, unit, sign, role, direction, bands)
    return _cached(text, said, unit, sign, role, direction, bands)


def _read(
    text: str,
    said: Hint,
    unit: str,
    sign: str,
    role: Role,
    direction: Comparator | None,
    bands: Bands,
) -> Value:
    try:
        cell = _Cell(text, said, unit_cell(unit), sign_cell(sign), role, direction, bands)
        return _several(cell)
    except ValueProblem as problem:
        return _failed(text, problem)


_cached = lru_cache(maxsize=8192)(_read)


def _failed(text: str, problem: ValueProblem) -> Value:
    kind = Kind.DATE if problem.code == "malformed_date" else Kind.QUANTITY
    return Value(text, kind, error=problem.message, error_code=problem.code)


class _Cell:
    """A cell with all that was said about it beside its text."""

    __slots__ = ("bands", "direction", "hint", "role", "sign", "text", "unit")

    def __init__(
        self,
        text: str,
        said: Hint,
        unit: Unit | None,
        sign: Comparator | None,
        role: Role,
        direction: Comparator | None,
        bands: Bands,
    ) -> None:
        self.text, self.hint, self.unit, self.sign = text, said, unit, sign
        self.role, self.direction, self.bands = role, direction, bands

    def alone(self, text: str) -> _Cell:
        """A further value of the same cell: sign, unit and name speak of the first only."""
        return _Cell(text, NO_HINT, None, None, self.role, self.direction, self.bands)


def _several(cell: _Cell) -> Value:
    """The value of a cell after splitting it where it holds more than one."""
    clean = normalise(cell.text).strip(";,、")
    if BLANK_MARKS.fullmatch(clean):
        return Value(cell.text, Kind.BLANK)
    refuse_non_finite(clean)
    if is_event(clean):
        return Value(cell.text, Kind.QUALITATIVE)
    pieces = [p for p in _split(clean) if p]
    if len(pieces) == 1:
        return _one(cell, clean)
    if len(pieces) > MOST_PARTS:
        return _words(cell, clean)
    parts: list[Value] = []
    for number, piece in enumerate(pieces):
        if parts and _COMPARISON.match(piece) and not _GROWTH.match(piece):
            said = parts[-1].comparison
            parts[-1] = parts[-1]._replace(comparison=f"{said},{piece}" if said else piece)
        else:
            parts.append(_one(cell if number == 0 else cell.alone(piece), piece))
    if all(p.kind is Kind.QUALITATIVE for p in parts):
        return _words(cell, clean)
    if len(parts) == 1:
        return parts[0]._replace(text=cell.text)
    return _bounds(cell, parts) or parts[0]._replace(text=cell.text, parts=_named(parts, pieces))


def _split(clean: str) -> list[str]:
    """The pieces of a cell; what stands in brackets stays with the value before it."""
    if not _SPLIT.search(clean):
        return [clean]
    pieces, start, depth = [], 0, 0
    cuts = {m.start() for m in _SPLIT.finditer(clean)}
    for place, char in enumerate(clean):
        depth += (char == "(") - (char == ")" and depth > 0)
        if place in cuts and not depth:
            pieces.append(clean[start:place])
            start = place + 1
    return [*pieces, clean[start:]]


def _named(parts: Sequence[Value], pieces: Sequence[str]) -> tuple[Value, ...]:
    # The first part was read with the cell's text; as a part it is only its piece.
    return (parts[0]._replace(text=pieces[0]), *parts[1:])


def _bounds(cell: _Cell, parts: Sequence[Value]) -> Value | None:
    """至少4个,最多24个: two bounds of one value."""
    if len(parts) != 2 or any(p.kind is not Kind.QUANTITY for p in parts):
        return None
    first, last = parts
    if not (first.stated and last.stated and first.comparator in (GE, GT)):
        return None
    same = last.unit is None or first.unit is None or first.unit.base == last.unit.base
    if last.comparator not in (LE, LT) or not same or first.low is not None:
        return None
    if first.amount is None or last.amount is None or first.amount > last.amount:
        message = f"{quoted(cell.text)}的下限大于上限，读不出来。"
        raise ValueProblem("malformed_range", message, cell.text)
    return first._replace(
        text=cell.text,
        unit=first.unit or last.unit,
        low=first.amount,
        high=last.amount,
        comparison=last.comparison or first.comparison,
    )


def _one(cell: _Cell, clean: str) -> Value:
    """One value: a date, a rank, a quantity, or words."""
    glyph = SIGNS.get(clean[0])
    body = clean[1:] if glyph else clean
    day = read_date(body, cell.hint.timely)
    if day is not None:
        return _date(cell, day, body, glyph or cell.sign)
    rank = read_rank(body, cell.hint.ranked, cell.hint.scope)
    if rank is not None:
        inferred = LE if cell.role == "target" else EQ
        bound = glyph or cell.sign or (LE if rank.bound and cell.role == "target" else None)
        stated = bound is not None
        return Value(cell.text, Kind.RANK, bound or inferred, stated, rank.place, scope=rank.scope)
    dated = _DATED.match(clean)
    reading = read_quantity(clean[dated.end() :] if dated else clean, cell.hint, cell.unit)
    return _words(cell, clean) if reading is None else _quantity(cell, reading)


def _date(cell: _Cell, day: Deadline, body: str, sign: Comparator | None) -> Value:
    comparator, said = (EQ, False) if cell.role == "actual" else date_comparator(day, body)
    if sign is not None:
        comparator, said = sign, True
    band = "met" if day == DONE else None
    return Value(cell.text, Kind.DATE, comparator, said, deadline=day, band=band)


def _words(cell: _Cell, clean: str) -> Value:
    return Value(cell.text, Kind.QUALITATIVE, band=cell.bands.band(clean))


def _quantity(cell: _Cell, reading: Reading) -> Value:
    """The value of a quantity: the comparator from the text, the sign cell or the direction."""
    written = None if reading.soft and cell.role == "actual" else reading.comparator
    if cell.sign is not None and reading.low is None:
        written = _agreed(cell, written, reading.soft)
    inferred = EQ if cell.role == "actual" else cell.direction or GE
    if inferred is GE and not reading.amount:
        inferred = EQ  # nobody aims at 0起 or more: a zero target means none
    return Value(
        cell.text,
        Kind.QUANTITY,
        written or inferred,
        written is not None,
        reading.amount,
        reading.unit,
        low=reading.low,
        high=reading.high,
        approximate=reading.approximate,
        comparison=reading.comparison,
    )


def _agreed(cell: _Cell, written: Comparator | None, soft: bool) -> Comparator | None:
    if written is None or soft or written is cell.sign:
        return cell.sign
    if {written, cell.sign} in ({GE, GT}, {LE, LT}):
        return written
    message = f"指标性质栏是“{cell.sign}”，{quoted(cell.text)}里写的却是“{written}”，两处矛盾。"
    raise ValueProblem("contradictory_comparator", message, cell.text)
