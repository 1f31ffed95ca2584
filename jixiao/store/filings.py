"""Deliveries, filings and their evaluations in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Select, func, select, update

from jixiao.model.submission import FORMAT, Submission, from_json, to_json
from jixiao.store.db import Units, add, alone, of_units
from jixiao.store.tables import decisions, deliveries, evaluations, filings


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A file that arrived, and what became of it."""

    id: int
    name: str
    sha256: str
    kept_as: str
    received_on: date
    unit: str | None
    outcome: str
    reason_code: str | None
    reason: str | None


def put_delivery(
    connection: Connection,
    year: int,
    *,
    name: str,
    sha256: str,
    size: int,
    kept_as: str,
    day: date,
    outcome: str,
    unit: str | None = None,
    reason_code: str | None = None,
    reason: str | None = None,
) -> int | None:
    """Keep that a file arrived; ``None`` where this very file was seen before."""
    values = {
        "year": year,
        "name": name,
        "sha256": sha256,
        "size": size,
        "kept_as": kept_as,
        "received_on": day,
        "unit": unit,
        "outcome": outcome,
        "reason_code": reason_code,
        "reason": reason,
    }
    return add(connection, deliveries, values)


def delivery_records(connection: Connection, year: int) -> list[DeliveryRecord]:
    """All files that arrived in a year, oldest first."""
    return _delivery_rows(connection, select(deliveries).where(deliveries.c.year == year))


def delivery_record(connection: Connection, id: int) -> DeliveryRecord:
    return _delivery_rows(connection, select(deliveries).where(deliveries.c.id == id))[0]


def _delivery_rows(
    connection: Connection, query: Select[tuple[object, ...]]
) -> list[DeliveryRecord]:
    return [
        DeliveryRecord(
            r.id,
            r.name,
            r.sha256,
            r.kept_as,
            r.received_on,
            r.unit,
            r.outcome,
            r.reason_code,
            r.reason,
        )
        for r in connection.execute(query.order_by(deliveries.c.id))
    ]


@dataclass(frozen=True, slots=True)
class FilingRecord:
    """A filing without its content.

    Attributes:
        received_on: the day it counts for; reports and deadlines go by it alone.
        received_at: what the clock (UTC, to the second) said when it was taken in.
    """

    id: int
    year: int
    unit: str
    number: int
    receipt: str
    delivery_id: int
    sha256: str
    received_on: date
    received_at: datetime
    late: bool
    status: str


_HEAD = [c for c in filings.c if c.name != "content"]


def _filing_rows(connection: Connection, query: Select[tuple[object, ...]]) -> list[FilingRecord]:
    return [
        FilingRecord(
            r.id,
            r.year,
            r.unit,
            r.number,
            r.receipt,
            r.delivery_id,
            r.sha256,
            r.received_on,
            r.received_at,
            r.late,
            r.status,
        )
        for r in connection.execute(query)
    ]


def filing_records(connection: Connection, year: int, units: Units = None) -> list[FilingRecord]:
    """All filings of a year (of one department), oldest first."""
    query = select(*_HEAD).where(filings.c.year == year).order_by(filings.c.id)
    query = of_units(query, filings.c.unit, units)
    return _filing_rows(connection, query)


def filing_record(connection: Connection, id: int) -> FilingRecord:
    return _filing_rows(connection, select(*_HEAD).where(filings.c.id == id))[0]


def filed(connection: Connection, id: int) -> Submission:
    """The filing as it was read.

    Raises:
        JixiaoError: a newer program kept it.
    """
    query = select(filings.c.content, filings.c.format).where(filings.c.id == id)
    row = connection.execute(query).one()
    return from_json(row.content, row.format)


