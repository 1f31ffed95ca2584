"""What is known of one filing: scores with their working, findings with their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from jixiao.model.findings import Finding, Severity
from jixiao.model.scores import FormScore
from jixiao.model.submission import Submission


@dataclass(frozen=True)
class Evaluation:
    """What the bureau knows of a filing after recomputing and checking it.

    Attributes:
        findings: all of them, waived ones too.
        waived: why a finding was waived, in a sentence, by its fingerprint.
    """

    submission: Submission
    scores: tuple[FormScore, ...]
    findings: tuple[Finding, ...]
    waived: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings nobody waived."""
        return tuple(f for f in self.findings if f.fingerprint not in self.waived)

    def count(self, severity: Severity) -> int:
        """How many open findings there are of a severity."""
        return sum(1 for f in self.open if f.severity is severity)

    @property
    def clean(self) -> bool:
        """No open finding of severity error: the filing can be accepted."""
        return self.count(Severity.ERROR) == 0

    @property
    def main(self) -> FormScore | None:
        """The department's own score: that of its self-evaluation form, not of a rubric."""
        return next(
            (
                score
                for score in self.scores
                if score.project is None
                and any(row.kind in ("execution", "indicator") for row in score.rows)
            ),
            None,
        )

    @property
    def total(self) -> Decimal | None:
        return self.main.computed_score if self.main is not None else None

    @property
    def grade(self) -> str | None:
        return self.main.grade if self.main is not None else None
