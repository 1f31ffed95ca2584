"""Put a notice into the outbox, in the transaction of the deed it tells of."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from jixiao.notices import BUREAU, ESCALATION, OPERATORS, Notice, brief, put, render
from jixiao.notices.channels.secrets import hide
from jixiao.policy import Department, Stage
from jixiao.year.base import Cycle
from jixiao.year.deadlines import granted, own_window
from jixiao.year.deliver import guide_for_all, guide_of


def queue_notice(
    cycle: Cycle,
    connection: Connection,
    to: Department | str,
    stage: Stage,
    kind: str,
    *,
    subject: str = "",
    due: date | None = None,
    **context: Any,
) -> int:
    """Queue one notice a channel of the recipient; returns how many are new.

    Args:
        to: a department, or ``"bureau"``, ``"operators"`` or ``"escalation"``.
        subject: hash or id of what the notice is about; with year, stage, recipient, kind,
            day and channel it is the notice's identity, so the same notice is queued once.
        due: the day it is for, the cycle's day unless said otherwise.
        context: what the message template needs besides year, bureau, department and window
            (the department's own, extensions included).
    """
    policy = cycle.pack.channels
    window = cycle.pack.calendar.window(stage)
    own = {}
    if isinstance(to, Department):
        recipient, channels = to.code, to.channels
        own["guide"] = guide_of(cycle, connection, to.code)
        given_dates = granted(connection, cycle.year, to.code)
        window = own_window(cycle.pack.calendar, given_dates, to.code, stage)
    else:
        recipient, channels = to, _house(cycle, to)
    given = {
        **frame(cycle),
        **own,
        "department": to if isinstance(to, Department) else None,
        "window": window,
        "stage": stage,
        **context,
    }
    line = brief(kind, given)
    notices = []
    for channel in channels:
        title, body = render(kind, given, policy.channels[channel].format)
        notices.append(
            Notice(
                year=cycle.year,
                stage=stage.value,
                recipient=recipient,
                kind=kind,
                due=due or cycle.day,
                subject=subject,
                channel=channel,
                title=title,
                body=body,
                brief=line,
            )
        )
    return put(connection, notices)


def frame(cycle: Cycle) -> dict[str, Any]:
    """What every message may say: the year, the day, who writes and how to hand in."""
    return {
        "year": cycle.year,
        "bureau": cycle.pack.info.bureau,
        "day": cycle.day,
        "hand_in": cycle.pack.channels.hand_in,
        "guide": guide_for_all(cycle),
    }


def _house(cycle: Cycle, to: str) -> tuple[str, ...]:
    """The channels of a recipient that is no department."""
    policy = cycle.pack.channels
    escalate = policy.escalate.to if policy.escalate else ()
    return {BUREAU: policy.bureau, OPERATORS: policy.operators, ESCALATION: escalate}[to]


def queue_failure_notice(cycle: Cycle, *, flow: str, run: str, error: str) -> None:
    """Queue the news of a failed run for the operators; once a run and day.

    What went wrong is said in words that may come from anywhere, so channel addresses are
    taken out of them.
    """
    with cycle.store.begin() as connection:
        queue_notice(
            cycle,
            connection,
            OPERATORS,
            Stage.REVIEW,
            "operators_failure",
            subject=run[:64],
            flow=flow,
            run=run,
            error=hide(cycle.pack.channels, error),
        )
