"""Channels: which addresses are taken, what reaches the services, what never shows."""

from __future__ import annotations

import logging
import time

import apprise
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from jixiao.notices import ChannelBook, put, send_due
from jixiao.notices.channels.book import fit
from jixiao.notices.channels.masking import Secrets, secret_parts
from jixiao.notices.channels.outcomes import SERVICES
from jixiao.policy.model import Channel, Channels, Department, Escalate, Roster
from jixiao.store.tables import outbox

SECRET = "Planted5ecretTokenDoNotShow"


def one(address: str, **policy) -> ChannelBook:
    channels = {"main": Channel(title="主渠道", url_env="TEST_MAIN")}
    return ChannelBook(Channels(channels=channels, **policy), {"TEST_MAIN": address})


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "TEST_MAIN 为空"),
        (f"mailto://{SECRET}:pass@example.org", "地址类型不在允许之列"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}", "地址类型不在允许之列"),
        (f"wecom://{SECRET}", "地址类型不在允许之列"),
        (SECRET, "地址类型不在允许之列"),
        (f"feishu://{SECRET}!!!", "写法不对"),
        (f"dingtalk://{SECRET}*bad@/", "写法不对"),
        ("json://", "写法不对"),
        (f"json://[{SECRET}", "写法不对"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_reason_and_not_an_error(address, words, caplog):
    with caplog.at_level(1), one(address) as book:
        assert book.channel("main") is None
        problem = book.problem("main") or ""
    assert words in problem
    assert SECRET.lower() not in (problem + caplog.text).lower()


def test_apprise_never_sees_a_schema_outside_the_allow_list(monkeypatch):
    def seen(*_, **__):
        raise AssertionError("reached Apprise")

    monkeypatch.setattr(apprise.Apprise, "instantiate", seen)
    with one("ntfy://topic") as book:
        assert book.channel("main") is None


@pytest.mark.parametrize("schema", ["mailto", "mailtos"])
def test_mail_schemas_are_refused_even_where_a_pack_allows_them(schema):
    with one(f"{schema}://user:pass@example.org", schemas=("json", schema)) as book:
        assert "以下列之一开头：json。" in (book.problem("main") or "")


def test_a_plugin_that_tells_nothing_of_the_outcome_is_refused():
    with one("syslog://", schemas=("syslog",)) as book:
        assert "无法得知发送结果" in (book.problem("main") or "")


def test_recipients_nobody_can_reach():
    policy = Channels(
        bureau=("b",),
        channels={
            "a": Channel(title="甲", url_env="A"),
            "b": Channel(title="乙", url_env="B"),
        },
    )
    roster = Roster(
        departments=(
            Department(code="1" * 18, name="有渠道", channels=("b", "a")),
            Department(code="2" * 18, name="没登记"),
            Department(code="3" * 18, name="没配置", channels=("b",)),
            Department(code="4" * 18, name="写错", channels=("c",)),
        )
    )
    with ChannelBook(policy, {"A": "json://127.0.0.1:9/"}) as book:
        found = {u.recipient: (u.name, u.reason) for u in book.unreachable(roster)}
    assert found == {
        "bureau": ("财政局", "通知渠道“乙”未配置：环境变量 B 为空。"),
        "operators": ("系统运维", "没有登记通知渠道。"),
        "2" * 18: ("没登记", "没有登记通知渠道。"),
        "3" * 18: ("没配置", "通知渠道“乙”未配置：环境变量 B 为空。"),
        "4" * 18: ("写错", "没有定义通知渠道 c。"),
    }


ROBOTS = {
    "dingtalk": (f"dingtalk://{SECRET}", "notify_url"),
    "wecombot": (f"wecombot://{SECRET}", "api_url"),
    "feishu": (f"feishu://{SECRET}", "notify_url"),
    "lark": (f"lark://{SECRET}", "webhook_url"),
}


def robot(schema, receiver, mode):
    """A chat service's channel whose plugin posts to the local receiver."""
    address, attribute = ROBOTS[schema]
    book = one(address)
    channel = book.channel("main")
    setattr(channel._plugin, attribute, f"http://127.0.0.1:{receiver.port}/{mode}/{SECRET}")
    return book, channel


@pytest.mark.parametrize("schema", ROBOTS)
def test_robots_post_a_bounded_text_and_their_answer_is_read(schema, receiver, caplog):
    book, channel = robot(schema, receiver, "keyword")
    long = "很长的内容。" * 20_000 + "\n\n有疑问请联系绩效股。"
    with book, caplog.at_level(1):
        outcome = channel.send("标题", long, "JX-1")
    ((_, body),) = receiver.received
    content = body.get("text") or body["content"]
    text = content.get("content") or content["text"]
    assert len(text.encode()) <= SERVICES[schema].body_bytes
    assert "标题" in text
    assert text.endswith("有疑问请联系绩效股。\n\n消息编号：JX-1")
    # The receiver answers errcode: DingTalk and WeCom speak it, Feishu and Lark do not.
    assert outcome.kind == {"dingtalk": "permanent", "wecombot": "temporary"}.get(
        schema, "technical"
    )
    assert SECRET.lower() not in (caplog.text + outcome.detail).lower()


def test_markdown_goes_out_as_markdown(receiver):
    policy = Channels(
        channels={"main": Channel(title="主渠道", url_env="U", format="markdown")},
    )
    with ChannelBook(policy, {"U": f"dingtalk://{SECRET}"}) as book:
        channel = book.channel("main")
        channel._plugin.notify_url = f"http://127.0.0.1:{receiver.port}/broken"
        assert channel.send("标题", "**正文** :smile:", "JX-2").kind == "temporary"
    ((_, body),) = receiver.received
    assert body["markdown"] == {"title": "标题", "text": "**正文** :smile:\n\n消息编号：JX-2"}


def test_apprise_itself_is_left_as_it_is(receiver):
    with one(receiver.url("ok")) as book:
        mine = type(book.channel("main")._plugin)
        other = apprise.Apprise.instantiate(receiver.url("ok"))
        assert type(other) is not mine
        assert issubclass(mine, type(other))
        assert mine.send is not type(other).send
        assert other.notify(body="x") is True
    assert len(receiver.received) == 1


@pytest.mark.parametrize("mode", ["ok", "broken", "gone", "moved", "limited", "reset", "keyword"])
def test_a_planted_secret_shows_nowhere(mode, receiver, make_notice, engine, now, caplog):
    address = receiver.url(f"{mode}/{SECRET}", f"?rto=0.3&+X-Key={SECRET}x&-token={SECRET}y")
    address = address.replace("://", f"://{SECRET}u:{SECRET}p@")
    with caplog.at_level(1), one(address) as book:
        with engine.begin() as connection:
            put(connection, [make_notice()], now)
        summary = send_due(engine, book, now)
        with engine.connect() as connection:
            stored = [tuple(row) for row in connection.execute(select(outbox))]
    assert any(r.name == "apprise" for r in caplog.records), "Apprise's own lines are looked at"
    assert any(r.name.startswith("urllib3") for r in caplog.records)
    assert SECRET in receiver.received[0][0], "the secret did go to its receiver"
    seen = f"{caplog.text} {summary} {stored}"
    assert SECRET.lower() not in seen.lower()


def test_a_traceback_in_a_guarded_log_is_masked(caplog):
    with one(f"json://127.0.0.1/{SECRET}"):
        try:
            raise ValueError(f"cannot post to {SECRET}")
        except ValueError:
            logging.getLogger("apprise").exception("failed with %s", SECRET)
    assert "cannot post to ***" in caplog.text
    assert SECRET not in caplog.text


@given(st.from_regex(r"[a-z]+://[A-Za-z0-9%/?&=@:]{8,60}", fullmatch=True), st.text())
def test_every_address_hides_itself_whatever_stands_around_it(address, around):
    secrets = Secrets()
    secrets.learn(address)
    assert address not in secrets.hide(f"{around}{address}{around}")


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("json://host.example/hook/abcdef", {"abcdef", "host.example/hook/abcdef"}),
        ("dingtalk://sec%2Fret@tokentoken/", {"sec%2Fret", "sec/ret", "tokentoken"}),
        ("json://u1234:p1234@host.example/", {"u1234", "p1234"}),
        ("json://host.example/?k=abcd1234", {"abcd1234"}),
    ],
)
def test_parts_of_an_address(address, parts):
    found = secret_parts(address)
    assert parts <= found
    assert "host.example" not in found


