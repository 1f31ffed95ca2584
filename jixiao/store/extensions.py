"""Later closing dates for single departments in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from jixiao.store.db import Units, of_units
from jixiao.store.tables import extensions


@dataclass(frozen=True, slots=True)
class ExtensionRecord:
    """Until when one department may take for one stage, who said so and why."""

    id: int
    unit: str
    stage: str
    until: date
    officer: str
    reason: str
    granted_on: date


def put_extension(
    connection: Connection,
    year: int,
    *,
    unit: str,
    stage: str,
    until: date,
    officer: str,
    reason: str,
    day: date,
) -> ExtensionRecord:
    """Keep an extension; it replaces the department's earlier one for the stage."""
    row = connection.execute(
        extensions.insert()
        .values(
            year=year,
            unit=unit,
            stage=stage,
            until=until,
            officer=officer,
            reason=reason,
            granted_on=day,
        )
        .returning(extensions.c.id)
    ).scalar_one()
    return ExtensionRecord(int(row), unit, stage, until, officer, reason, day)


def extension_records(
    connection: Connection, year: int, units: Units = None
) -> list[ExtensionRecord]:
    """All extensions of a year (of one department), oldest first."""
    query = select(extensions).where(extensions.c.year == year).order_by(extensions.c.id)
    query = of_units(query, extensions.c.unit, units)
    return [
        ExtensionRecord(r.id, r.unit, r.stage, r.until, r.officer, r.reason, r.granted_on)
        for r in connection.execute(query)
    ]
