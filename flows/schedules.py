"""When the deployments run, generated from a pack's calendar.

The days recur yearly; a run asks the packs itself which years are open that day, so what is
scheduled here only decides when somebody looks, never what is done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from jixiao.policy import Calendar
from jixiao.policy import Stage as Window
from jixiao.policy.schedule import event_days
from jixiao.year.stages import STAGES, StageOfYear, When

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
    start = calendar.quiet.end if calendar.quiet else MORNING
    look = (datetime.combine(date.min, start) + timedelta(minutes=30)).time()
    lines = {stage.id: _lines(calendar, stage, start) for stage in STAGES}
    return {"annual-cycle": [f"{look.minute} {look.hour} * * *"]} | {
        id: found for id, found in lines.items() if found
    }


def _lines(calendar: Calendar, stage: StageOfYear, start: time) -> list[str]:
    """When a stage looks; none where another stage starts it."""
    early = f"{start.minute} {start.hour}"
    if stage.when is When.REMINDERS:
        return _on(event_days(calendar), early)
    if stage.when is When.HOURLY:
        spans = [calendar.window(w) for w in (Window.TARGETS, Window.SUBMIT, Window.REVIEW)]
        months = _months((w.opens, w.closes) for w in spans)
        return [f"0 {start.hour + 1}-{LAST_HOUR} * {months} *"]
    # A stage whose window a pack does not name is off there.
    window = calendar.windows.get(stage.window) if stage.window else None
    if window is None:
        return []
    return _on([window.opens if stage.when is When.OPENS else window.closes], early)


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
