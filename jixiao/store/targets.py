"""Target sets and issued workbooks in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from jixiao.model import targets as target_model
from jixiao.model.targets import TargetSet
from jixiao.store.db import Units, add, of_units
from jixiao.store.tables import issued, target_sets


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A proposed, approved or returned target set without its content."""

    id: int
    unit: str
    hash: str
    status: str
    problems: tuple[str, ...]
    received_on: date
    decided_on: date | None
    decided_by: str | None
    reason: str | None


def put_targets(
    connection: Connection, targets: TargetSet, *, source: str, problems: list[str], day: date
) -> int | None:
    """Keep a proposal; ``None`` where the very same targets were handed in before."""
    return add(
        connection,
        target_sets,
        {
            "year": targets.year,
            "unit": targets.unit_code,
            "hash": targets.hash,
            "format": target_model.FORMAT,
            "content": target_model.to_json(targets),
            "source": source,
            "status": "proposed",
            "problems": json.dumps(problems, ensure_ascii=False),
            "received_on": day,
        },
    )


def decide_targets(
    connection: Connection, id: int, *, status: str, officer: str, reason: str, day: date
) -> None:
    """Write an officer's decision (``approved`` or ``returned``) on a proposal."""
    connection.execute(
        update(target_sets)
        .where(target_sets.c.id == id)
        .values(status=status, decided_by=officer, reason=reason, decided_on=day)
    )


_HEAD = [c for c in target_sets.c if c.name != "content"]


def target_records(connection: Connection, year: int, units: Units = None) -> list[TargetRecord]:
    """All target sets of a year (of one department), oldest first."""
    query = select(*_HEAD).where(target_sets.c.year == year).order_by(target_sets.c.id)
    query = of_units(query, target_sets.c.unit, units)
    return [
        TargetRecord(
            r.id,
            r.unit,
            r.hash,
            r.status,
            tuple(json.loads(r.problems)),
            r.received_on,
            r.decided_on,
            r.decided_by,
            r.reason,
        )
        for r in connection.execute(query)
    ]


def target_set(connection: Connection, id: int) -> TargetSet:
    """The targets of a record."""
    query = select(target_sets.c.content, target_sets.c.format).where(target_sets.c.id == id)
    row = connection.execute(query).one()
    return target_model.from_json(row.content, row.format)


@dataclass(frozen=True, slots=True)
class IssuedRecord:
    """A workbook handed to a department."""

    unit: str
    kind: str
    key: str
    sha256: str
    path: str
    issued_on: date


def put_issued(
    connection: Connection,
    year: int,
    *,
    unit: str,
    kind: str,
    key: str,
    sha256: str,
    path: str,
    day: date,
) -> bool:
    """Keep that a workbook was issued; ``False`` where it is known already."""
    values = {
        "year": year,
        "unit": unit,
        "kind": kind,
        "key": key,
        "sha256": sha256,
        "path": path,
        "issued_on": day,
    }
    return add(connection, issued, values) is not None


def issued_records(connection: Connection, year: int, units: Units = None) -> list[IssuedRecord]:
    """Everything issued in a year (to one department), oldest first."""
    query = select(issued).where(issued.c.year == year).order_by(issued.c.id)
    query = of_units(query, issued.c.unit, units)
    return [
        IssuedRecord(r.unit, r.kind, r.key, r.sha256, r.path, r.issued_on)
        for r in connection.execute(query)
    ]
