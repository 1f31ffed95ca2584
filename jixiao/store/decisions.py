"""Officers' decisions and waivers in the database. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from jixiao.model.waivers import Waiver
from jixiao.store.db import Units, of_units
from jixiao.store.tables import decisions, filings, waivers


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What an officer decided on a filing: ``accept``, ``return`` or ``withdraw``."""

    filing_id: int
    kind: str
    officer: str
    reason: str
    decided_on: date


def put_decision(
    connection: Connection, filing_id: int, *, kind: str, officer: str, reason: str, day: date
) -> None:
    connection.execute(
        decisions.insert().values(
            filing_id=filing_id, kind=kind, officer=officer, reason=reason, decided_on=day
        )
    )


def decision_records(
    connection: Connection, year: int, units: Units = None
) -> dict[int, list[DecisionRecord]]:
    """All decisions of a year (on one department's filings) by filing, oldest first."""
    query = (
        select(decisions)
        .join(filings, filings.c.id == decisions.c.filing_id)
        .where(filings.c.year == year)
        .order_by(decisions.c.id)
    )
    query = of_units(query, filings.c.unit, units)
    found: dict[int, list[DecisionRecord]] = {}
    for r in connection.execute(query):
        record = DecisionRecord(r.filing_id, r.kind, r.officer, r.reason, r.decided_on)
        found.setdefault(r.filing_id, []).append(record)
    return found


def put_waiver(connection: Connection, year: int, unit: str, waiver: Waiver) -> None:
    connection.execute(
        waivers.insert().values(
            year=year,
            unit=unit,
            fingerprint=waiver.fingerprint,
            content=waiver.content,
            code=waiver.code,
            officer=waiver.officer,
            reason=waiver.reason,
            until=waiver.until,
            given_on=waiver.given_on,
        )
    )


def waiver_records(
    connection: Connection, year: int, units: Units = None
) -> dict[str, list[Waiver]]:
    """All waivers of a year (of one department) by unit code, oldest first."""
    query = select(waivers).where(waivers.c.year == year).order_by(waivers.c.id)
    query = of_units(query, waivers.c.unit, units)
    found: dict[str, list[Waiver]] = {}
    for r in connection.execute(query):
        waiver = Waiver(r.fingerprint, r.content, r.code, r.officer, r.reason, r.until, r.given_on)
        found.setdefault(r.unit, []).append(waiver)
    return found
