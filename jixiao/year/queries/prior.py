"""Last year's accepted filings: what this year's workbooks and rules look back to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection

from jixiao.model.forms import Form
from jixiao.model.lineage import merged
from jixiao.model.submission import Submission
from jixiao.policy import Department, Pack
from jixiao.store.filings import FilingRecord, filed, filing_records
from jixiao.year.base import content_hash


@dataclass(frozen=True, slots=True)
class Prior:
    """A department's accepted filing of the year before, or those of the units it was made of."""

    ids: tuple[int, ...]
    sha256: str

    def read(self, connection: Connection, forms: Mapping[str, Form]) -> Submission:
        """The filing; of several units, their sum."""
        return merged([filed(connection, id) for id in self.ids], forms)


def prior_filings(connection: Connection, pack: Pack) -> dict[str, Prior]:
    """What each department of the roster looks back to, by its unit code.

    That is its own accepted filing and those of the units it has taken over since. A unit that
    several departments descend from was split up: its figures belong to none of them.
    """
    accepted = _accepted(filing_records(connection, pack.year - 1))
    found = ((d.code, _prior_of(pack, d, accepted)) for d in pack.roster.departments)
    return {code: prior for code, prior in found if prior is not None}


def prior_filing(connection: Connection, pack: Pack, department: Department) -> Prior | None:
    """What one department looks back to, as :func:`prior_filings` says."""
    last = pack.year - 1
    records = (filing_records(connection, last, c) for c in _ancestors(department, last))
    return _prior_of(pack, department, _accepted(chain.from_iterable(records)))


def _accepted(records: Iterable[FilingRecord]) -> dict[str, FilingRecord]:
    return {r.unit: r for r in records if r.status == "accepted"}


def _prior_of(
    pack: Pack, department: Department, accepted: Mapping[str, FilingRecord]
) -> Prior | None:
    heirs = _heirs(pack)
    codes = [c for c in _ancestors(department, pack.year - 1) if heirs[c] == 1]
    filings = [accepted[code] for code in codes if code in accepted]
    return _prior(filings) if filings else None


@lru_cache(maxsize=8)
def _heirs(pack: Pack) -> Counter[str]:
    """How many departments descend from each unit code of the year before."""
    return Counter(c for d in pack.roster.departments for c in _ancestors(d, pack.year - 1))


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