@given(st.text(max_size=300), st.integers(60, 400))
def test_fit_keeps_the_room_and_the_tail(body, room):
    whole = fit(body, "消息编号：JX-0123", room)
    whole.encode()
    assert whole.endswith("消息编号：JX-0123")
    if len(f"{body}\n\n消息编号：JX-0123".encode()) <= room:
        assert whole == f"{body}\n\n消息编号：JX-0123"
    elif room >= 90:
        assert len(whole.encode()) <= room


@pytest.mark.parametrize(
    ("address", "per_minute", "interval"),
    [
        ("json://127.0.0.1:9/", None, 0),
        ("json://127.0.0.1:9/", 120, 0.5),
        (f"dingtalk://{SECRET}", None, 3.1),
        (f"dingtalk://{SECRET}", 10, 6.0),
        (f"dingtalk://{SECRET}", 600, 3.1),  # never quicker than the service allows
    ],
)
def test_the_pack_sets_a_pace_and_the_service_its_limit(address, per_minute, interval):
    channel = Channel(title="主渠道", url_env="U", max_per_minute=per_minute, workers=7)
    with ChannelBook(Channels(channels={"main": channel}), {"U": address}) as book:
        assert book.channel("main").interval == pytest.approx(interval)
        assert book.channel("main").workers == 7


