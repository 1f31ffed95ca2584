"""Two scorings of the same filing, e.g. under two policy packs, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao.model.scores import FormScore
from jixiao.scoring.figures import minus


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One form whose score or grade differs; ``None`` on a side where it is not scored."""

    form: str
    project: str | None
    sheet: str
    before: FormScore | None
    after: FormScore | None

    @property
    def points(self) -> Decimal:
        """After minus before; a form that is not scored counts as 0."""
        return minus(_points(self.after), _points(self.before))

    @property
    def grade_changed(self) -> bool:
        return _grade(self.before) != _grade(self.after)


def changes(before: Sequence[FormScore], after: Sequence[FormScore]) -> Iterator[ScoreChange]:
    """Forms whose total or grade is not the same in both scorings, in the order they stand."""
    olds = {_key(score): score for score in before}
    news = {_key(score): score for score in after}
    for key in dict.fromkeys([*olds, *news]):
        change = ScoreChange(*key, olds.get(key), news.get(key))
        if change.points or change.grade_changed:
            yield change


def _key(score: FormScore) -> tuple[str, str | None, str]:
    return score.form, score.project, score.sheet


def _points(score: FormScore | None) -> Decimal:
    return score.computed_score if score is not None else Decimal(0)


def _grade(score: FormScore | None) -> str | None:
    return score.grade if score is not None else None
