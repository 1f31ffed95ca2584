"""The store: one place that opens transactions and writes down who did what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from jixiao.store.db import alone, looking, open_engine
from jixiao.store.tables import events


@dataclass(frozen=True)
class Store:
    """A bureau's database."""

    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: everything in it happens or nothing does."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for looking only: it never waits for a writer."""
        with looking(self.engine) as connection:
            yield connection

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """On PostgreSQL nobody else is at ``what`` while this lasts, whatever they do to files.

        Look at the database inside: whoever waited here sees what the one before has done.
        SQLite serves one machine, whose limits keep two runs of one stage apart.
        """
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self.engine.begin() as connection:
            alone(connection, what)
            yield

    @contextmanager
    def joined(self) -> Iterator[Store]:
        """A store all of whose looks and writes are one transaction: all of it happens or none."""
        with self.engine.begin() as connection:
            yield _Joined(self.engine, connection)

    def close(self) -> None:
        self.engine.dispose()


@dataclass(frozen=True)
class _Joined(Store):
    """See :meth:`Store.joined`."""

    connection: Connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        yield self.connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self.connection


def open_store(address: str) -> Store:
    """The store at a SQLAlchemy address, with the newest schema."""
    return Store(open_engine(address))


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the event log: ``at`` is the clock's time, ``as_of`` the day worked for."""

    at: datetime
    as_of: date
    actor: str
    year: int
    unit: str | None
    what: str
    detail: dict[str, Any]


def log(
    connection: Connection,
    *,
    year: int,
    as_of: date,
    actor: str,
    what: str,
    unit: str | None = None,
    **detail: object,
) -> None:
    """Add a line to the event log, in the transaction of the deed itself."""
    connection.execute(
        events.insert().values(
            at=datetime.now(UTC),
            as_of=as_of,
            actor=actor,
            year=year,
            unit=unit,
            what=what,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )
    )


def history(connection: Connection, year: int, unit: str | None = None) -> list[Event]:
    """The event log of a year (of one department), oldest first."""
    query = select(events).where(events.c.year == year).order_by(events.c.id)
    if unit is not None:
        query = query.where(events.c.unit == unit)
    return [
        Event(r.at, r.as_of, r.actor, r.year, r.unit, r.what, json.loads(r.detail))
        for r in connection.execute(query)
    ]
