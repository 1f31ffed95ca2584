"""What a check found: severity, places, both sides, the difference and the remedy.

A finding is the product a clerk sees, so it is complete in itself: it can be shown on a
page, in a workbook comment, in a notice and in JSON without asking anything else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs (错误 · 警告 · 提示)."""

    ERROR = "error"  # must be corrected or waived; the filing is returned
    WARNING = "warning"  # must be explained
    ADVICE = "advice"  # a hint

    @property
    def chinese(self) -> str:
        return {"error": "错误", "warning": "警告", "advice": "提示"}[self.value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side of a finding stands.

    Attributes:
        form: the form's id as the field calls it, e.g. ``附件3``; ``""`` for the filing as a whole.
        sheet: sheet or document as the clerk sees it, e.g. ``附件3-1`` or ``自评报告.docx``.
        cell: cell address (``H12``) or paragraph (``第31段``); ``""`` where a whole sheet is meant.
        text: what stands there, or what the place is (``年度资金总额·得分 5``).
        project: the project's name for a project form, else ``None``.
    """

    form: str
    sheet: str
    cell: str
    text: str
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, one finding, with all its places.

    Attributes:
        code: the rule's stable code, e.g. ``A03``.
        severity: see :class:`Severity`; what the year's pack says, not the rule's default.
        title: the rule's Chinese title.
        message: what is wrong, in one plain Chinese sentence.
        where: every place involved; in a conflict both sides, the place to correct first.
        found: what stands there.
        expected: what should stand there.
        difference: the difference in words or figures, ``""`` where none can be stated.
        remedy: how to put it right, in plain Chinese.
    """

    code: str
    severity: Severity
    title: str
    message: str
    where: tuple[Place, ...]
    found: str
    expected: str
    difference: str
    remedy: str

    @property
    def fingerprint(self) -> str:
        """Stable id of this finding across re-checks of the same content (hex, 16 characters)."""
        sides = "|".join(
            f"{p.form}/{p.project or ''}/{p.sheet}/{p.cell}/{p.text}" for p in self.where
        )
        raw = f"{self.code}|{sides}|{self.found}|{self.expected}"
        return hashlib.sha256(raw.encode()).hexdigest()[:16]
