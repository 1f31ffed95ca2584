"""Last year's accepted filings: what this year's workbooks and rules look back to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from jixiao.store.filings import filing_content, filing_records
from jixiao.submission import Submission, from_json


@dataclass(frozen=True, slots=True)
class Prior:
    """An accepted filing of the year before."""

    id: int
    sha256: str

    def read(self, connection: Connection) -> Submission:
        return from_json(filing_content(connection, self.id))


def prior_filings(connection: Connection, year: int) -> dict[str, Prior]:
    """The accepted filing of the year before, by unit code."""
    return {
        r.unit: Prior(r.id, r.sha256)
        for r in filing_records(connection, year - 1)
        if r.status == "accepted"
    }
