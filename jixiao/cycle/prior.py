"""Last year's accepted filings: what this year's workbooks and rules look back to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from jixiao.cycle.base import content_hash
from jixiao.forms import Form
from jixiao.lineage import merged
from jixiao.policy import Department, Pack
from jixiao.store.filings import FilingRecord, filing_content, filing_records
from jixiao.submission import Submission, from_json


@dataclass(frozen=True, slots=True)
class Prior:
    """A department's accepted filing of the year before, or those of the units it was made of."""

    ids: tuple[int, ...]
    sha256: str

    def read(self, connection: Connection, forms: Mapping[str, Form]) -> Submission:
        """The filing; of several units, their sum."""
        return merged([from_json(filing_content(connection, id)) for id in self.ids], forms)


def prior_filings(connection: Connection, pack: Pack) -> dict[str, Prior]:
    """What each department of the roster looks back to, by its unit code.

    That is its own accepted filing and those of the units it has taken over since. A unit that
    several departments descend from was split up: its figures belong to none of them.
    """
    last = pack.year - 1
    accepted = {r.unit: r for r in filing_records(connection, last) if r.status == "accepted"}
    heirs = Counter(code for d in pack.roster.departments for code in _ancestors(d, last))
    found = {}
    for department in pack.roster.departments:
        codes = [c for c in _ancestors(department, last) if heirs[c] == 1]
        filings = [accepted[code] for code in codes if code in accepted]
        if filings:
            found[department.code] = _prior(filings)
    return found


def _ancestors(department: Department, year: int) -> Iterator[str]:
    """The codes under which a department, or what became part of it, filed in a year."""
    yield department.code
    for former in department.former:
        if former.code and former.code != department.code and former.year >= year:
            yield former.code


def _prior(filings: list[FilingRecord]) -> Prior:
    shas = [filing.sha256 for filing in filings]
    sha256 = shas[0] if len(shas) == 1 else content_hash(*shas)
    return Prior(tuple(filing.id for filing in filings), sha256)
