"""The calendar: open windows, days left, and the one reminder that is due."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jixiao.policy import schedule
from jixiao.policy.model import Calendar, Quiet, Stage
from jixiao.policy.schedule import (
    announced_on,
    calendar_warnings,
    chinese_date,
    days_left,
    deadline_phrase,
    event_days,
    holds_back,
    is_open,
    is_working_day,
    knows_year,
    next_window,
    openings,
    quiet_at,
    reminders_due,
    reminders_reached,
    shift,
    watched,
)

CALENDAR = Calendar.model_validate(
    {
        "remind_in": "days",
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
        },
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


WORKING = CALENDAR.model_copy(update={"remind_in": "working_days"})
DAYS = yaml.safe_load((Path(__file__).parent / "working_days.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", DAYS["days"], ids=lambda c: f"{c['day']}-{c['why']}")
def test_a_working_day_is_what_the_state_council_made_it(case):
    assert is_working_day(WORKING, case["day"]) is case["works"]


@pytest.mark.parametrize("case", DAYS["shifts"], ids=lambda c: f"{c['from']}{c['offset']:+}")
def test_offsets_in_working_days(case):
    assert shift(WORKING, case["from"], case["offset"]) == case["to"]


def test_the_library_knows_the_years_it_is_relied_on_for():
    assert [y for y in range(2022, 2027) if not knows_year(y)] == []


UNKNOWN_YEAR = 2150  # nobody has made a calendar for it


def later(**changes):
    """The calendar moved to a year nobody knows."""
    windows = {
        s.value: {"opens": f"{UNKNOWN_YEAR}-03-02", "closes": f"{UNKNOWN_YEAR}-04-30"}
        for s in Stage
    }
    return Calendar.model_validate({"windows": windows, **changes})


def test_a_year_nobody_knows_goes_by_weekends_and_says_so_once(caplog):
    schedule._warn_of.cache_clear()
    calendar = later()
    with caplog.at_level(logging.WARNING):
        week = [is_working_day(calendar, date(UNKNOWN_YEAR, 3, 2 + n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2  # the 2nd is a Monday
    assert len(caplog.records) == 1
    assert f"{UNKNOWN_YEAR} 年的法定节假日" in caplog.text
    (said,) = calendar_warnings(calendar)
    assert said in caplog.text
    assert calendar_warnings(WORKING) == []


def test_an_override_list_goes_before_the_library_and_silences_the_warning(caplog):
    schedule._warn_of.cache_clear()
    own = later(holidays=(f"{UNKNOWN_YEAR}-03-03",), workdays=(f"{UNKNOWN_YEAR}-03-07",))
    with caplog.at_level(logging.WARNING):
        assert not is_working_day(own, date(UNKNOWN_YEAR, 3, 3))
        assert is_working_day(own, date(UNKNOWN_YEAR, 3, 7))
        assert is_working_day(own, date(UNKNOWN_YEAR, 3, 4))
    assert caplog.text == ""
    assert calendar_warnings(own) == []
    known = WORKING.model_copy(update={"workdays": (date(2024, 5, 1),)})
    assert is_working_day(known, date(2024, 5, 1)), "the library says Labour Day"


def test_a_day_cannot_be_both():
    with pytest.raises(ValueError, match="又是休息日又是工作日"):
        later(holidays=(f"{UNKNOWN_YEAR}-03-03",), workdays=(f"{UNKNOWN_YEAR}-03-03",))


@given(
    day=st.dates(date(2022, 3, 1), date(2026, 10, 31)),
    offset=st.integers(-20, 20).filter(bool),
)
def test_between_a_day_and_its_shift_lie_as_many_working_days(day, offset):
    to = shift(WORKING, day, offset)
    step = 1 if offset > 0 else -1
    passed = [day + timedelta(days=step * n) for n in range(1, abs((to - day).days) + 1)]
    assert sum(is_working_day(WORKING, d) for d in passed) == abs(offset)
    assert passed[-1] == to
    assert is_working_day(WORKING, to)


def test_a_department_with_more_time_is_reminded_by_its_own_closing_date():
    own = WORKING.window(Stage.SUBMIT).model_copy(update={"closes": date(2024, 5, 31)})
    day = date(2024, 5, 30)
    assert [r.due for r in reminders_due(WORKING, Stage.SUBMIT, day, own)] == [day]
    reached = reminders_reached(WORKING, Stage.SUBMIT, date(2024, 7, 1), own)
    assert len(reached) == 6
    assert min(r.due for r in reached) > date(2024, 4, 30)


def test_the_bureau_hears_of_a_window_before_it_opens():
    # Five working days before 20 February 2024; the Spring Festival ends on the 17th, a
    # Saturday, and the 18th, a Sunday, is worked.
    assert announced_on(WORKING, WORKING.window(Stage.SUBMIT)) == date(2024, 2, 7)
    assert dict(openings(WORKING))[date(2024, 2, 20)] == [Stage.ISSUE, Stage.SUBMIT]
    first, last = watched(WORKING)
    assert first < WORKING.span[0]
    assert last == WORKING.span[1]
    assert {date(2024, 2, 7), date(2024, 2, 20), date(2024, 4, 29)} <= set(event_days(WORKING))


NIGHT = Quiet(start=time(20), end=time(8))
NOON = Quiet(start=time(12), end=time(14))


@pytest.mark.parametrize(
    ("quiet", "utc", "is_quiet"),
    [
        (NIGHT, "2024-04-23T11:59:59", False),  # 19:59:59 in Shanghai
        (NIGHT, "2024-04-23T12:00:00", True),
        (NIGHT, "2024-04-23T23:59:59", True),  # 07:59:59 the next day
        (NIGHT, "2024-04-24T00:00:00", False),
        (NOON, "2024-04-23T04:30:00", True),
        (NOON, "2024-04-23T06:00:00", False),
        (None, "2024-04-23T16:00:00", False),
    ],
)
def test_quiet_hours_are_those_of_shanghai(quiet, utc, is_quiet):
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert quiet_at(WORKING.model_copy(update={"quiet": quiet}), moment) is is_quiet


def test_a_played_year_pays_no_heed_to_the_clock():
    calendar = WORKING.model_copy(update={"quiet": NIGHT})
    late_evening = datetime(2024, 4, 23, 14, tzinfo=UTC)  # 22:00
    after_midnight = datetime(2024, 4, 23, 17, tzinfo=UTC)  # 01:00 on the 24th
    assert holds_back(calendar, date(2024, 4, 23), late_evening)
    assert not holds_back(calendar, date(2024, 4, 22), late_evening)
    assert holds_back(calendar, date(2024, 4, 24), after_midnight), "the day in Shanghai"
    assert not holds_back(calendar, date(2024, 4, 23), after_midnight)


@pytest.mark.parametrize("written", ["20", 1200, "25:00", "8:00", "20:00:00", ""])
def test_an_hour_is_written_with_minutes(written):
    with pytest.raises(ValueError, match="应写作 20:00"):
        Quiet(start=written, end="08:00")
