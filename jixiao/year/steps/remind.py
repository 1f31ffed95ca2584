"""催报 and the outbox: who has not handed in is told, and what waits is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from jixiao.notices import (
    ESCALATION,
    ChannelBook,
    Delivery,
    Told,
    merge_waiting,
    open_book,
    ready,
    send_due,
    sweep,
    told,
)
from jixiao.policy import Stage, Window
from jixiao.policy.schedule import holds_back, reminders_due, reminders_reached
from jixiao.store.targets import issued_records
from jixiao.year.base import Cycle, Done, Item
from jixiao.year.deadlines import Granted, granted, own_window
from jixiao.year.notify import frame, queue_notice
from jixiao.year.queries.status import Standing, State, each_standing, standing

#: Who is to be reminded, of which stage's closing date, and by which message.
LATE: dict[State, tuple[Stage, str]] = {
    State.TARGETS_OPEN: (Stage.TARGETS, "targets_reminder"),
    State.TARGETS_RETURNED: (Stage.TARGETS, "targets_reminder"),
    State.ISSUED: (Stage.SUBMIT, "submit_reminder"),
    State.RETURNED: (Stage.REVIEW, "correction_reminder"),
}


@dataclass(frozen=True, slots=True)
class Late:
    """A department that has something to hand in, with the window it has for it."""

    standing: Standing
    stage: Stage
    kind: str
    window: Window

    def counts(self, day: date) -> bool:
        """Whether a reminder of this day is for it: not one of before it got where it is."""
        return self.standing.since is None or day > self.standing.since


def late(cycle: Cycle) -> Iterator[Late]:
    """Everybody whose turn it is, whether or not the closing date has come."""
    with cycle.store.read() as connection:
        given = granted(connection, cycle.year)
    found = (_late(cycle, given, each) for each in each_standing(cycle))
    return (each for each in found if each is not None)


def late_one(cycle: Cycle, unit: str) -> Late | None:
    """One department, ``None`` where it is not its turn."""
    with cycle.store.read() as connection:
        given = granted(connection, cycle.year, unit)
    return _late(cycle, given, standing(cycle, cycle.department(unit)))


def _late(cycle: Cycle, given: Granted, where: Standing) -> Late | None:
    if where.state not in LATE:
        return None
    stage, kind = LATE[where.state]
    window = own_window(cycle.pack.calendar, given, where.department.code, stage)
    return Late(where, stage, kind, window)


class Reminders:
    """Remind those who have not handed in, and nobody else."""

    id = "remind"
    title = "催报"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            known = told(connection, cycle.year, *(kind for _, kind in LATE.values()))
        items = []
        for each in late(cycle):
            department = each.standing.department
            if not department.channels:
                continue  # nobody to tell; the bureau sees it among those it cannot reach
            for reminder in reminders_due(cycle.pack.calendar, each.stage, cycle.day, each.window):
                this = Told(each.stage.value, department.code, each.kind, reminder.due, "")
                if each.counts(reminder.due) and this not in known:
                    key = f"{each.stage}:{reminder.due}"
                    items.append(Item(department.code, department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        name, _, text = item.key.partition(":")
        day = date.fromisoformat(text)
        each = late_one(cycle, item.id)
        if each is None or each.stage != name:
            return Done(item.id, item.name, "已经报送，不用提醒")
        with cycle.store.begin() as connection:
            if queue_notice(
                cycle,
                connection,
                each.standing.department,
                each.stage,
                each.kind,
                due=day,
                **_what_is_missing(cycle, connection, each),
            ):
                cycle.log(connection, "reminded", item.id, stage=name, due=str(day))
        return Done(item.id, item.name, f"已提醒：{each.standing.next}")


def _what_is_missing(cycle: Cycle, connection: Connection, each: Late) -> dict[str, Any]:
    """What the message says is still to come, and where the file to fill lies."""
    unit = each.standing.department.code
    if each.stage is Stage.REVIEW:
        evaluation = each.standing.evaluation
        annotated = evaluation.annotated if evaluation else None
        return {
            "todo": each.standing.next,
            "annotated": cycle.settings.link(annotated) if annotated else "",
        }
    kind = "targets" if each.stage is Stage.TARGETS else "evaluation"
    paths = [r.path for r in issued_records(connection, cycle.year, unit) if r.kind == kind]
    return {
        "missing": [f"{f.id} {cycle.pack.title(f.title)}" for f in cycle.pack.forms.values()],
        "workbook": cycle.settings.link(paths[-1]) if paths else "",
    }


class Escalations:
    """Tell named people once where reminding did not help."""

    id = "escalate"
    title = "上报负责人"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.pack.channels.escalate is None:
            return []
        with cycle.store.read() as connection:
            known = told(connection, cycle.year, "escalation")
            reminded = _by_recipient(
                told(connection, cycle.year, *(kind for _, kind in LATE.values()))
            )
        done = {(n.stage, n.subject) for n in known}
        return [
            Item(each.standing.department.code, each.standing.department.name, each.stage.value)
            for each in late(cycle)
            if (each.stage.value, each.standing.department.code) not in done
            and _times(cycle, each, reminded.get(each.standing.department.code, []))
            >= cycle.pack.channels.escalate.after
        ]

    def do(self, cycle: Cycle, item: Item) -> Done:
        each = late_one(cycle, item.id)
        if each is None or each.stage != item.key:
            return Done(item.id, item.name, "已经报送，不用上报")
        with open_book(cycle.pack.channels) as book:
            silent = {u.recipient for u in book.unreachable(cycle.pack.roster)}
        with cycle.store.begin() as connection:
            times = _times(cycle, each, told(connection, cycle.year, each.kind, recipient=item.id))
            if queue_notice(
                cycle,
                connection,
                ESCALATION,
                each.stage,
                "escalation",
                subject=item.id,
                unit=each.standing.department,
                window=each.window,
                times=times,
                reached=item.id not in silent,
                state=each.standing.state.sentence,
            ):
                cycle.log(connection, "escalated", item.id, stage=each.stage.value, times=times)
        return Done(item.id, item.name, f"提醒 {times} 次仍未办，已告诉负责人")


def _by_recipient(told: Iterable[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for each in told:
        found.setdefault(each.recipient, []).append(each)
    return found


def _times(cycle: Cycle, each: Late, reminded: Iterable[Told]) -> int:
    """How often it was reminded; where nobody can be told, how often it would have been.

    Args:
        reminded: what it was told.
    """
    if each.standing.department.channels:
        return sum(1 for n in reminded if n.kind == each.kind and each.counts(n.due))
    reached = reminders_reached(cycle.pack.calendar, each.stage, cycle.day, each.window)
    return len({r.due for r in reached if each.counts(r.due)})


def _clock() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Send what waits in the outbox; a row of the outbox is one message to one channel.

    Args:
        clock: the moment (aware). Quiet hours go by it where the work is done for its day.
    """

    id = "notify"
    title = "发送通知"

    def __init__(self, clock: Callable[[], datetime] = _clock) -> None:
        self._clock = clock

    def due(self, cycle: Cycle) -> list[Item]:
        """One item for everything that can go now; what has no channel is not due but listed."""
        now = self._clock()
        if holds_back(cycle.pack.calendar, cycle.day, now):
            return []
        with open_book(cycle.pack.channels) as book, cycle.store.read() as connection:
            count = ready(connection, book, now, year=cycle.year, resend=_resends(cycle))
        return [Item("outbox", f"{count} 条通知")] if count else []

    def do(self, cycle: Cycle, item: Item) -> Done:
        now = self._clock()
        if holds_back(cycle.pack.calendar, cycle.day, now):
            return Done(item.id, item.name, "现在是不打扰的时段，到时再发")
        engine, policy = cycle.store.engine, cycle.pack.channels
        sweep(engine, now, resend=_resends(cycle), year=cycle.year)
        with open_book(policy) as book:
            merged = _merge(cycle, book, now) if policy.digest_per_contact else 0
            delivery = send_due(engine, book, now, year=cycle.year)
        return Done(item.id, item.name, _sentence(delivery, merged))


def _resends(cycle: Cycle) -> bool:
    return cycle.pack.channels.resend_unknown


def _merge(cycle: Cycle, book: ChannelBook, now: datetime) -> int:
    return merge_waiting(cycle.store.engine, book, cycle.pack.roster, cycle.year, now, frame(cycle))


def _sentence(delivery: Delivery, merged: int) -> str:
    counts = {
        "已并入别的通知": merged,
        "已交出": delivery.sent,
        "稍后再试": delivery.postponed,
        "未能送达": delivery.refused,
        "结果不明": delivery.unknown,
        "没有可用渠道": delivery.held,
    }
    said = "，".join(f"{name} {count} 条" for name, count in counts.items() if count)
    reasons = "；".join(delivery.reasons)
    return (said or "没有要发的") + (f"（{reasons}）" if reasons else "")
