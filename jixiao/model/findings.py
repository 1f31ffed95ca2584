"""What a check found: severity, places, both sides, the difference and the remedy.

A finding is the product a clerk sees, so it is complete in itself: it can be shown on a
page, in a workbook comment, in a notice and in JSON without asking anything else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
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
        """Stable id of this finding across re-checks of the same content: 16 hex characters,
        from the second numbering on with its version before them (``2.`` …)."""
        return self.fingerprints[0]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Every id it was ever known by, the one in use first: waivers and explanations that
        name it by an older one still count."""
        newest_first = sorted(NUMBERINGS.items(), reverse=True)
        return tuple(_with_version(v, number(self)) for v, number in newest_first)


def explained(said: Mapping[str, str], finding: Finding) -> str:
    """What a department wrote to a finding, ``""`` if nothing.

    Args:
        said: its words by the fingerprint it knows the finding by.
    """
    return next((said[f] for f in finding.fingerprints if f in said), "")


def _with_version(version: int, number: str) -> str:
    return number if version == 1 else f"{version}.{number}"


def _by_sides(finding: Finding) -> str:
    sides = "|".join(
        f"{p.form}/{p.project or ''}/{p.sheet}/{p.cell}/{p.text}" for p in finding.where
    )
    raw = f"{finding.code}|{sides}|{finding.found}|{finding.expected}"
    return hashlib.sha256(raw.encode()).hexdigest()[:16]


#: How findings are numbered, by version. Whoever numbers them otherwise adds a version and leaves
#: the others as they are.
NUMBERINGS: dict[int, Callable[[Finding], str]] = {1: _by_sides}
