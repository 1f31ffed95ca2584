"""When the deployments run, generated from a pack's calendar.

The days recur yearly; a run asks the packs itself which years are open that day, so what is
scheduled here only decides when somebody looks, never what is done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time, timedelta

from jixiao.policy import Calendar, Stage
from jixiao.schedule import event_days

#: When the working day begins where the pack keeps no quiet hours.
MORNING = time(7)
#: Files are collected every hour until this one while somebody may be handing in.
LAST_HOUR = 18


def schedules(calendar: Calendar) -> dict[str, list[str]]:
    """Cron lines (in the calendar's time zone) of every deployment that has any.

    Nothing starts in the quiet hours: what it has to tell would only wait. A stage's own day
    comes half an hour before the morning's look at the whole year, which catches what was
    missed.
    """
    window = calendar.window
    start = calendar.quiet.end if calendar.quiet else MORNING
    early = f"{start.minute} {start.hour}"
    collecting = [window(Stage.TARGETS), window(Stage.SUBMIT), window(Stage.REVIEW)]
    months = _months((w.opens, w.closes) for w in collecting)
    return {
        "annual-cycle": [
            f"{(start.minute + 30) % 60} {start.hour + (start.minute + 30) // 60} * * *"
        ],
        "targets": _on([window(Stage.TARGETS).opens], early),
        "issue": _on([window(Stage.ISSUE).opens], early),
        "collect": [f"0 {start.hour + 1}-{LAST_HOUR} * {months} *"],
        "evaluate": _on([window(Stage.REVIEW).opens], early),
        "publish": _on([window(Stage.PUBLISH).opens], early),
        "verify": _on([window(Stage.PUBLISH).closes], early),
        "remind": _on(event_days(calendar), early),
    }


def _on(days: Iterable[date], early: str) -> list[str]:
    """Early on these days of every year: one line a month."""
    months: dict[int, set[int]] = defaultdict(set)
    for day in days:
        months[day.month].add(day.day)
    return [
        f"{early} {','.join(map(str, sorted(found)))} {month} *"
        for month, found in sorted(months.items())
    ]


def _months(spans: Iterable[tuple[date, date]]) -> str:
    """The months of these spans, as a cron field."""
    months = set()
    for first, last in spans:
        day = first.replace(day=1)
        while day <= last:
            months.add(day.month)
            day = (day + timedelta(days=32)).replace(day=1)
    return ",".join(map(str, sorted(months)))