def put_filing(
    connection: Connection,
    year: int,
    unit: str,
    *,
    delivery_id: int,
    sha256: str,
    day: date,
    late: bool,
    submission: Submission,
) -> FilingRecord | None:
    """Keep a filing under the department's next number; ``None`` where this content is known."""
    alone(connection, f"filing/{year}/{unit}")  # two at once must not both take the next number
    last = connection.execute(
        select(func.max(filings.c.number)).where(filings.c.year == year, filings.c.unit == unit)
    ).scalar_one()
    number = (last or 0) + 1
    values = {
        "year": year,
        "unit": unit,
        "number": number,
        "receipt": f"{year}-{unit}-{number:02d}",
        "delivery_id": delivery_id,
        "sha256": sha256,
        "received_on": day,
        "received_at": datetime.now(UTC).replace(microsecond=0),
        "late": late,
        "content": to_json(submission),
        "format": FORMAT,
        "status": "received",
    }
    id = add(connection, filings, values)
    return filing_record(connection, id) if id is not None else None


def set_filing_status(connection: Connection, id: int, status: str) -> None:
    connection.execute(update(filings).where(filings.c.id == id).values(status=status))


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """An evaluation without its content."""

    id: int
    filing_id: int
    key: str
    evaluated_on: date
    errors: int
    warnings: int
    advice: int
    total: str | None
    grade: str | None
    annotated: str | None


def put_evaluation(
    connection: Connection,
    filing_id: int,
    *,
    key: str,
    day: date,
    content: bytes,
    errors: int,
    warnings: int,
    advice: int,
    total: str | None,
    grade: str | None,
    annotated: str | None,
    base: str = "",
    rules: str = "{}",
    format: int = 1,
) -> int | None:
    """Keep an evaluation; ``None`` where it is the filing's newest already.

    What was once true may become true again (a pack changed back): then it is kept again.

    Args:
        base: hash of what it was made from but the rules.
        rules: JSON object, each rule's own key by its code.
        format: the shape of the content.
    """
    alone(connection, f"evaluation/{filing_id}")
    last = evaluation_parts(connection, filing_id)
    if last is not None and last.key == key:
        return None
    values = {
        "filing_id": filing_id,
        "key": key,
        "evaluated_on": day,
        "content": content,
        "errors": errors,
        "warnings": warnings,
        "advice": advice,
        "total": total,
        "grade": grade,
        "annotated": annotated,
        "base": base,
        "rules": rules,
        "format": format,
    }
    return add(connection, evaluations, values)


@dataclass(frozen=True, slots=True)
class EvaluationParts:
    """What an evaluation was made from: ``rules`` is a JSON object of rule code → key."""

    id: int
    key: str
    base: str
    rules: str


def evaluation_parts(connection: Connection, filing_id: int) -> EvaluationParts | None:
    """What a filing's newest evaluation was made from."""
    columns = (evaluations.c.id, evaluations.c.key, evaluations.c.base, evaluations.c.rules)
    row = connection.execute(
        select(*columns)
        .where(evaluations.c.filing_id == filing_id)
        .order_by(evaluations.c.id.desc())
        .limit(1)
    ).one_or_none()
    return EvaluationParts(row.id, row.key, row.base, row.rules) if row is not None else None


def evaluation_records(
    connection: Connection, year: int, units: Units = None
) -> dict[int, EvaluationRecord]:
    """The newest evaluation of every filing of a year (of one department), by filing."""
    query = (
        select(*(c for c in evaluations.c if c.name not in {"content", "base", "rules"}))
        .join(filings, filings.c.id == evaluations.c.filing_id)
        .where(filings.c.year == year)
        .order_by(evaluations.c.id)
    )
    query = of_units(query, filings.c.unit, units)
    return {
        r.filing_id: EvaluationRecord(
            r.id,
            r.filing_id,
            r.key,
            r.evaluated_on,
            r.errors,
            r.warnings,
            r.advice,
            r.total,
            r.grade,
            r.annotated,
        )
        for r in connection.execute(query)
    }


def last_changes(connection: Connection) -> tuple[int, ...]:
    """Differs whenever a filing, an evaluation or an officer's decision has been added.

    What counts of a year changes with one of these only.
    """
    columns = (filings.c.id, evaluations.c.id, decisions.c.id)
    return tuple(connection.execute(select(func.max(c))).scalar_one() or 0 for c in columns)


def evaluation_content(connection: Connection, id: int) -> bytes:
    """The evaluation's JSON as it was made."""
    content: bytes = connection.execute(
        select(evaluations.c.content).where(evaluations.c.id == id)
    ).scalar_one()
    return content
