"""Across the county: the newest filings of a year held against each other. Advice only."""

from __future__ import annotations

from jixiao.checking.county import county_findings
from jixiao.model.findings import Finding
from jixiao.model.submission import Submission
from jixiao.policy import Department
from jixiao.store.filings import filed, filing_records
from jixiao.year.base import Cycle


def county_notes(cycle: Cycle) -> list[tuple[Department, list[Finding]]]:
    """What stands out beside the other departments, in roster order; nothing is written."""
    with cycle.store.read() as connection:
        newest = {
            r.unit: r.id for r in filing_records(connection, cycle.year) if r.status != "superseded"
        }
        filings: list[tuple[Department, Submission]] = [
            (department, filed(connection, newest[department.code]))
            for department in cycle.pack.roster.departments
            if department.code in newest
        ]
    found = county_findings(cycle.pack, filings)
    return [(d, found[d.code]) for d in cycle.pack.roster.departments if d.code in found]
