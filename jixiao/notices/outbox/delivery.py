"""Sending what the outbox holds.

A sender claims rows in one transaction, hands them over outside any, and records what came of
it in another. So two senders never send the same row, and no lock is held while a service
takes its time. A crash in between leaves rows in ``sending``; nobody can know whether those
arrived, so ``sweep`` calls them unknown. The same where a connection broke before the answer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)

from jixiao.notices.channels.book import Channel, ChannelBook
from jixiao.notices.channels.outcomes import Outcome
from jixiao.notices.model import Status, message_id
from jixiao.notices.outbox.box import LEASE
from jixiao.store.tables import outbox

#: What to wait after the first, second, … failed attempt; the last one repeats.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(days=1),
)

#: After this many failed attempts a row is given up.
MAX_ATTEMPTS = 6

#: Rows claimed at a time for each worker.
_CLAIM = 8

#: Seconds of a paced channel's work claimed at a time.
_AHEAD = 5.0

#: Channels served at the same time.
_CHANNELS = 64


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

    def add(self, other: Delivery) -> None:
        """Count another one's rows too."""
        self.sent += other.sent
        self.postponed += other.postponed
        self.refused += other.refused
        self.unknown += other.unknown
        self.held += other.held
        self.reasons.update(other.reasons)


def send_due(
    engine: Engine,
    channels: ChannelBook,
    now: datetime,
    *,
    year: int | None = None,
    only: Collection[str] | None = None,
    max_workers: int | None = None,
    limit: int | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> Delivery:
    """Hand over everything that is due, each row once.

    Every channel goes its own way: with as many workers as the pack gives it, at the pace the
    pack or the service sets (many messages to one chat robot take their time, some 20 a
    minute). A service in trouble is left alone, with all its rows, for a minute or as long as
    it asks. Rows of a channel that is not configured stay waiting and say so. Several senders
    may run at once.

    Args:
        now: the moment the work is done for (aware); times of further attempts count from it.
        year: the year whose pack the channels are from; rows of other years are left alone.
        only: names of channels; rows of others are left alone.
        max_workers: workers of a channel at most, whatever the pack says.
        limit: rows to try at most.
        max_attempts: after this many failed attempts a row is given up.
    """
    delivery = Delivery()
    wanted = _of(year) if only is None else _of(year) & outbox.c.channel.in_(only)
    usable = _usable(engine, channels, now, wanted, delivery)
    budget = _Budget(limit)
    with ThreadPoolExecutor(max(1, min(len(usable), _CHANNELS))) as pool:
        runs = [
            pool.submit(
                _drain,
                engine,
                channel,
                now,
                year,
                budget,
                min(channel.workers, max_workers or channel.workers),
                max_attempts,
            )
            for channel in usable.values()
        ]
        for run in runs:
            delivery.add(run.result())
    return delivery


def ready(
    connection: Connection,
    channels: ChannelBook,
    now: datetime,
    *,
    year: int | None = None,
    resend: bool = False,
    max_attempts: int = MAX_ATTEMPTS,
) -> int:
    """How many rows can go out now; those of channels that are not configured cannot.

    Args:
        resend: also those that may or may not have arrived, see :func:`sweep`.
    """
    status, due = outbox.c.status, _due(now)
    kinds = [
        (status == Status.WAITING) & due,
        (status == Status.SENDING) & due & (outbox.c.updated <= now - LEASE),
    ]
    if resend:
        kinds.append((status == Status.UNKNOWN) & (outbox.c.attempts < max_attempts))
    counts = select(outbox.c.channel, func.count()).where(_of(year), or_(*kinds))
    found = connection.execute(counts.group_by(outbox.c.channel)).all()
    return sum(count for name, count in found if channels.channel(name) is not None)


class _Budget:
    """How many rows may still be tried, shared by all channels."""

    def __init__(self, limit: int | None) -> None:
        self._left = limit
        self._lock = threading.Lock()

    def take(self, wanted: int) -> int:
        with self._lock:
            if self._left is None:
                return wanted
            taken = min(wanted, self._left)
            self._left -= taken
            return taken

    def give_back(self, count: int) -> None:
        with self._lock:
            if self._left is not None:
                self._left += count


def _drain(
    engine: Engine,
    channel: Channel,
    now: datetime,
    year: int | None,
    budget: _Budget,
    workers: int,
    max_attempts: int,
) -> Delivery:
    """Send what waits for one channel until nothing is due there."""
    delivery = Delivery()
    with ThreadPoolExecutor(workers) as pool:
        while size := budget.take(_batch(channel, workers)):
            time.sleep(channel.rest())  # before claiming: a row in sending is one on its way
            rows = _claim(engine, channel.name, now, year, size)
            budget.give_back(size - len(rows))
            if not rows:
                break
            outcomes = list(pool.map(lambda row: _hand_over(row, channel), rows))
            _record(engine, rows, outcomes, now, max_attempts, delivery)
            _spare_troubled(engine, channel.name, outcomes, now, year)
    return delivery


def _batch(channel: Channel, workers: int) -> int:
    """Rows to claim at a time: few, because a crash makes them all unknown."""
    if not channel.interval:
        return _CLAIM * workers
    return max(1, min(_CLAIM * workers, int(_AHEAD / channel.interval)))


def _usable(
    engine: Engine,
    channels: ChannelBook,
    now: datetime,
    wanted: ColumnElement[bool],
    delivery: Delivery,
) -> dict[str, Channel]:
    """The configured channels that have waiting rows; rows of the others get the reason."""
    usable: dict[str, Channel] = {}
    waiting = (outbox.c.status == Status.WAITING) & wanted
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


def _of(year: int | None) -> ColumnElement[bool]:
    return true() if year is None else outbox.c.year == year


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(outbox.c.next_attempt.is_(None), outbox.c.next_attempt <= now)


def _claim(
    engine: Engine, channel: str, now: datetime, year: int | None, size: int
) -> Sequence[RowMapping]:
    """Take up to ``size`` due rows of a channel, oldest first."""
    chosen = (
        select(outbox.c.id)
        .where(
            outbox.c.status == Status.WAITING,
            _due(now),
            outbox.c.channel == channel,
            _of(year),
        )
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


def _hand_over(row: RowMapping, channel: Channel) -> Outcome:
    identity = message_id(
        row["year"],
        row["stage"],
        row["recipient"],
        row["kind"],
        row["due"],
        row["subject"],
        row["channel"],
    )
    return channel.send(row["title"], row["body"], identity)


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
    engine: Engine, channel: str, outcomes: Sequence[Outcome], now: datetime, year: int | None
) -> None:
    """Leave a channel in trouble alone, with every row that waits for it.

    For as long as its service asked, else for a minute: a server that is down or silent would
    use up an attempt of every row, one time limit after the other.
    """
    waits = [
        outcome.retry_after or BACKOFF[0]
        for outcome in outcomes
        if outcome.kind in ("temporary", "technical")
    ]
    if not waits:
        return
    until = now + max(waits)
    sooner = or_(outbox.c.next_attempt.is_(None), outbox.c.next_attempt < until)
    with engine.begin() as connection:
        connection.execute(
            update(outbox)
            .where(
                outbox.c.status == Status.WAITING, outbox.c.channel == channel, sooner, _of(year)
            )
            .values(next_attempt=until)
        )
