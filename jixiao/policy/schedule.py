"""Arithmetic on the calendar of a year: what is open, what is due, how many days are left.

Pure functions of the pack's calendar and a day in Asia/Shanghai: no clock is read here, so a
year can be played in a minute. Both days of a window belong to it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from jixiao.policy.model import Calendar, Stage, Window

_ZONE = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of a stage.

    Attributes:
        stage: the stage it reminds of.
        due: the day it was to go out. With the stage it says which reminder this is, so a
            reminder sent late is still the same reminder.
        offset: days from the closing date as the pack states them (negative: before).
    """

    stage: Stage
    due: date
    offset: int


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether offices are open: the pack's own list first, then the State Council's calendar.

    A year whose calendar the library does not know yet goes by weekends; that is said once.
    """
    if day in calendar.workdays:
        return True
    if day in calendar.holidays:
        return False
    if not knows_year(day.year):
        if day.year not in _listed_years(calendar):
            _warn_of(day.year)
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


@cache
def knows_year(year: int) -> bool:
    """Whether the library holds the statutory holidays and make-up days of this year.

    The State Council publishes them each November for the year to come.
    """
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:  # how the library says that it does not know
        return False
    return True


@cache
def _warn_of(year: int) -> None:
    """Once a process and year, however many days are asked for."""
    _logger.warning("%s", _unknown(year))


def _unknown(year: int) -> str:
    return (
        f"程序还不知道 {year} 年的法定节假日和调休，工作日暂按周末推算。"
        "请升级 chinesecalendar，或在 calendar.yaml 的 holidays、workdays 里写明。"
    )


def calendar_warnings(calendar: Calendar) -> list[str]:
    """A sentence for every year of the calendar whose holidays nobody knows."""
    years = {day.year for day in event_days(calendar)}
    unlisted = sorted(years - _listed_years(calendar))
    return [_unknown(year) for year in unlisted if not knows_year(year)]


def _listed_years(calendar: Calendar) -> set[int]:
    """The years the pack itself says something of."""
    return {day.year for day in (*calendar.holidays, *calendar.workdays)}


def shift(calendar: Calendar, day: date, offset: int) -> date:
    """The day ``offset`` days from ``day`` as the pack counts them; 0 is the day itself.

    In working days −1 is the last working day before ``day`` and 1 the first one after it,
    whether or not ``day`` is one.
    """
    if calendar.remind_in == "days":
        return day + timedelta(days=offset)
    return _working_days_from(calendar, day, offset)


def _working_days_from(calendar: Calendar, day: date, count: int) -> date:
    step = _DAY if count > 0 else -_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(calendar, day)
    return day


def announced_on(calendar: Calendar, window: Window) -> date:
    """The day the bureau is told that a window is about to open."""
    return _working_days_from(calendar, window.opens, -calendar.announce)


def watched(calendar: Calendar) -> tuple[date, date]:
    """First and last day on which the year has anything to do, announcements included."""
    first, last = calendar.span
    return min(first, *(announced_on(calendar, w) for w in calendar.windows.values())), last


def event_days(calendar: Calendar) -> list[date]:
    """Every day on which the calendar has something due, in order."""
    days: set[date] = set()
    for window in calendar.windows.values():
        days |= {announced_on(calendar, window), window.opens}
        days |= {shift(calendar, window.closes, offset) for offset in window.remind}
    return sorted(days)


def is_open(calendar: Calendar, stage: Stage, day: date) -> bool:
    """Whether ``day`` lies in the stage's window."""
    window = calendar.window(stage)
    return window.opens <= day <= window.closes


def days_left(calendar: Calendar, stage: Stage, day: date) -> int:
    """Days from ``day`` to the closing date: 0 on the last day, negative once it is overdue."""
    return (calendar.window(stage).closes - day).days


def reminders_reached(
    calendar: Calendar, stage: Stage, day: date, window: Window | None = None
) -> list[Reminder]:
    """The reminders of a stage whose day has come, oldest first.

    A reminder that would fall before the window opens is never due.

    Args:
        window: the department's own window where it differs from the pack's.
    """
    window = window or calendar.window(stage)
    reached = (
        Reminder(stage, due, offset)
        for offset in window.remind
        if window.opens <= (due := shift(calendar, window.closes, offset)) <= day
    )
    return sorted(reached, key=lambda r: (r.due, r.offset))


def reminders_due(
    calendar: Calendar, stage: Stage, day: date, window: Window | None = None
) -> list[Reminder]:
    """The reminder that is due on ``day``: the latest one reached, or none.

    A day on which the machine was off loses nothing: its reminder stays due until the next
    one. Of several missed ones only the latest counts, because nobody wants three reminders
    in one morning.
    """
    return reminders_reached(calendar, stage, day, window)[-1:]


def next_window(calendar: Calendar, day: date) -> tuple[Stage, Window] | None:
    """The first window that opens after ``day``, the year's order deciding ties.

    Returns:
        The stage and its window, or ``None`` when nothing more opens this year.
    """
    order = list(Stage)
    ahead = [(s, w) for s, w in calendar.windows.items() if w.opens > day]
    return min(ahead, key=lambda pair: (pair[1].opens, order.index(pair[0])), default=None)


def openings(calendar: Calendar) -> Iterator[tuple[date, list[Stage]]]:
    """Every day on which windows open, with their stages in the year's order."""
    for day in sorted({w.opens for w in calendar.windows.values()}):
        yield day, [s for s in Stage if s in calendar.windows and calendar.window(s).opens == day]


def quiet_at(calendar: Calendar, moment: datetime) -> bool:
    """Whether this moment (aware) lies in the hours in which nobody is written to."""
    if calendar.quiet is None:
        return False
    clock = moment.astimezone(_ZONE).time()
    start, end = calendar.quiet.start, calendar.quiet.end
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end  # over midnight


def holds_back(calendar: Calendar, day: date, moment: datetime) -> bool:
    """Whether nothing may be handed over now.

    Quiet hours are kept where the work is done for the very day of the clock. A year that is
    played by date pays no heed to the clock.
    """
    return day == moment.astimezone(_ZONE).date() and quiet_at(calendar, moment)


def deadline_phrase(left: int) -> str:
    """``还有 7 天截止``, ``今天截止`` or ``已逾期 5 天`` for a number of days left."""
    if left > 0:
        return f"还有 {left} 天截止"
    return "今天截止" if left == 0 else f"已逾期 {-left} 天"


def chinese_date(day: date) -> str:
    """``2024年4月30日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: datetime) -> str:
    """``2024年4月30日 09:05:07（北京时间）`` for an aware time of any zone."""
    here = at.astimezone(_ZONE)
    return f"{chinese_date(here)} {here:%H:%M:%S}（北京时间）"
