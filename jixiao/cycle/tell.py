"""Put a notice into the outbox, in the transaction of the deed it tells of."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from jixiao.cycle.base import Cycle
from jixiao.notices import Notice, put, render
from jixiao.policy import Department, Stage

BUREAU = "bureau"
OPERATORS = "operators"


def tell(
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
        to: a department, or ``"bureau"`` or ``"operators"``.
        subject: hash or id of what the notice is about; with year, stage, recipient, kind,
            day and channel it is the notice's identity, so the same notice is queued once.
        due: the day it is for, the cycle's day unless said otherwise.
        context: what the message template needs besides year, bureau, department and window.
    """
    policy = cycle.pack.channels
    if isinstance(to, Department):
        recipient, channels = to.code, to.channels
    else:
        recipient, channels = to, policy.bureau if to == BUREAU else policy.operators
    given = {
        "year": cycle.year,
        "bureau": cycle.pack.info.bureau,
        "department": to if isinstance(to, Department) else None,
        "window": cycle.pack.calendar.window(stage),
        "stage": stage,
        "day": cycle.day,
        **context,
    }
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
            )
        )
    return put(connection, notices)


def tell_failure(cycle: Cycle, *, flow: str, run: str, error: str) -> None:
    """Queue the news of a failed run for the operators; once a run and day."""
    with cycle.store.begin() as connection:
        tell(
            cycle, connection, OPERATORS, Stage.REVIEW, "operators_failure",
            subject=run[:64], flow=flow, run=run, error=error,
        )  # fmt: skip
