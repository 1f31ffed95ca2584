"""A whole year whose receiver breaks down now and then: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from jixiao.cli.demo import _anything_left
from jixiao.demo.sample import Script
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.notices import Status
from jixiao.store.store import history
from jixiao.year.officer.notices import listed, resend, rows
from tests.receiver import Receiver
from tests.year_notices.conftest import DEMO, YEAR, Stand, clock, morning, play, reached

#: From this day on everything is answered so, until the next one.
WEATHER = {
    date(2022, 11, 8): "ok",
    date(2022, 11, 15): "broken",  # 500
    date(2022, 12, 5): "ok",
    date(2023, 1, 10): "limited",  # 429 with Retry-After
    date(2023, 1, 12): "ok",
    date(2024, 2, 20): "keyword",  # 200 with an error code
    date(2024, 2, 23): "ok",
    date(2024, 4, 11): "reset",
    date(2024, 4, 16): "ok",
    date(2024, 5, 6): "gone",  # 404
    date(2024, 5, 8): "ok",
}
END = date(2024, 11, 5)


def weather(day: date) -> str:
    return WEATHER[max(d for d in WEATHER if d <= day)]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, script: Script) -> Iterator[Stand]:
    var = tmp_path_factory.mktemp("trouble") / "var"
    settings = Settings(var, f"sqlite:///{var / 'jixiao.db'}")
    receiver = Receiver()
    receiver.headers = {"Retry_After": "3600"}

    def turn(day: date) -> None:
        for name in ("departments", "bureau", "operators"):
            receiver.modes[f"/ok/{name}"] = weather(day)

    with reached(receiver):
        play(settings, script, turn)
        stand = Stand(settings, receiver)
        yield stand
    receiver.close()
    stand.cycle(END).store.close()


def test_every_kind_of_trouble_was_met(year):
    """What was put off says why for a while; what could not be settled says so for good."""
    tried_again = [r for r in year.rows(status="sent") if r["attempts"] > 1]
    assert {r["kind"] for r in tried_again} >= {"targets_opened", "targets_approved", "issued"}
    failures = year.rows(status="unknown") + year.rows(status="refused")
    assert {r["last_error"].partition("：")[0] for r in failures} == {"技术故障", "永久失败"}
    assert {r["due"] for r in year.rows(status="unknown")} == {date(2024, 4, 11)}
    assert {r["due"] for r in year.rows(status="refused")} == {date(2024, 5, 6)}


def test_what_was_handed_over_arrived_and_the_rest_is_called_what_it_is(year):
    arrived = year.arrived()
    entries = year.entries()
    assert entries["waiting"] == []
    for entry in entries["sent"]:
        # What was put off had reached the receiver, which did not take it.
        assert arrived[entry.message_id] == entry.attempts
    for entry in entries["failed"]:
        assert (entry.attempts, arrived[entry.message_id]) == (1, 1)
    for entry in entries["merged"]:
        assert arrived[entry.message_id] == 0
    known = {e.message_id for part in entries.values() for e in part}
    assert set(arrived) <= known, "nothing arrived that the outbox does not hold"


def test_words_of_what_arrived_are_those_of_the_outbox(year):
    stored = {(r["title"], r["body"]) for r in year.rows()}
    for _, body in year.receiver.received:
        text = body["message"].rpartition("\n\n消息编号：")[0]
        assert (body["title"], text) in stored


def test_the_bureau_hears_next_day_whom_a_notice_did_not_reach(year):
    (digest,) = year.messages("每日汇总（2024年5月8日）")
    assert "通知没有送达" in digest
    assert "示例县青禾农技推广站" in digest
    (before,) = year.messages("每日汇总（2024年4月10日）")
    assert "通知没有送达" not in before


def test_a_second_time_nothing_is_left_and_nothing_is_sent(year, script):
    received = len(year.receiver.received)
    with clock(lambda: morning(END)):
        assert not _anything_left(year.settings, script, DEMO)
    play(year.settings, script, lambda day: None)
    assert len(year.receiver.received) == received


def test_a_named_officer_has_the_failed_ones_sent_again(year):
    cycle = year.cycle(END)
    lost = listed(cycle, "failed")
    assert {e.status for e in lost} == {Status.REFUSED, Status.UNKNOWN}
    assert all(row["说明"] != "—" and row["事项"] for row in rows(cycle, lost))
    with pytest.raises(JixiaoError, match="经办人"):
        resend(cycle, [lost[0].id], " ")
    sent = listed(cycle, "sent")[0]
    with pytest.raises(JixiaoError, match="不能重发"):
        resend(cycle, [lost[0].id, sent.id], "周明远")
    with pytest.raises(JixiaoError, match="没有编号 987654"):
        resend(cycle, [987654], "周明远")
    assert listed(cycle, "failed") == lost, "a mistake in the list sends none of it"
    before = year.arrived()
    resend(cycle, [e.id for e in lost], "周明远")
    year.run(END, "notify")
    assert listed(cycle, "failed") == []
    again = year.arrived() - before
    assert again == {e.message_id: 1 for e in lost}, "by the same id a receiver can tell"
    with cycle.store.read() as connection:
        (event,) = [e for e in history(connection, YEAR) if e.what == "notices_resent"]
    assert event.actor == "周明远"
    assert event.detail["ids"] == [e.id for e in lost]
