"""One message for several departments: of one person, of a competent department, of escalation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jixiao.notices.channels import outcomes
from jixiao.notices.model import message_id
from jixiao.policy import Pack
from jixiao.policy.model import Escalate
from tests.year_notices.conftest import Stand

YUNLING = "11431199MB99010161"
XINGHE = "12431199MB99020279"
QINGHE = "12431199MB9903038L"
PINGHU = "12431199MB99040490"
#: 14 working days before 30 April 2024, the first reminder.
FIRST = date(2024, 4, 11)


def changed(pack: Pack, channels: dict | None = None, **departments: dict) -> Pack:
    """The pack with other channels and with departments changed by unit code (``u`` + code)."""
    roster = tuple(
        replace(d, **departments.get(f"u{d.code}", departments.get("everybody", {})))
        for d in pack.roster.departments
    )
    return replace(
        pack,
        roster=pack.roster.model_copy(update={"departments": roster}),
        channels=pack.channels.model_copy(update=channels or {}),
    )


ONE = {"contact": "钱**", "phone": "133****6666"}


def test_one_person_with_three_units_hears_once_what_each_is_missing(issued, pack):
    issued.pack = changed(pack, **{f"u{c}": ONE for c in (XINGHE, QINGHE, PINGHU)})
    issued.run(FIRST, "remind", "notify")
    (message,) = issued.messages("自评催报：3 个单位")
    for name in ("示例县星河图书馆", "示例县青禾农技推广站", "示例县平湖水文服务中心"):
        assert f"{name}：还缺附件1" in message
    assert message.count("截止 2024年4月30日（还有 19 天截止）") == 3
    assert "报送：交到财政部门指定的收件文件夹" in message
    alone = issued.messages("绩效自评尚未报齐")
    assert len(alone) == 3, "the other three each have a contact of their own"
    assert not any("示例县星河图书馆" in m for m in alone)


def test_each_row_says_in_which_message_it_went_and_the_next_run_is_silent(issued, pack):
    issued.pack = changed(pack, **{f"u{c}": ONE for c in (XINGHE, QINGHE, PINGHU)})
    issued.run(FIRST, "remind", "notify")
    (digest,) = issued.rows(kind="contact_digest", due=FIRST)
    identity = message_id(
        digest["year"],
        digest["stage"],
        digest["recipient"],
        digest["kind"],
        digest["due"],
        digest["subject"],
        digest["channel"],
    )
    merged = issued.rows(status="merged", due=FIRST)
    assert {r["recipient"] for r in merged} == {XINGHE, QINGHE, PINGHU}
    assert {r["merged_into"] for r in merged} == {identity}
    assert issued.arrived()[identity] == 1
    received = len(issued.receiver.received)
    assert issued.run(FIRST, "remind", "notify") == []
    assert len(issued.receiver.received) == received


def test_the_switch_off_and_each_department_hears_for_itself(issued, pack):
    off = {"digest_per_contact": False}
    issued.pack = changed(pack, off, everybody=ONE)
    issued.run(FIRST, "remind", "notify")
    assert len(issued.messages("绩效自评尚未报齐")) == 6
    assert issued.rows(status="merged") == []


def test_the_same_name_without_telephone_match_is_another_person(issued, pack):
    issued.pack = changed(
        pack, **{f"u{XINGHE}": ONE, f"u{QINGHE}": {**ONE, "phone": "133****7777"}}
    )
    issued.run(FIRST, "remind", "notify")
    assert len(issued.messages("绩效自评尚未报齐")) == 6


def test_no_contact_on_the_roster_is_nobody_in_particular(issued, pack):
    issued.pack = changed(pack, everybody={"contact": "", "phone": ""})
    issued.run(FIRST, "remind", "notify")
    assert len(issued.messages("绩效自评尚未报齐")) == 6


@pytest.mark.parametrize(("same_address", "messages"), [(True, 1), (False, 2)])
def test_two_channels_with_one_address_are_one_place(
    issued, pack, monkeypatch, same_address, messages
):
    second = pack.channels.channels["departments"].model_copy(update={"url_env": "TEST_SECOND"})
    path = "ok/departments" if same_address else "ok/elsewhere"
    monkeypatch.setenv("TEST_SECOND", issued.receiver.url(path))
    channels = {"channels": {**pack.channels.channels, "second": second}}
    issued.pack = changed(
        pack, channels, **{f"u{XINGHE}": ONE, f"u{QINGHE}": {**ONE, "channels": ("second",)}}
    )
    issued.run(FIRST, "remind", "notify")
    both = [
        m
        for m in issued.messages("2023 年度")
        if "尚未报齐" in m or "自评催报" in m
        if "星河图书馆" in m or "青禾农技" in m
    ]
    assert len(both) == messages


def test_a_digest_that_would_be_too_long_for_its_service_becomes_several(issued, pack, monkeypatch):
    """A WeCom robot takes 2,048 bytes; what is cut off would be somebody's deadline."""
    small = replace(outcomes.WEBHOOK, body_bytes=2_048)
    monkeypatch.setattr("jixiao.notices.channels.book.WEBHOOK", small)
    issued.pack = changed(pack, everybody=ONE)
    issued.run(FIRST, "remind", "notify")
    texts = [m for m in issued.messages("报") if "自评催报：" in m or "尚未报齐" in m]
    assert len(texts) > 1
    for department in pack.roster.departments:
        assert sum(department.name in text for text in texts) == 1
    assert not any("略去" in text for text in texts)
    assert all(len(text.encode()) <= 2_300 for text in texts)


