"""Nothing is sent twice, nothing is lost, and what is not known is called so."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from jixiao.notices import Status, failed, put, send_due, send_failed_again, sent, sweep, waiting
from jixiao.notices.outbox import delivery
from jixiao.store.tables import outbox

MINUTE = timedelta(minutes=1)


def queue(engine, *notices, now):
    with engine.begin() as connection:
        return put(connection, notices, now)


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(select(outbox).order_by(outbox.c.id)).mappings().all()


def test_put_and_sent_again_is_one_message(engine, receiver, book, make_notice, now):
    notices = [make_notice(n) for n in range(40)]
    channels = book(main=receiver.url("ok"))
    assert queue(engine, *notices, now=now) == 40
    assert queue(engine, *notices, make_notice(40), now=now) == 1
    assert send_due(engine, channels, now).sent == 41
    # The same key with other words is still the same notice, also once it is sent.
    assert queue(engine, make_notice(1, title="又一次", body="改了说法"), now=now) == 0
    assert send_due(engine, channels, now + MINUTE).tried == 0
    bodies = Counter(body["message"] for _, body in receiver.received)
    assert len(bodies) == 41
    assert set(bodies.values()) == {1}
    assert all(r["status"] == "sent" and r["attempts"] == 1 for r in rows(engine))


def test_what_arrives_is_what_the_outbox_holds_with_its_id(
    engine, receiver, book, make_notice, now
):
    first, second = make_notice(1), make_notice(1, subject="f00d")
    queue(engine, first, second, now=now)
    send_due(engine, book(main=receiver.url("ok")), now)
    arrived = {body["message"] for _, body in receiver.received}
    assert arrived == {f"{n.body}\n\n消息编号：{n.id}" for n in (first, second)}
    assert first.id != second.id


def test_many_notices_in_one_put_with_repeats_among_them(engine, make_notice, now):
    notices = [make_notice(n % 1200) for n in range(1500)]
    assert queue(engine, *notices, now=now) == 1200
    assert queue(engine, now=now) == 0


def test_two_senders_at_once_share_the_work(engine, receiver, book, make_notice, now):
    queue(engine, *(make_notice(n) for n in range(150)), now=now)
    channels = book(main=receiver.url("ok"))
    start = threading.Barrier(2)

    def work(_):
        start.wait()
        return send_due(engine, channels, now, max_workers=2)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, range(2)))
    assert sum(r.sent for r in results) == 150
    arrived = Counter(body["message"] for _, body in receiver.received)
    assert len(arrived) == 150
    assert max(arrived.values()) == 1


def test_a_crash_leaves_unknown_and_is_not_sent_again(
    engine, receiver, book, make_notice, now, monkeypatch
):
    queue(engine, *(make_notice(n) for n in range(3)), now=now)
    channels = book(main=receiver.url("ok"))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_record", die)  # the messages left, the record did not
        with pytest.raises(KeyboardInterrupt):
            send_due(engine, channels, now)
    assert [r["status"] for r in rows(engine)] == ["sending"] * 3
    assert len(receiver.received) == 3

    assert sweep(engine, now + MINUTE) == 0  # it may still be alive
    later = now + timedelta(hours=1)
    assert sweep(engine, later) == 3
    assert send_due(engine, channels, later).tried == 0
    assert len(receiver.received) == 3
    with engine.connect() as connection:
        assert [e.status for e in failed(connection)] == [Status.UNKNOWN] * 3
        assert waiting(connection, 2023) == []

    sweep(engine, later, resend=True)
    assert send_due(engine, channels, later).sent == 3
    ids = Counter(body["message"] for _, body in receiver.received)
    assert set(ids.values()) == {2}, "the receiver can tell: the same id twice"


def test_a_sender_taken_for_dead_does_not_overwrite_its_successor(
    engine, receiver, book, make_notice, now, monkeypatch
):
    queue(engine, make_notice(), now=now)
    channels = book(main=receiver.url("broken"))
    record = delivery._record

    def late(*given):
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_record", record)
            receiver.modes["/broken"] = "ok"
            sweep(engine, now + timedelta(hours=1), resend=True)
            assert send_due(engine, channels, now + timedelta(hours=1)).sent == 1
        record(*given)  # the first sender wakes up and reports its 500

    monkeypatch.setattr(delivery, "_record", late)
    send_due(engine, channels, now)
    assert [r["status"] for r in rows(engine)] == ["sent"]


@pytest.mark.parametrize(
    ("mode", "status", "sort"),
    [
        ("broken", "waiting", "暂时失败"),
        ("limited", "waiting", "暂时失败"),
        ("keyword", "waiting", "暂时失败"),
        ("gone", "refused", "永久失败"),
        ("moved", "refused", "永久失败"),
        ("reset", "unknown", "技术故障"),
        ("slow", "unknown", "技术故障"),
    ],
)
def test_kinds_of_failure_are_kept_apart(
    engine, receiver, book, make_notice, now, mode, status, sort
):
    queue(engine, make_notice(), now=now)
    result = send_due(engine, book(main=receiver.url(mode, "?rto=0.2")), now)
    (row,) = rows(engine)
    assert (row["status"], row["attempts"]) == (status, 1)
    assert row["last_error"].startswith(sort)
    assert result.tried == 1
    assert result.sent == 0
    assert len(receiver.received) == 1
    assert send_due(engine, book(main=receiver.url("ok")), now).tried == 0


def test_a_server_that_is_not_there_is_tried_again_later(engine, book, make_notice, now):
    queue(engine, make_notice(), now=now)
    result = send_due(engine, book(main="json://127.0.0.1:9/"), now)
    (row,) = rows(engine)
    assert (row["status"], row["next_attempt"]) == ("waiting", now + MINUTE)
    assert "连接不上" in row["last_error"]
    assert result.postponed == 1


def test_backoff_then_given_up_then_taken_up_again(engine, receiver, book, make_notice, now):
    queue(engine, make_notice(), now=now)
    channels = book(main=receiver.url("broken"))
    moment, waits = now, []
    for _ in delivery.BACKOFF:
        assert send_due(engine, channels, moment).postponed == 1
        (row,) = rows(engine)
        waits.append(row["next_attempt"] - moment)
        moment = row["next_attempt"]
        assert send_due(engine, channels, moment - timedelta(seconds=1)).tried == 0
    assert waits == list(delivery.BACKOFF)
    assert send_due(engine, channels, moment).refused == 1
    (row,) = rows(engine)
    assert (row["status"], row["attempts"]) == ("refused", 6)
    assert "已试 6 次" in row["last_error"]

    receiver.modes["/broken"] = "ok"
    assert send_due(engine, channels, moment + timedelta(days=9)).tried == 0
    assert send_failed_again(engine, [row["id"]], moment) == 1
    assert send_due(engine, channels, moment).sent == 1
    with engine.connect() as connection:
        (entry,) = sent(connection, 2023)
        assert sent(connection, 2022) == []
    assert (entry.status, entry.attempts, entry.last_error) == (Status.SENT, 1, "")


@pytest.mark.parametrize("written", ["7200", "Tue, 23 Apr 2024 03:00:00 GMT"])
def test_retry_after_holds_for_the_whole_channel(engine, receiver, book, make_notice, now, written):
    receiver.headers = {"Retry_After": written}
    if not written.isdigit():
        # A date counts by the service's clock, which may differ from ours.
        receiver.headers["Date"] = "Tue, 23 Apr 2024 01:00:00 GMT"
    queue(engine, *(make_notice(n) for n in range(60)), make_notice(1, "other"), now=now)
    channels = book(main=receiver.url("limited"), other=receiver.url("ok"))
    result = send_due(engine, channels, now, max_workers=1)
    assert result.sent == 1, "another channel is not held up"
    tried = result.postponed
    assert tried < 60, "the service is left alone at once"
    assert send_due(engine, channels, now + timedelta(minutes=119)).tried == 0
    receiver.modes["/limited"] = "ok"
    assert send_due(engine, channels, now + timedelta(minutes=120)).sent == 60


def test_an_unconfigured_channel_holds_its_notices_with_the_reason(
    engine, receiver, book, make_notice, now
):
    queue(engine, make_notice(1), make_notice(1, "nowhere"), make_notice(2, "unheard"), now=now)
    channels = book(main=receiver.url("ok"), nowhere="")
    result = send_due(engine, channels, now)
    assert (result.sent, result.held, result.tried) == (1, 2, 1)
    with engine.connect() as connection:
        held = {e.channel: e for e in waiting(connection)}
    assert held["nowhere"].last_error == "通知渠道“nowhere”未配置：环境变量 TEST_NOWHERE 为空。"
    assert held["unheard"].last_error == "没有定义通知渠道 unheard。"
    assert {e.attempts for e in held.values()} == {0}
    configured = book(main=receiver.url("ok"), nowhere=receiver.url("ok"))
    assert send_due(engine, configured, now + MINUTE).sent == 1


def test_limit_bounds_one_call(engine, receiver, book, make_notice, now):
    queue(engine, *(make_notice(n) for n in range(50)), now=now)
    channels = book(main=receiver.url("ok"))
    assert send_due(engine, channels, now, limit=37).sent == 37
    assert len(receiver.received) == 37
    assert send_due(engine, channels, now).sent == 13


def test_a_paced_channel_keeps_its_pace_and_holds_up_no_other(
    engine, receiver, book, make_notice, now
):
    queue(
        engine,
        *(make_notice(n, "robot") for n in range(4)),
        *(make_notice(n) for n in range(100)),
        now=now,
    )
    channels = book(main=receiver.url("ok/main"), robot=receiver.url("ok/robot"))
    robot = channels.channel("robot")
    robot.interval = 0.25
    begun = datetime.now(UTC)
    assert send_due(engine, channels, now).sent == 104
    assert datetime.now(UTC) - begun >= timedelta(seconds=0.75)
    order = [path for path, _ in receiver.received]
    assert order.index("/ok/main") < 4
    assert order[-1] == "/ok/robot", "the quick ones were done long before"


def test_listings_leave_other_states_out(engine, make_notice, now):
    queue(engine, *(make_notice(n) for n in range(5)), now=now)
    with engine.begin() as connection:
        for number, status in enumerate(Status, start=1):
            connection.execute(
                update(outbox).where(outbox.c.id == number).values(status=status.value)
            )
    with engine.connect() as connection:
        assert [e.status.value for e in waiting(connection)] == ["waiting", "sending"]
        assert [e.status.value for e in sent(connection)] == ["sent"]
        assert [e.status.value for e in failed(connection)] == ["refused", "unknown"]
