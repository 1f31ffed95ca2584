"""One message rather than ten where one person is to be told the same of ten departments.

Notices are queued one a department, so that what each is about stays in the outbox. Before
they leave, those that wait for the same person, at the same address, of the same kind are said
in one message; the rows they were say in which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, update

from jixiao.notices.channels.book import ChannelBook
from jixiao.notices.model import Kind, Notice, Status, message_id
from jixiao.notices.outbox.box import put
from jixiao.notices.text.render import BODY_LENGTH, render
from jixiao.policy.model import Roster
from jixiao.store.tables import outbox

#: What a message needs besides its items: title, greeting, next step, whom to call.
_FRAME = 1_000  # characters
_BYTES = 3  # UTF-8 bytes of a Chinese character


def merge_waiting(
    engine: Engine,
    book: ChannelBook,
    roster: Roster,
    year: int,
    now: datetime,
    context: Mapping[str, Any],
) -> int:
    """Put together what waits for one person; returns how many notices went into others.

    Only notices that were never tried are looked at, so a message that may have arrived is
    never said again in another one.

    Args:
        context: what the message needs besides its items: year, bureau, how to hand in.
    """
    person = _people(roster)
    names = {d.code: d.name for d in roster.departments}
    count = 0
    with engine.begin() as connection:
        groups: dict[tuple[str, ...], list[RowMapping]] = {}
        for row in _mergeable(connection, year):
            channel = book.channel(row["channel"])
            if channel is not None:
                key = (person(row), book.end(row["channel"]), row["kind"], row["stage"])
                groups.setdefault(key, []).append(row)
        for rows in groups.values():
            for chunk in _chunks(rows, _room(book, rows[0]["channel"])):
                if len(chunk) > 1:
                    _merge(connection, book, chunk, names, now, context)
                    count += len(chunk)
    return count


def _mergeable(connection: Connection, year: int) -> Sequence[RowMapping]:
    columns = [c for c in outbox.c if c.name not in ("title", "body")]  # long, and not needed
    query = (
        select(*columns)
        .where(
            outbox.c.year == year,
            outbox.c.status == Status.WAITING,
            outbox.c.attempts == 0,
            outbox.c.brief.is_not(None),
        )
        .order_by(outbox.c.id)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).mappings().all()


def _people(roster: Roster) -> Callable[[RowMapping], str]:
    """Who reads a notice: the same name and telephone is the same person."""
    known = {d.code: f"{d.contact}|{d.phone}" for d in roster.departments if d.contact}

    def person(row: RowMapping) -> str:
        recipient: str = row["recipient"]
        return known.get(recipient, recipient)

    return person


def _room(book: ChannelBook, channel: str) -> int:
    """Characters of items that fit into one message of this channel."""
    found = book.channel(channel)
    room = found.room // _BYTES if found else BODY_LENGTH
    return max(_FRAME // 5, min(BODY_LENGTH, room) - min(_FRAME, room // 2))


def _chunks(rows: Iterable[RowMapping], room: int) -> Iterable[list[RowMapping]]:
    """Rows in the order they were queued, as many a message as it can hold."""
    chunk: list[RowMapping] = []
    used = 0
    for row in rows:
        length = len(row["brief"]) + 50  # number and name
        if chunk and used + length > room:
            yield chunk
            chunk, used = [], 0
        chunk.append(row)
        used += length
    if chunk:
        yield chunk


def _merge(
    connection: Connection,
    book: ChannelBook,
    rows: list[RowMapping],
    names: Mapping[str, str],
    now: datetime,
    context: Mapping[str, Any],
) -> None:
    first = rows[0]
    kind = Kind(first["kind"])
    items = [{"name": names.get(_about(r), _about(r)), "line": r["brief"]} for r in rows]
    given = {**context, "about": kind.value, "what": kind.chinese, "items": items}
    title, body = render(Kind.CONTACT_DIGEST, given, book.format(first["channel"]))
    notice = Notice(
        year=first["year"],
        stage=first["stage"],
        recipient=first["recipient"],
        kind=Kind.CONTACT_DIGEST.value,
        due=max(r["due"] for r in rows),
        # By what is in it: other notices for the same day make another message.
        subject=hashlib.sha256("".join(map(_id, rows)).encode()).hexdigest(),
        channel=first["channel"],
        title=title,
        body=body,
    )
    put(connection, [notice], now)
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([r["id"] for r in rows]))
        .values(status=Status.MERGED, merged_into=notice.id, updated=now)
    )


def _about(row: RowMapping) -> str:
    """Unit code of the department a notice is about."""
    about: str = row["subject"] if row["kind"] == Kind.ESCALATION else row["recipient"]
    return about


def _id(row: RowMapping) -> str:
    return message_id(
        row["year"],
        row["stage"],
        row["recipient"],
        row["kind"],
        row["due"],
        row["subject"],
        row["channel"],
    )
