"""Sending what the outbox holds.

A sender claims rows in one transaction, hands them over outside any, and records what came of
it in another. So two senders never send the same row, and no lock is held while a service
takes its time. A crash in between leaves rows in ``sending``; nobody can know whether those
arrived, so ``sweep`` calls them unknown. The same where a connection broke before the answer.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, RowMapping, bindparam, func, or_, select, update

from jixiao.notices.channels import Channel, ChannelBook
from jixiao.notices.model import Status, message_id
from jixiao.notices.outcomes import Outcome
from jixiao.store.tables import outbox

#: What to wait after the first, second, … failed attempt; the last one repeats.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(days=1),
)

#: Rows claimed at a time for each worker: few, because a crash makes them all unknown.
_CLAIM = 8


@dataclass(slots=True)
class Delivery:
    """What one call of :func:`send_due` did, in rows.

    Attributes:
        sent: taken by the service.
        postponed: failed for now, to be tried again.
        refused: given up.
        unknown: may have arrived; not tried again.
        held: waiting for a channel that is not configured.
        reasons: sentence → how often, for everything that was not sent.
    """

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    unknown: int = 0
    held: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def tried(self) -> int:
        return self.sent + self.postponed + self.refused + self.unknown


def send_due(
    engine: Engine,
    channels: ChannelBook,
    now: datetime,
    *,
    max_workers: int = 4,
    limit: int | None = None,
    max_attempts: int = 6,
) -> Delivery:
    """Hand over everything that is due, each row once.

    A service that sets a pace is waited for, so many messages to one chat robot take their
    time (some 20 a minute); other channels go on meanwhile. A service in trouble is left
    alone, with all its rows, for a minute or as long as it asks. Rows of a channel that is
    not configured stay waiting and say so. Several senders may run at once.

    Args:
        now: the moment the work is done for (aware); times of further attempts count from it.
        limit: rows to try at most.
        max_attempts: after this many failed attempts a row is given up.
    """
    delivery = Delivery()
    usable = _usable(engine, channels, now, delivery)
    with ThreadPoolExecutor(max_workers) as pool:
        while usable and (limit is None or delivery.tried < limit):
            size = _CLAIM * max_workers
            if limit is not None:
                size = min(size, limit - delivery.tried)
            rows = _claim(engine, usable, now, size)
            if not rows:
                pause = _pause(engine, usable, now)
                if pause is None:
                    break
                time.sleep(max(pause, 0.05))  # 0 where another sender is just claiming them
                continue
            outcomes = list(pool.map(lambda row: _hand_over(row, usable), rows))
            _record(engine, rows, outcomes, now, max_attempts, delivery)
            _spare_troubled(engine, rows, outcomes, now)
    return delivery


def _usable(
    engine: Engine, channels: ChannelBook, now: datetime, delivery: Delivery
) -> dict[str, Channel]:
    """The configured channels that have waiting rows; rows of the others get the reason."""
    usable: dict[str, Channel] = {}
    waiting = outbox.c.status == Status.WAITING
    with engine.begin() as connection:
        counts = select(outbox.c.channel, func.count()).where(waiting).group_by(outbox.c.channel)
        for name, count in connection.execute(counts).all():
            channel = channels.channel(name)
            if channel is not None:
                usable[name] = channel
                continue
            reason = channels.problem(name) or ""
            delivery.held += count
            delivery.reasons[reason] += count
            connection.execute(
                update(outbox)
                .where(waiting, outbox.c.channel == name)
                .where(or_(outbox.c.last_error.is_(None), outbox.c.last_error != reason))
                .values(last_error=reason, updated=now)
            )
    return usable


def _due(now: datetime) -> ColumnElement[bool]:
    return (outbox.c.status == Status.WAITING) & (
        outbox.c.next_attempt.is_(None) | (outbox.c.next_attempt <= now)
    )


def _claim(
    engine: Engine, usable: dict[str, Channel], now: datetime, size: int
) -> Sequence[RowMapping]:
    """Take up to ``size`` due rows: any number of a free channel, one of a paced one at rest."""
    free = [name for name, channel in usable.items() if not channel.interval]
    rested = [name for name, c in usable.items() if c.interval and not c.rest()]
    first = (
        select(func.min(outbox.c.id))
        .where(_due(now), outbox.c.channel.in_(rested))
        .group_by(outbox.c.channel)
    )
    chosen = (
        select(outbox.c.id)
        .where(_due(now), or_(outbox.c.channel.in_(free), outbox.c.id.in_(first)))
        .order_by(outbox.c.id)
        .limit(size)
        # Another sender's rows are passed over (SQLite has one writer at a time anyway).
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    with engine.begin() as connection:
        return (
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(select(chosen.c.id)), outbox.c.status == Status.WAITING)
                .values(status=Status.SENDING, attempts=outbox.c.attempts + 1, updated=now)
                .returning(outbox)
            )
            .mappings()
            .all()
        )


def _pause(engine: Engine, usable: dict[str, Channel], now: datetime) -> float | None:
    """Seconds until a paced channel with due rows may send again; ``None``: nothing is due."""
    with engine.connect() as connection:
        names = connection.scalars(select(outbox.c.channel).where(_due(now)).distinct()).all()
    return min((usable[name].rest() for name in names if name in usable), default=None)


def _hand_over(row: RowMapping, usable: dict[str, Channel]) -> Outcome:
    identity = message_id(
        row["year"],
        row["stage"],
        row["recipient"],
        row["kind"],
        row["due"],
        row["subject"],
        row["channel"],
    )
    return usable[row["channel"]].send(row["title"], row["body"], identity)


def _record(
    engine: Engine,
    rows: Sequence[RowMapping],
    outcomes: Sequence[Outcome],
    now: datetime,
    max_attempts: int,
    delivery: Delivery,
) -> None:
    changes = []
    for row, outcome in zip(rows, outcomes, strict=True):
        status, detail, again = _settle(row["attempts"], outcome, now, max_attempts)
        changes.append(
            {
                "this": row["id"],
                # A row that was swept and claimed anew meanwhile belongs to another sender.
                "attempt": row["attempts"],
                "new_status": status,
                "new_error": detail,
                "again": again,
            }
        )
        name = "postponed" if status is Status.WAITING else status.value
        setattr(delivery, name, getattr(delivery, name) + 1)
        if detail:
            delivery.reasons[detail] += 1
    with engine.begin() as connection:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == bindparam("this"), outbox.c.attempts == bindparam("attempt"))
            .values(
                status=bindparam("new_status"),
                last_error=bindparam("new_error"),
                next_attempt=bindparam("again"),
                updated=now,
            ),
            changes,
        )


def _settle(
    attempts: int, outcome: Outcome, now: datetime, max_attempts: int
) -> tuple[Status, str | None, datetime | None]:
    """Status, last error and time of the next attempt after an attempt's outcome."""
    if outcome.kind == "handed_over":
        return Status.SENT, None, None
    if outcome.doubtful:
        return Status.UNKNOWN, f"技术故障：{outcome.detail}", None
    if outcome.kind == "permanent":
        return Status.REFUSED, f"永久失败：{outcome.detail}", None
    sort = "暂时失败" if outcome.kind == "temporary" else "技术故障"
    if attempts >= max_attempts:
        return Status.REFUSED, f"{sort}：{outcome.detail}已试 {attempts} 次，不再重发。", None
    wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    return (
        Status.WAITING,
        f"{sort}：{outcome.detail}",
        now + max(wait, outcome.retry_after or timedelta()),
    )


def _spare_troubled(
    engine: Engine, rows: Sequence[RowMapping], outcomes: Sequence[Outcome], now: datetime
) -> None:
    """Leave a channel in trouble alone, with every row that waits for it.

    For as long as its service asked, else for a minute: a server that is down or silent would
    use up an attempt of every row, one time limit after the other.
    """
    until: dict[str, datetime] = {}
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome.kind in ("temporary", "technical"):
            wait = now + (outcome.retry_after or BACKOFF[0])
            until[row["channel"]] = max(wait, until.get(row["channel"], wait))
    with engine.begin() as connection:
        for channel, moment in until.items():
            sooner = or_(outbox.c.next_attempt.is_(None), outbox.c.next_attempt < moment)
            connection.execute(
                update(outbox)
                .where(outbox.c.status == Status.WAITING, outbox.c.channel == channel, sooner)
                .values(next_attempt=moment)
            )
