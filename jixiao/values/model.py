"""What a value expression means once it is read: kinds, comparators, units, the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from jixiao.errors import JixiaoError


class Kind(StrEnum):
    """What sort of thing stands in the cell."""

    QUANTITY = "quantity"
    QUALITATIVE = "qualitative"
    DATE = "date"
    RANK = "rank"
    BLANK = "blank"


class Comparator(StrEnum):
    """How an actual is held against the amount."""

    GE = ">="
    LE = "<="
    GT = ">"
    LT = "<"
    EQ = "="


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written and what it converts to.

    Attributes:
        symbol: as written, e.g. ``亿元`` (``亿`` where 元 was dropped).
        base: the unit amounts are kept in: ``元``, ``人``, ``平方米``, ``1`` for a share …
        dimension: ``money``, ``people``, ``area``, ``share``, ``count``, ``volume``, ``length``,
            ``mass``, ``energy``, ``power``, ``data``, ``time`` (base 天), ``months`` (base 月),
            ``workdays``, ``currency:USD`` …; for a quotient such as 元/人 it is ``money/人``.
        factor: amount in the base unit = number written × factor.
    """

    symbol: str
    base: str
    dimension: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date as far as it was written; every part may be missing.

    Attributes:
        year: fiscal or calendar year, ``None`` where only 年内 or a month was written.
        month: 1–12; a quarter or half-year is its last month.
        day: 1–31.
        edge: ``by`` (…前, 已完成), ``within`` (…内) or ``in`` (plain 2023年, 7月).
        end: 底 or 末 was written: the last day of the month or year named.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    edge: str = "in"
    end: bool = False


class Value(NamedTuple):
    """One cell, read. A named tuple, as a department makes two hundred of them.

    Attributes:
        text: the original text.
        kind: see :class:`Kind`.
        comparator: stated in the text or the sign cell, else inferred.
        stated: whether the comparator was written.
        amount: in the base unit (元; 1 for a share, so 8% is 0.08; the number itself for a
            count); the place for a rank; the lower bound for a range; ``None`` for the rest.
        unit: ``None`` where none was written or for anything but a quantity.
        error: a Chinese sentence naming the characters that could not be read.
        error_code: ``malformed_number``, ``malformed_range``, ``malformed_date``, ``too_large``,
            ``non_finite``, ``control_characters``, ``too_long``, ``mixed_units``,
            ``contradictory_comparator``, ``unknown_sign``, ``unknown_unit``, ``unreadable``.
        low, high: both bounds of a range, in the base unit.
        scope: for a rank, among whom: ``全市``, ``全省`` … ``None`` if not said.
        band: for words, ``met``, ``partly``, ``not_met``; ``None`` where they fit no band. A
            date that only says 已完成 or 按时完成 carries ``met`` as well.
        deadline: for a date.
        parts: every value where the cell holds several; the first one's fields are this value's.
        approximate: 约, 近, 左右, 余 …
        comparison: what follows the value to compare it with something (比年度任务数多2家).
    """

    text: str
    kind: Kind
    comparator: Comparator = Comparator.EQ
    stated: bool = False
    amount: Decimal | None = None
    unit: Unit | None = None
    error: str | None = None
    error_code: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    scope: str | None = None
    band: str | None = None
    deadline: Deadline | None = None
    parts: tuple[Value, ...] = ()
    approximate: bool = False
    comparison: str | None = None


class ValueProblem(JixiaoError):
    """A text that cannot be read as a value.

    Args:
        code: stable short name, see :attr:`Value.error_code`.
        message: Chinese sentence naming the characters.
        characters: the characters that could not be read.
    """

    def __init__(self, code: str, message: str, characters: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.characters = characters


class NumberError(ValueProblem):
    """A figure cell that holds no readable figure; ``characters`` are the offending ones."""


class IncomparableUnits(JixiaoError):
    """Two values, or two units, that cannot be held against each other (元 and 美元, 家 and 起)."""


def quoted(characters: str) -> str:
    """The characters for a sentence: visible, and never longer than a clerk will read."""
    shown = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in characters[:24])
    return f"“{shown}{'…' if len(characters) > 24 else ''}”"
