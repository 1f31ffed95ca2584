"""催报 and the outbox: who has not handed in is told, and what waits is sent."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from jixiao.cycle.base import Cycle, Done, Item
from jixiao.cycle.status import Standing, State, standings, summary
from jixiao.cycle.tell import BUREAU, tell
from jixiao.notices import ChannelBook, Delivery, failed, send_due, sent, sweep, waiting
from jixiao.notices.model import Status
from jixiao.notices.outbox import LEASE
from jixiao.policy import Stage
from jixiao.schedule import reminders_due
from jixiao.store.targets import issued_records

#: Which departments a stage's reminder is for, and which message they get.
_LATE: dict[Stage, tuple[frozenset[State], str]] = {
    Stage.TARGETS: (frozenset({State.TARGETS_OPEN, State.TARGETS_RETURNED}), "targets_reminder"),
    Stage.SUBMIT: (frozenset({State.ISSUED, State.RETURNED}), "submit_reminder"),
}


class Reminders:
    """Remind those who have not handed in, and nobody else."""

    id = "remind"
    title = "催报"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            told = {
                (n.recipient, n.kind, n.due)
                for listed in (waiting, sent, failed)
                for n in listed(connection, cycle.year)
            }
        items = []
        for standing in standings(cycle):
            if not standing.department.channels:
                continue  # nobody to tell; the bureau sees it among those it cannot reach
            for stage, day in _reminders(cycle, standing):
                kind = _LATE[stage][1]
                if (standing.department.code, kind, day) not in told:
                    items.append(
                        Item(standing.department.code, standing.department.name, f"{stage}:{day}")
                    )
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        name, _, text = item.key.partition(":")
        stage, day = Stage(name), date.fromisoformat(text)
        standing = next(s for s in standings(cycle) if s.department.code == item.id)
        kind = _LATE[stage][1]
        with cycle.store.begin() as connection:
            if tell(
                cycle, connection, standing.department, stage, kind, due=day,
                missing=[standing.next], workbook=_workbook(cycle, connection, item.id, stage),
            ):  # fmt: skip
                cycle.log(connection, "reminded", item.id, stage=stage.value, due=str(day))
        return Done(item.id, item.name, f"已提醒：{standing.next}")


def _reminders(cycle: Cycle, standing: Standing) -> list[tuple[Stage, date]]:
    return [
        (stage, reminder.due)
        for stage, (states, _) in _LATE.items()
        if standing.state in states
        for reminder in reminders_due(cycle.pack.calendar, stage, cycle.day)
    ]


def _workbook(cycle: Cycle, connection: Connection, unit: str, stage: Stage) -> str:
    """Where the workbook lies that the department is to fill."""
    kind = "targets" if stage is Stage.TARGETS else "evaluation"
    paths = [
        r.path for r in issued_records(connection, cycle.year) if (r.unit, r.kind) == (unit, kind)
    ]
    return str(cycle.settings.deliveries / paths[-1]) if paths else ""


class Digest:
    """Once a day of the year's work the bureau is told who is where and whom nobody can reach."""

    id = "digest"
    title = "每日汇总"

    def due(self, cycle: Cycle) -> list[Item]:
        first, last = cycle.pack.calendar.span
        if not (first <= cycle.day <= last and cycle.pack.channels.bureau):
            return []
        with cycle.store.read() as connection:
            told = any(
                (n.kind, n.due) == ("bureau_digest", cycle.day)
                for listed in (waiting, sent, failed)
                for n in listed(connection, cycle.year)
            )
        return [] if told else [Item("digest", f"{cycle.day} 汇总")]

    def do(self, cycle: Cycle, item: Item) -> Done:
        items = standings(cycle)
        with ChannelBook(cycle.pack.channels, os.environ) as book:
            unreachable = [u.name for u in book.unreachable(cycle.pack.roster)]
        counts = [(state.sentence, count) for state, count in summary(items).items()]
        with cycle.store.begin() as connection:
            tell(
                cycle, connection, BUREAU, Stage.REVIEW, "bureau_digest", counts=counts,
                overdue=[s.department.name for s in items if s.overdue],
                unreachable=unreachable,
            )  # fmt: skip
        return Done(item.id, item.name, f"已汇总 {len(items)} 个单位")


class Outbox:
    """Send what waits in the outbox; a row of the outbox is one message to one channel."""

    id = "notify"
    title = "发送通知"

    def due(self, cycle: Cycle) -> list[Item]:
        """One item for everything that can go now; what has no channel is not due but listed."""
        now = datetime.now(UTC)
        with cycle.store.read() as connection:
            entries = waiting(connection, cycle.year)
        with ChannelBook(cycle.pack.channels, os.environ) as book:
            ready = [
                e
                for e in entries
                if book.channel(e.channel) is not None
                and (e.next_attempt is None or e.next_attempt <= now)
                and (e.status is Status.WAITING or e.updated <= now - LEASE)
            ]
        return [Item("outbox", f"{len(ready)} 条通知")] if ready else []

    def do(self, cycle: Cycle, item: Item) -> Done:
        now = datetime.now(UTC)
        sweep(cycle.store.engine, now)
        with ChannelBook(cycle.pack.channels, os.environ) as book:
            delivery = send_due(cycle.store.engine, book, now)
        return Done(item.id, item.name, _sentence(delivery))


def _sentence(delivery: Delivery) -> str:
    counts = {
        "已交出": delivery.sent,
        "稍后再试": delivery.postponed,
        "未能送达": delivery.refused,
        "结果不明": delivery.unknown,
        "没有可用渠道": delivery.held,
    }
    said = "，".join(f"{name} {count} 条" for name, count in counts.items() if count)
    reasons = "；".join(delivery.reasons)
    return (said or "没有要发的") + (f"（{reasons}）" if reasons else "")
