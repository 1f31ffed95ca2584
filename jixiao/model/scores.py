"""What scoring answers: points and the working that led to them.

Claimed (自评), computed (重算) and reviewed (复核) scores are three different columns and are
never written over one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from jixiao.model.submission import Cell, IndicatorRow
from jixiao.values import Value


class State(StrEnum):
    """How far a row could be scored."""

    SCORED = "scored"
    NEEDS_PERSON = "needs_person"  # the claimed score stands, with a warning
    BLANK = "blank"  # target or actual missing: 0 points and an error
    UNREADABLE = "unreadable"  # a value could not be read: 0 points and an error
    NOT_COMPUTABLE = "not_computable"  # no figures: neither full nor 0
    NOT_SCORED = "not_scored"  # a row that carries no points (其中行, 不适用)
    CLAIMED = "claimed"  # a rubric row judged by its points: the claimed score stands


Told = tuple[str, dict[str, str]]  # a sentence with its arithmetic, and the figures in it
Tell = Callable[[], Told]


class Working:
    """How a score came about. Never changes; two that say the same are equal.

    Sentence and figures are put into words when somebody first asks for either: of most rows a
    recomputation needs no more than the points.

    Attributes:
        rule: name of the scoring rule, e.g. ``higher_is_better``.
        sentence: one Chinese sentence with the arithmetic.
        source: title of the pack's source document for the rule.
        data: the figures used, as decimal strings in base units.
    """

    __slots__ = ("_rule", "_source", "_tell", "_told")
    _rule: str
    _source: str
    _tell: Tell | None
    _told: Told | None

    def __init__(
        self, rule: str, sentence: str, source: str, data: dict[str, str] | None = None
    ) -> None:
        self._rule, self._source, self._tell = rule, source, None
        self._told = sentence, data or {}

    @classmethod
    def later(cls, rule: str, tell: Tell, source: str) -> Working:
        """A working whose sentence and figures ``tell`` gives once somebody asks."""
        made = cls.__new__(cls)
        made._rule, made._source, made._tell, made._told = rule, source, tell, None
        return made

    @property
    def rule(self) -> str:
        return self._rule

    @property
    def source(self) -> str:
        return self._source

    @property
    def sentence(self) -> str:
        return self._words()[0]

    @property
    def data(self) -> dict[str, str]:
        return self._words()[1]

    def _words(self) -> Told:
        told = self._told
        if told is None:
            assert self._tell is not None  # one of the two is always there
            told = self._told = self._tell()
        return told

    def _parts(self) -> tuple[str, str, str, dict[str, str]]:
        return self._rule, self.sentence, self._source, self.data

    def __reduce__(self) -> tuple[type[Working], tuple[str, str, str, dict[str, str]]]:
        return Working, self._parts()

    def __eq__(self, other: object) -> bool:
        return self._parts() == other._parts() if isinstance(other, Working) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts()[:3])

    def __repr__(self) -> str:
        return "Working(rule={!r}, sentence={!r}, source={!r}, data={!r})".format(*self._parts())


class RowScore(NamedTuple):
    """One scored row. A named tuple, as a department makes a hundred of them.

    Attributes:
        kind: ``execution`` (total row), ``sub`` (其中 row), ``indicator`` or ``rubric``.
        name: the row's name as the clerk reads it.
        row: the row's id (``total``, ``fiscal``, ``saving``) or for an indicator its number
            in the list, ``"0"``, ``"1"``…
        weight, claimed: as printed; ``None`` where blank or unreadable.
        computed: recomputed points, two decimals half up; ``None`` where a person is needed,
            where no figures exist and where the claimed score stands by rule.
        ratio: achievement, actual ÷ target (or its mirror for lower-is-better), the execution
            rate or the rubric's rate, if there is one.
        weight_cell, score_cell: where the two stand.
    """

    kind: str
    name: str
    row: str
    state: State
    weight: Decimal | None
    claimed: Decimal | None
    computed: Decimal | None
    working: Working
    weight_cell: Cell
    score_cell: Cell
    target: Value | None = None
    actual: Value | None = None
    ratio: Decimal | None = None
    indicator: IndicatorRow | None = None

    @property
    def standing(self) -> Decimal:
        """Points that count: computed, else the claimed score within its weight, else 0."""
        if self.computed is not None:
            return self.computed
        if self.claimed is None or self.claimed < 0:
            return Decimal(0)
        return min(self.claimed, self.weight) if self.weight is not None else self.claimed


@dataclass(frozen=True, slots=True)
class FormScore:
    """A scored form.

    Attributes:
        printed_weight, printed_score: what the total row prints, ``None`` where blank.
        computed_weight: sum of the weights of the rows that carry points, those marked 不适用
            included.
        claimed_sum: sum of the claimed scores of the same rows.
        computed_score: sum of the standing scores, after scaling and any cap.
        grade: grade of ``computed_score`` (优 良 中 差), ``None`` for an empty form.
        doubled: weights printed on 其中 rows, which must not be added.
        cap: the cap that bit, as a working, else ``None``.
        scaling: how the weight of 不适用 rows was spread over the others, else ``None``.
    """

    form: str
    project: str | None
    sheet: str
    rows: tuple[RowScore, ...]
    printed_weight: Decimal | None
    printed_score: Decimal | None
    computed_weight: Decimal
    claimed_sum: Decimal
    computed_score: Decimal
    grade: str | None
    doubled: tuple[RowScore, ...] = ()
    cap: Working | None = None
    scaling: Working | None = None
