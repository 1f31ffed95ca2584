"""The calendar: open windows, days left, and the one reminder that is due."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jixiao.policy.model import Calendar, Stage
from jixiao.schedule import (
    chinese_date,
    days_left,
    deadline_phrase,
    is_open,
    next_window,
    reminders_due,
)

CALENDAR = Calendar.model_validate(
    {
        "windows": {
            "targets": {"opens": "2023-01-25", "closes": "2023-01-31", "remind": [-10, -3, 0, 5]},
            "issue": {"opens": "2024-02-20", "closes": "2024-03-15"},
            "submit": {
                "opens": "2024-02-20",
                "closes": "2024-04-30",
                "remind": [10, -14, -7, -1, 1, 5],
            },
            "review": {"opens": "2024-03-01", "closes": "2024-05-31"},
            "publish": {"opens": "2024-09-02", "closes": "2024-10-31"},
        }
    }
)
CASES = yaml.safe_load((Path(__file__).parent / "calendar_cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['stage']}-{c['day']}")
def test_a_day_of_a_stage(case):
    stage, day = Stage(case["stage"]), case["day"]
    assert is_open(CALENDAR, stage, day) is case["open"]
    assert days_left(CALENDAR, stage, day) == case["left"]
    assert deadline_phrase(case["left"]) == case["phrase"]
    assert [r.due for r in reminders_due(CALENDAR, stage, day)] == [case["due"]] * bool(case["due"])


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2022, 12, 1), Stage.TARGETS),
        (date(2023, 1, 25), Stage.ISSUE),  # issue and submit open together: the year's order
        (date(2024, 2, 20), Stage.REVIEW),
        (date(2024, 9, 1), Stage.PUBLISH),
        (date(2024, 9, 2), None),
    ],
)
def test_the_next_window(day, stage):
    found = next_window(CALENDAR, day)
    if stage is None:
        assert found is None
    else:
        assert found == (stage, CALENDAR.window(stage))


@given(
    start=st.dates(date(2024, 1, 1), date(2024, 12, 1)),
    runs=st.lists(st.integers(0, 20), max_size=60),
)
def test_whatever_days_the_machine_runs_each_reminder_goes_out_once_at_most(start, runs):
    """What the outbox sees is a set of due dates: a run on any day adds one at most."""
    day, sent = start, []
    for gap in runs:
        day += timedelta(days=gap)
        for reminder in reminders_due(CALENDAR, Stage.SUBMIT, day):
            assert reminder.due <= day
            assert reminder.due == date(2024, 4, 30) + timedelta(days=reminder.offset)
            if reminder.due not in sent:
                sent.append(reminder.due)
    assert sent == sorted(sent), "never an older one after a newer one"


def test_run_every_day_every_reminder_goes_out_on_its_day():
    days = [date(2024, 2, 1) + timedelta(days=n) for n in range(150)]
    first = {}
    for day in days:
        for reminder in reminders_due(CALENDAR, Stage.SUBMIT, day):
            first.setdefault(reminder.due, day)
    assert list(first) == list(first.values())
    assert len(first) == 6


def test_a_date_in_chinese():
    assert chinese_date(date(2024, 4, 3)) == "2024年4月3日"
