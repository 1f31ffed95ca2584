"""Waivers: an officer lets a finding pass, with a reason, until a day."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jixiao.model.findings import Finding


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
    return contents_of(finding)[0]


def contents_of(finding: Finding) -> tuple[str, ...]:
    """The same as it was ever made up, the way in use first."""
    return tuple(make(finding) for _, make in sorted(CONTENTS.items(), reverse=True))


def _without_places(finding: Finding) -> str:
    sides = "|".join(f"{p.form}/{p.project or ''}/{p.text}" for p in finding.where)
    raw = f"{finding.code}|{sides}|{finding.found}|{finding.expected}"
    return hashlib.sha256(raw.encode()).hexdigest()[:16]


#: As :data:`jixiao.model.findings.NUMBERINGS`: older ways stay, so that waivers given under them count.
CONTENTS: dict[int, Callable[[Finding], str]] = {1: _without_places}


def waived(findings: Sequence[Finding], waivers: Iterable[Waiver], day: date) -> dict[str, Waiver]:
    """The waiver that counts for each finding on a day, by the finding's fingerprint.

    The newest waiver of a finding is the one that counts. One given for a finding that has
    moved to another cell counts too, as long as only one finding says the same.

    Args:
        waivers: of the department's year, oldest first.
    """
    given = list(waivers)
    exact = {w.fingerprint: number for number, w in enumerate(given)}
    alike = {given[number].content: number for number in exact.values()}
    several = {f.fingerprint: f for f in findings}
    times = Counter(content_of(f) for f in several.values())
    found: dict[str, Waiver] = {}
    for fingerprint, finding in several.items():
        newest = _newest(exact, finding.fingerprints)
        if newest is None and times[content_of(finding)] == 1:
            newest = _newest(alike, contents_of(finding))
        if newest is not None and given[newest].counts_on(day):
            found[fingerprint] = given[newest]
    return found


def _newest(known: Mapping[str, int], names: Iterable[str]) -> int | None:
    """The last of the waivers that go by any of these names."""
    return max((known[name] for name in names if name in known), default=None)
