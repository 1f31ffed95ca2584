"""The bureau's yearly schedule is the newest pack's calendar."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from flows.schedules import schedules
from jixiao.policy import Calendar, Stage
from jixiao.policy.schedule import event_days
from jixiao.year import year_pack, years_with_packs

CALENDAR = year_pack(years_with_packs()[-1]).calendar
ZONE = ZoneInfo(CALENDAR.timezone)


def runs(lines: list[str], start: date, count: int) -> list[datetime]:
    begin = datetime.combine(start, time(), ZONE)
    return sorted(at for line in lines for at in islice(CronSim(line, begin), count))


@pytest.mark.prefect
def test_prefect_yaml_keeps_the_calendar() -> None:
    from flows.deployments import MARK, read_deployments

    given = {d["name"]: d.get("schedules", []) for d in read_deployments()}
    assert {n: [s["cron"] for s in found] for n, found in given.items() if found} == schedules(
        CALENDAR
    )
    for schedule in (s for found in given.values() for s in found):
        assert schedule["timezone"] == CALENDAR.timezone
        assert schedule["active"] is True
    # By its slug a schedule is known to be ours, and which one it is when its days have changed.
    for found in given.values():
        months = [s["cron"].split()[3] for s in found]
        numbers = months if len(found) > 1 else ["1"] * len(found)
        assert [s["slug"] for s in found] == [f"{MARK}{number}" for number in numbers]


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        (Stage.TARGETS, "targets"),
        (Stage.ISSUE, "issue"),
        (Stage.REVIEW, "evaluate"),
        (Stage.PUBLISH, "publish"),
    ],
)
def test_every_window_has_a_run_on_its_first_day(stage: Stage, name: str) -> None:
    opens = CALENDAR.window(stage).opens
    first = runs(schedules(CALENDAR)[name], opens.replace(day=1), 1)[0]
    assert first.date() == opens


def test_every_day_somebody_is_reminded_has_a_run() -> None:
    days = event_days(CALENDAR)
    found = {at.date() for at in runs(schedules(CALENDAR)["remind"], days[0], 40)}
    assert set(days) <= found


def test_nothing_starts_in_the_quiet_hours() -> None:
    assert CALENDAR.quiet is not None
    for lines in schedules(CALENDAR).values():
        for at in runs(lines, date(2024, 1, 1), 50):
            assert CALENDAR.quiet.end <= at.time() < CALENDAR.quiet.start


def test_another_calendar_makes_another_schedule() -> None:
    data = CALENDAR.model_dump()
    data["windows"][Stage.ISSUE]["opens"] = date(2024, 2, 18)
    assert schedules(Calendar.model_validate(data))["issue"] == ["0 8 18 2 *"]
    data["quiet"] = None
    assert schedules(Calendar.model_validate(data))["issue"] == ["0 7 18 2 *"]
    assert schedules(Calendar.model_validate(data))["annual-cycle"] == ["30 7 * * *"]


def test_files_are_collected_in_every_month_somebody_may_hand_in() -> None:
    (line,) = schedules(CALENDAR)["collect"]
    hours, months = line.split()[1], line.split()[3]
    assert hours == "9-18"
    assert months == "1,2,3,4,5,11,12"
