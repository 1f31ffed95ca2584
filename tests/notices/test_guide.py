"""What the guide tells an operator to write is what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from jixiao.notices import ChannelBook, Kind, Status
from jixiao.policy.model import Calendar, Channel, Channels, Stage

GUIDE = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")
SCHEMAS = "dingtalk|wecombot|feishu|lark|jsons?|forms?"
#: Words that stand for a token or a host.
WORDS = {"令牌": "a1b2c3d4e5", "密钥": "a1b2c3d4e5", "主机": "gateway.example", "…": "0000abcd"}


def addresses() -> list[str]:
    found = re.findall(rf"(?:`|=)((?:{SCHEMAS})://[^`\n]+)", GUIDE)
    for word, stand_in in WORDS.items():
        found = [a.replace(word, stand_in) for a in found]
    return [re.sub(r"[\u4e00-\u9fff]+", "x", a) for a in found if a.partition("://")[2]]


def blocks() -> list[dict]:
    return [yaml.safe_load(b) for b in re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)]


def test_there_are_addresses_of_every_kind():
    kinds = {a.partition("://")[0] for a in addresses()}
    assert kinds >= {"dingtalk", "wecombot", "feishu", "lark", "jsons", "forms"}


@pytest.mark.parametrize("address", addresses())
def test_an_address_as_the_guide_writes_it_is_taken(address):
    policy = Channels(channels={"main": Channel(title="渠道", url_env="U")})
    with ChannelBook(policy, {"U": address}) as book:
        assert book.problem("main") is None


def test_the_guides_calendar_and_channels_are_what_the_pack_reads():
    calendar, channels = blocks()
    for stage in Stage:
        calendar["windows"].setdefault(stage.value, calendar["windows"]["submit"])
    assert Calendar.model_validate(calendar).quiet is not None
    assert Channels.model_validate(channels).escalate is not None


def test_the_guide_explains_every_state_and_every_command():
    for status in Status:
        if status is not Status.SENDING:
            assert f"| {status.chinese} |" in GUIDE
    for command in ("notices", "preview", "test", "resend", "extend", "extensions"):
        assert re.search(rf"^jixiao (notices )?{command} ", GUIDE, re.M)
    assert Kind.SUBMIT_REMINDER.value in GUIDE
