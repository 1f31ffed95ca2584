"""More time for one department: everything that speaks of a closing date goes by its own."""

from __future__ import annotations

from datetime import date

import pytest

from jixiao.demo.fill import fill
from jixiao.demo.sample import Deed, load_filing
from jixiao.errors import JixiaoError
from jixiao.policy import Stage
from jixiao.store.filings import filing_records
from jixiao.store.store import history
from jixiao.store.targets import issued_records
from jixiao.year import standings
from jixiao.year.deadlines import own_window
from jixiao.year.officer.extend import extend, extensions
from tests.year_notices.conftest import DEMO, YEAR, Stand

XINGHE = "12431199MB99020279"  # hands in on 8 May
QINGHE = "12431199MB9903038L"  # never does
GRANTED = date(2024, 4, 25)
UNTIL = date(2024, 5, 15)


def grant(stand: Stand, unit: str = XINGHE, until: date = UNTIL, **changes):
    given = {"stage": Stage.SUBMIT, "officer": "周明远", "reason": "单位合并，账目移交未完"}
    return extend(stand.cycle(GRANTED), unit=unit, until=until, **{**given, **changes})


def standing(stand: Stand, unit: str, day: date):
    return next(s for s in standings(stand.cycle(day)) if s.department.code == unit)


def hand_in(stand: Stand, script, day: date) -> list[str]:
    """星河图书馆 fills its workbook and drops it into the inbox."""
    act = next(s for s in script.steps if s.unit == XINGHE and s.do is Deed.FILING)
    cycle = stand.cycle(day)
    with cycle.store.read() as connection:
        path = next(
            r.path
            for r in issued_records(connection, YEAR)
            if (r.unit, r.kind) == (XINGHE, "evaluation")
        )
    filing = load_filing(DEMO / act.file, cycle.pack.forms)
    book = (cycle.settings.deliveries / path).read_bytes()
    cycle.settings.inbox.mkdir(parents=True, exist_ok=True)
    (cycle.settings.inbox / act.name).write_bytes(
        fill(book, filing, cycle.pack.forms, force_locked=True)
    )
    return stand.run(day, "collect", "notify")


def test_status_goes_by_it(issued):
    day = date(2024, 5, 8)
    assert standing(issued, XINGHE, day).overdue == 8
    grant(issued)
    mine = standing(issued, XINGHE, day)
    assert (mine.overdue, mine.deadline) == (0, UNTIL)
    assert "2024-05-15" in mine.next
    assert standing(issued, XINGHE, date(2024, 5, 17)).overdue == 2
    assert standing(issued, QINGHE, day).overdue == 8, "one department's alone"


def test_reminders_count_from_it(issued):
    grant(issued)
    issued.run(date(2024, 4, 30), "remind", "notify")
    reminded = {r["recipient"]: r["due"] for r in issued.rows(kind="submit_reminder")}
    # The others' latest is of the 29th; fourteen working days before 15 May is the 23rd.
    assert reminded[QINGHE] == date(2024, 4, 29)
    assert reminded[XINGHE] < date(2024, 4, 29)
    (row,) = issued.rows(kind="submit_reminder", recipient=XINGHE)
    assert "还有 15 天截止" in row["title"]
    assert "截止：2024年5月15日" in row["body"]


def test_a_filing_before_it_is_in_time_and_the_receipt_says_nothing_of_late(issued, script):
    grant(issued)
    hand_in(issued, script, date(2024, 5, 8))
    with issued.cycle(date(2024, 5, 8)).store.read() as connection:
        (filing,) = filing_records(connection, YEAR, XINGHE)
    assert filing.late is False
    (receipt,) = issued.messages("回执号：2023-")
    assert "逾期" not in receipt


def test_without_it_the_same_filing_is_late(issued, script):
    hand_in(issued, script, date(2024, 5, 8))
    with issued.cycle(date(2024, 5, 8)).store.read() as connection:
        (filing,) = filing_records(connection, YEAR, XINGHE)
    assert filing.late is True
    (receipt,) = issued.messages("回执号：2023-")
    assert "逾期" in receipt


def test_it_is_told_logged_and_kept_once(issued):
    first = grant(issued)
    assert grant(issued) == first, "the same again is the same"
    issued.run(GRANTED, "notify")
    (message,) = issued.messages("同意延期")
    assert "截止：2024年5月15日（还有 20 天截止）" in message
    assert "单位合并，账目移交未完" in message
    assert "周明远" in message
    with issued.cycle(GRANTED).store.read() as connection:
        (event,) = [e for e in history(connection, YEAR, XINGHE) if e.what == "extended"]
    assert event.actor == "周明远"
    assert event.detail == {
        "stage": "submit",
        "until": "2024-05-15",
        "before": "2024-04-30",
        "reason": "单位合并，账目移交未完",
    }


def test_a_later_one_replaces_it_and_both_stay_on_record(issued):
    grant(issued)
    grant(issued, until=date(2024, 5, 31), reason="再延一次")
    assert [str(r.until) for r in extensions(issued.cycle(GRANTED))] == ["2024-05-15", "2024-05-31"]
    assert standing(issued, XINGHE, GRANTED).deadline == date(2024, 5, 31)
    assert len(issued.rows(kind="extended")) == 2


def test_a_year_put_off_further_than_what_was_granted_counts(pack):
    given = {(XINGHE, Stage.SUBMIT): date(2024, 5, 15)}
    assert own_window(pack.calendar, given, XINGHE, Stage.SUBMIT).closes == date(2024, 5, 15)
    assert own_window(pack.calendar, given, XINGHE, Stage.REVIEW).closes == date(2024, 5, 31)
    early = {(XINGHE, Stage.SUBMIT): date(2024, 4, 1)}
    assert own_window(pack.calendar, early, XINGHE, Stage.SUBMIT).closes == date(2024, 4, 30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"officer": " "}, "经办人"),
        ({"reason": ""}, "原因"),
        ({"stage": Stage.PUBLISH}, "没有单位自己的截止日"),
        ({"until": date(2024, 4, 30)}, "须晚于这一天"),
        ({"unit": "0" * 18}, "不在 2023 年度名册里"),
    ],
)
def test_what_is_no_extension_is_refused_and_leaves_nothing(issued, wrong, words):
    with pytest.raises(JixiaoError, match=words):
        grant(issued, **wrong)
    assert extensions(issued.cycle(GRANTED)) == []
    assert issued.rows(kind="extended") == []
