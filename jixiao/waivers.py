"""Waivers: an officer lets a finding pass, with a reason, until a day."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jixiao.findings import Finding


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waived finding of a department's year.

    Attributes:
        fingerprint: :attr:`Finding.fingerprint`.
        content: :func:`content_of` the finding: the same wherever in the workbook it stands.
        code: the rule's code.
        officer, reason: who and why.
        until: the last day it counts, ``None`` for the whole year.
        given_on: the day it was given.
    """

    fingerprint: str
    content: str
    code: str
    officer: str
    reason: str
    until: date | None
    given_on: date

    def counts_on(self, day: date) -> bool:
        return self.until is None or day <= self.until

    @property
    def sentence(self) -> str:
        """Who, why and until when, as it is shown beside the finding."""
        end = f"有效期至 {self.until}" if self.until else "本年度有效"
        return f"{self.reason}（{self.officer}于 {self.given_on} 豁免，{end}）"


def content_of(finding: Finding) -> str:
    """What a finding says, without the sheet and cell it stands in (hex, 16 characters).

    A row inserted above moves a cell; the finding in it stays the same.
    """
    sides = "|".join(f"{p.form}/{p.project or ''}/{p.text}" for p in finding.where)
    raw = f"{finding.code}|{sides}|{finding.found}|{finding.expected}"
    return hashlib.sha256(raw.encode()).hexdigest()[:16]


def waived(findings: Sequence[Finding], waivers: Iterable[Waiver], day: date) -> dict[str, Waiver]:
    """The waiver that counts for each finding on a day, by the finding's fingerprint.

    The newest waiver of a finding is the one that counts. One given for a finding that has
    moved to another cell counts too, as long as only one finding says the same.

    Args:
        waivers: of the department's year, oldest first.
    """
    exact = {w.fingerprint: w for w in waivers}
    alike = {w.content: w for w in exact.values()}
    contents = {f.fingerprint: content_of(f) for f in findings}
    times = Counter(contents.values())
    found: dict[str, Waiver] = {}
    for fingerprint, content in contents.items():
        waiver = exact.get(fingerprint)
        if waiver is None and times[content] == 1:
            waiver = alike.get(content)
        if waiver is not None and waiver.counts_on(day):
            found[fingerprint] = waiver
    return found
