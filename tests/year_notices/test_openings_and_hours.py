"""Before a window opens, when it opens, at night, and after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from sqlalchemy import update

from jixiao.policy import Stage
from jixiao.policy.model import Quiet, Window
from jixiao.store.tables import outbox
from jixiao.year import open_years
from jixiao.year.steps.digests import unreachable
from jixiao.year.steps.remind import Outbox
from tests.year_notices.conftest import Stand, morning

QINGHE = "12431199MB9903038L"
OPENS = date(2022, 11, 15)
#: Five working days before.
SOON = date(2022, 11, 8)


def test_who_cannot_be_reached_is_known_before_the_window_opens(fresh, pack):
    roster = pack.roster.model_copy(
        update={
            "departments": tuple(
                replace(d, channels=()) if d.code == QINGHE else d for d in pack.roster.departments
            )
        }
    )
    fresh.pack = replace(pack, roster=roster)
    assert fresh.run(date(2022, 11, 7), "openings", "digest", "notify") == []
    fresh.run(SOON, "openings", "digest", "notify")
    (message,) = fresh.messages("绩效目标申报与批复将于 2022年11月15日 开始")
    assert "示例县青禾农技推广站：没有登记通知渠道。" in message
    (digest,) = fresh.messages("每日汇总（2022年11月8日）")
    assert "通知不到" in digest
    assert "示例县青禾农技推广站" in digest
    assert [u.recipient for u in unreachable(fresh.cycle(SOON))] == [QINGHE]
    assert fresh.run(SOON, "openings", "notify") == []
    fresh.run(OPENS, "openings", "notify")
    (opened,) = fresh.messages("绩效目标申报与批复已经开始")
    assert "通知不到的 1 个：示例县青禾农技推广站" in opened


def test_the_year_is_open_from_the_day_of_its_first_announcement():
    assert open_years(SOON) == [2023]
    assert open_years(date(2022, 11, 7)) == []


def test_windows_that_open_together_are_announced_together(issued):
    (row,) = issued.rows(kind="window_soon", due=date(2024, 2, 20))
    assert row["title"] == "2023 年度下达、报送将于 2024年2月20日 开始"
    assert row["status"] == "sent"
    assert len(issued.rows(kind="window_opened", due=date(2024, 2, 20))) == 1


def test_who_had_the_workbook_before_may_hand_in_is_told_when_that_begins(issued, pack):
    """The pack puts the beginning of handing in off to 1 April; workbooks went out before."""
    windows = {
        **pack.calendar.windows,
        Stage.SUBMIT: Window(opens=date(2024, 4, 1), closes=date(2024, 4, 30)),
    }
    calendar = pack.calendar.model_copy(update={"windows": windows})
    assert not issued.messages("开始报送"), "where both open together one notice is enough"
    issued.pack = replace(pack, calendar=calendar)
    issued.run(date(2024, 3, 29), "openings", "notify")
    assert not issued.messages("开始报送")
    issued.run(date(2024, 4, 1), "openings", "notify")
    assert len(issued.messages("绩效自评开始报送")) == 6
    assert not [d for d in issued.run(date(2024, 4, 2), "openings") if "报送开始" in d]


QUIET = Quiet(start=time(20), end=time(8))
DAY = date(2024, 4, 11)


def test_at_night_nothing_leaves_and_in_the_morning_it_does(issued, pack):
    assert pack.calendar.quiet == QUIET
    received = len(issued.receiver.received)
    issued.run(DAY, "remind")
    assert issued.run(DAY, "notify", hour=22) == []
    assert len(issued.receiver.received) == received
    assert {r["attempts"] for r in issued.rows(kind="submit_reminder")} == {0}
    issued.run(date(2024, 4, 12), "notify", hour=7)
    assert len(issued.receiver.received) == received
    issued.run(date(2024, 4, 12), "notify", hour=8)
    assert len(issued.receiver.received) == received + 6


def test_a_run_that_began_before_the_night_stops_at_it(issued):
    """What was due when it was looked for is looked at again when it is done."""
    issued.run(DAY, "remind")
    evening = issued.cycle(DAY)
    (item,) = Outbox(lambda: morning(DAY, 19)).due(evening)
    done = Outbox(lambda: morning(DAY, 20)).do(evening, item)
    assert "不打扰" in done.did
    assert len(issued.rows(kind="submit_reminder", status="waiting")) == 6


def crash(stand: Stand) -> int:
    """Leave the reminders as a sender leaves them that dies while it sends."""
    stand.run(DAY, "remind")
    with stand.cycle(DAY).store.begin() as connection:
        done = connection.execute(
            update(outbox)
            .where(outbox.c.kind == "submit_reminder")
            .values(status="sending", attempts=1, updated=outbox.c.updated)
        )
    return int(done.rowcount)


def test_what_a_crash_left_is_unknown_and_stays_so_unless_the_pack_says_otherwise(issued, pack):
    assert crash(issued) == 6
    # Put in by the clock of today; by then the sender is long dead.
    much_later = date(2030, 1, 2)
    received = len(issued.receiver.received)
    issued.run(much_later, "notify")
    assert len(issued.rows(status="unknown")) == 6
    assert len(issued.receiver.received) == received

    channels = pack.channels.model_copy(update={"resend_unknown": True})
    issued.pack = replace(pack, channels=channels)
    issued.run(much_later, "notify")
    assert issued.rows(status="unknown") == []
    assert len(issued.receiver.received) == received + 6


def test_an_unknown_one_is_not_sent_for_ever(issued, pack):
    """A service that takes messages and never answers would get the same one each morning."""
    issued.pack = replace(pack, channels=pack.channels.model_copy(update={"resend_unknown": True}))
    issued.receiver.modes["/ok/departments"] = "reset"
    issued.run(DAY, "remind")
    for hour in range(8, 20):
        issued.run(DAY, "notify", hour=hour)
    rows = issued.rows(kind="submit_reminder")
    assert {(r["status"], r["attempts"]) for r in rows} == {("unknown", 6)}


def test_rows_of_another_year_are_left_to_its_own_pack(issued):
    issued.run(DAY, "remind")
    with issued.cycle(DAY).store.begin() as connection:
        connection.execute(
            update(outbox).where(outbox.c.kind == "submit_reminder").values(year=2024)
        )
    received = len(issued.receiver.received)
    issued.run(DAY, "notify")
    assert len(issued.receiver.received) == received
