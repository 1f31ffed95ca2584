"""The outbox: every notice is put in once; what is in it can be listed and taken up again.

Sending is in :mod:`jixiao.notices.outbox.delivery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, case, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from jixiao.notices.model import Notice, Status, message_id
from jixiao.store.tables import outbox

#: Rows a statement: a row has 15 values and SQLite takes 32,766 a statement.
_ROWS = 500

#: A sender that has not reported for this long is taken for dead. A batch of slow
#: services takes a few minutes at most.
LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice as it stands in the outbox; without its text, which may be long.

    Attributes:
        attempts: times it was tried.
        next_attempt: not before this moment; ``None``: at once.
        last_error: what came of the last attempt, or why there was none; ``""`` if all is well.
        updated: when it last changed.
        merged_into: message id of the notice that says this one too, ``""`` if none does.
    """

    id: int
    year: int
    stage: str
    recipient: str
    kind: str
    due: date
    subject: str
    channel: str
    title: str
    status: Status
    attempts: int
    next_attempt: datetime | None
    last_error: str
    updated: datetime
    merged_into: str = ""

    @property
    def message_id(self) -> str:
        """The id that stands in the message itself."""
        return message_id(
            self.year, self.stage, self.recipient, self.kind, self.due, self.subject, self.channel
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice in the outbox is about, whatever became of it."""

    stage: str
    recipient: str
    kind: str
    due: date
    subject: str


def put(connection: Connection, notices: Sequence[Notice], now: datetime | None = None) -> int:
    """Queue notices; one whose key is there already is left as it is, whatever its state.

    Args:
        connection: inside the transaction of the deed the notices tell of.
        now: the moment to record, the clock's unless said otherwise.

    Returns:
        How many are new.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    moment = now or datetime.now(UTC)
    new = 0
    for start in range(0, len(notices), _ROWS):
        rows = [_row(notice, moment) for notice in notices[start : start + _ROWS]]
        insert = dialect.insert(outbox).values(rows).on_conflict_do_nothing()
        new += len(connection.execute(insert.returning(outbox.c.id)).all())
    return new


def sweep(
    engine: Engine,
    now: datetime,
    *,
    older_than: timedelta = LEASE,
    resend: bool = False,
    max_attempts: int = 6,
    year: int | None = None,
) -> int:
    """Turn rows a dead sender left in ``sending`` into ``unknown``.

    Args:
        older_than: how long a row must have been in ``sending``; living senders are quicker.
        resend: queue every unknown row again. The receiver may get it twice and can tell by
            the message's id.
        max_attempts: an unknown row tried this often is left as it is.
        year: rows of this year alone.

    Returns:
        How many rows became unknown.
    """
    mine = true() if year is None else outbox.c.year == year
    with engine.begin() as connection:
        found = connection.execute(
            update(outbox)
            .where(outbox.c.status == Status.SENDING, outbox.c.updated <= now - older_than, mine)
            .values(
                status=Status.UNKNOWN,
                updated=now,
                next_attempt=None,
                last_error="发送途中程序中断，是否送达不明。",
            )
        )
        if resend:
            connection.execute(
                update(outbox)
                .where(outbox.c.status == Status.UNKNOWN, outbox.c.attempts < max_attempts, mine)
                .values(status=Status.WAITING, next_attempt=None, updated=now)
            )
    return int(found.rowcount)


def send_failed_again(engine: Engine, ids: Sequence[int], now: datetime) -> int:
    """Queue refused and unknown rows again, at somebody's word; returns how many.

    A refused row starts counting its attempts anew.
    """
    given_up = outbox.c.status == Status.REFUSED
    with engine.begin() as connection:
        changed = connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(ids), outbox.c.status.in_([Status.REFUSED, Status.UNKNOWN]))
            .values(
                status=Status.WAITING,
                attempts=case((given_up, 0), else_=outbox.c.attempts),
                next_attempt=None,
                updated=now,
            )
        )
    return int(changed.rowcount)


def waiting(connection: Connection, year: int | None = None) -> list[Entry]:
    """What is still to go out or under way; ``last_error`` says what keeps it."""
    return _listed(connection, year, Status.WAITING, Status.SENDING)


def sent(connection: Connection, year: int | None = None) -> list[Entry]:
    """What the services took. Whether anybody read it cannot be known."""
    return _listed(connection, year, Status.SENT)


def failed(connection: Connection, year: int | None = None) -> list[Entry]:
    """What was refused for good and what may or may not have arrived."""
    return _listed(connection, year, Status.REFUSED, Status.UNKNOWN)


def merged(connection: Connection, year: int | None = None) -> list[Entry]:
    """What was said in another notice; ``merged_into`` says in which."""
    return _listed(connection, year, Status.MERGED)


def told(connection: Connection, year: int, *kinds: str, recipient: str | None = None) -> set[Told]:
    """What the outbox holds of these kinds (for one recipient) in any state: it is queued or
    sent and not again."""
    columns = (outbox.c.stage, outbox.c.recipient, outbox.c.kind, outbox.c.due, outbox.c.subject)
    query = select(*columns).where(outbox.c.year == year, outbox.c.kind.in_(kinds)).distinct()
    if recipient is not None:
        query = query.where(outbox.c.recipient == recipient)
    return {Told(*row) for row in connection.execute(query)}


def entries(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """The rows with these numbers, those that are there."""
    return _read(connection, outbox.c.id.in_(ids))


def _listed(connection: Connection, year: int | None, *statuses: Status) -> list[Entry]:
    wanted = outbox.c.status.in_(statuses)
    return _read(connection, wanted if year is None else wanted & (outbox.c.year == year))


def _read(connection: Connection, wanted: ColumnElement[bool]) -> list[Entry]:
    columns = [c for c in outbox.c if c.name not in ("body", "brief")]
    query = select(*columns).where(wanted).order_by(outbox.c.id)
    return [
        Entry(
            **{
                **row,
                "status": Status(row["status"]),
                "last_error": row["last_error"] or "",
                "merged_into": row["merged_into"] or "",
            }
        )
        for row in connection.execute(query).mappings()
    ]


def _row(notice: Notice, moment: datetime) -> dict[str, object]:
    return {
        "year": notice.year,
        "stage": notice.stage,
        "recipient": notice.recipient,
        "kind": notice.kind,
        "due": notice.due,
        "subject": notice.subject,
        "channel": notice.channel,
        "title": notice.title,
        "body": notice.body,
        "brief": notice.brief or None,
        "status": Status.WAITING,
        "attempts": 0,
        "updated": moment,
    }