def test_workers_send_at_the_same_time(receiver, engine, make_notice, now):
    """Eight messages to a receiver that takes 0.8 s each: by eight workers in well under 6 s."""
    channel = Channel(title="主渠道", url_env="U", workers=8)
    with engine.begin() as connection:
        put(connection, [make_notice(n) for n in range(8)], now)
    with ChannelBook(
        Channels(channels={"main": channel}), {"U": receiver.url("slow", "?rto=9")}
    ) as book:
        begun = time.monotonic()
        assert send_due(engine, book, now).sent == 8
        assert time.monotonic() - begun < 4


def test_a_stated_pace_holds_for_all_workers_together(receiver, engine, make_notice, now):
    channel = Channel(title="主渠道", url_env="U", workers=8, max_per_minute=600)
    with engine.begin() as connection:
        put(connection, [make_notice(n) for n in range(8)], now)
    with ChannelBook(Channels(channels={"main": channel}), {"U": receiver.url("ok")}) as book:
        begun = time.monotonic()
        assert send_due(engine, book, now).sent == 8
        assert time.monotonic() - begun >= 0.7


def test_whom_to_escalate_to_must_be_a_channel():
    with pytest.raises(ValueError, match="没有定义通知渠道“leaders”"):
        Channels(channels={}, escalate=Escalate(after=3, to=("leaders",)))


def test_two_names_of_one_address_have_one_end():
    channels = {n: Channel(title=n, url_env=n.upper()) for n in ("a", "b", "c", "d")}
    environ = {
        "A": f"json://h.example/{SECRET}",
        "B": f"json://h.example/{SECRET}",
        "C": "json://x",
    }
    with ChannelBook(Channels(channels=channels), environ) as book:
        assert book.end("a") == book.end("b") != book.end("c")
        assert book.end("d") == "d"
        assert SECRET not in book.end("a")