def test_what_was_tried_before_is_never_said_again_in_another_message(issued, pack):
    issued.receiver.modes["/ok/departments"] = "broken"
    issued.pack = changed(pack, {"digest_per_contact": False}, everybody=ONE)
    issued.run(FIRST, "remind", "notify")
    tried = {r["id"] for r in issued.rows(status="waiting", due=FIRST) if r["attempts"]}
    assert tried
    issued.receiver.modes["/ok/departments"] = "ok"
    issued.pack = changed(pack, everybody=ONE)
    issued.run(date(2024, 4, 12), "notify")
    assert {r["id"] for r in issued.rows(status="sent") if r["attempts"] > 1} >= tried


def test_a_competent_department_hears_of_its_units_while_one_owes(issued):
    issued.run(FIRST, "competent", "notify")
    (message,) = issued.messages("下属单位还有 1 个未办")
    assert "示例县云岭文化旅游局：" in message
    assert "示例县星河图书馆：自评工作簿已下达，等待报送；要做的：在 2024-04-30 前" in message
    assert issued.rows(kind="competent_digest")[0]["recipient"] == YUNLING
    assert issued.run(FIRST, "competent", "notify") == [], "once a reminder's day"
    assert issued.run(date(2024, 4, 22), "competent"), "and again on the next one"


#: The days of the reminders of the year's pack: the first three, then after the closing date.
DAYS = [FIRST, date(2024, 4, 22), date(2024, 4, 29), date(2024, 5, 6), date(2024, 5, 10)]


def test_after_n_reminders_named_people_are_told_once(issued, pack):
    issued.pack = changed(pack, {"escalate": Escalate(after=3, to=("operators",))})
    for day in DAYS[:2]:
        issued.run(day, "remind", "escalate", "notify")
    assert issued.rows(kind="escalation") == []
    for day in DAYS[2:]:
        issued.run(day, "remind", "escalate", "notify")
    rows = issued.rows(kind="escalation")
    assert {r["subject"] for r in rows} == {d.code for d in pack.roster.departments}
    assert len(rows) == 6, "once a department and stage, however long it goes on"
    (message,) = issued.messages("多次提醒仍未报：6 个单位")
    assert message.count("已提醒 3 次") == 6
    assert "电话 134****5555" in message
    paths = [path for path, body in issued.receiver.received if "多次提醒" in body["title"]]
    assert paths == ["/ok/operators"]


def test_whom_nobody_can_reach_is_escalated_all_the_same(issued, pack):
    only = {"everybody": {"channels": ()}}
    issued.pack = changed(pack, {"escalate": Escalate(after=2, to=("bureau",))}, **only)
    for day in DAYS[:2]:
        assert issued.run(day, "remind") == []
        issued.run(day, "escalate", "notify")
    rows = issued.rows(kind="escalation")
    assert len(rows) == 6
    assert all("没有可用的通知渠道" in r["body"] for r in rows)


def test_without_the_setting_nobody_is_escalated_to(issued, pack):
    issued.pack = changed(pack, {"escalate": None})
    for day in DAYS:
        issued.run(day, "remind", "escalate", "notify")
    assert issued.rows(kind="escalation") == []


def test_the_reminder_says_what_is_missing_and_where_the_file_lies(issued, pack: Pack):
    stand: Stand = issued
    stand.run(FIRST, "remind", "notify")
    message = next(m for m in stand.messages("绩效自评尚未报齐") if "青禾农技" in m)
    for number, form in enumerate(pack.forms.values(), 1):
        assert f"{number}. {form.id} {pack.title(form.title)}" in message
    assert str(stand.settings.deliveries) in message
