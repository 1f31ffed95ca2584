"""Arithmetic on the calendar of a year: what is open, what is due, how many days are left.

Pure functions of the pack's calendar and a day in Asia/Shanghai: no clock is read here, so a
year can be played in a minute. Both days of a window belong to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jixiao.policy.model import Calendar, Stage, Window


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


def is_open(calendar: Calendar, stage: Stage, day: date) -> bool:
    """Whether ``day`` lies in the stage's window."""
    window = calendar.window(stage)
    return window.opens <= day <= window.closes


def days_left(calendar: Calendar, stage: Stage, day: date) -> int:
    """Days from ``day`` to the closing date: 0 on the last day, negative once it is overdue."""
    return (calendar.window(stage).closes - day).days


def reminders_due(calendar: Calendar, stage: Stage, day: date) -> list[Reminder]:
    """The reminder that is due on ``day``: the latest one reached, or none.

    A day on which the machine was off loses nothing: its reminder stays due until the next
    one. Of several missed ones only the latest counts, because nobody wants three reminders
    in one morning. A reminder that would fall before the window opens is never due.
    """
    window = calendar.window(stage)
    reached = [
        Reminder(stage, due, offset)
        for offset in window.remind
        if window.opens <= (due := window.closes + timedelta(days=offset)) <= day
    ]
    return [max(reached, key=lambda r: r.due)] if reached else []


def next_window(calendar: Calendar, day: date) -> tuple[Stage, Window] | None:
    """The first window that opens after ``day``, the year's order deciding ties.

    Returns:
        The stage and its window, or ``None`` when nothing more opens this year.
    """
    order = list(Stage)
    ahead = [(s, w) for s, w in calendar.windows.items() if w.opens > day]
    return min(ahead, key=lambda pair: (pair[1].opens, order.index(pair[0])), default=None)


def deadline_phrase(left: int) -> str:
    """``还有 7 天截止``, ``今天截止`` or ``已逾期 5 天`` for a number of days left."""
    if left > 0:
        return f"还有 {left} 天截止"
    return "今天截止" if left == 0 else f"已逾期 {-left} 天"


def chinese_date(day: date) -> str:
    """``2024年4月30日``."""
    return f"{day.year}年{day.month}月{day.day}日"
