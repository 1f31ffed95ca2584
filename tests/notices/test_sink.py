"""The local sink keeps what channels send."""

from __future__ import annotations

import json
import urllib.request

import pytest

from jixiao.demo.sink import Sink
from jixiao.notices import ChannelBook
from jixiao.policy.model import Channel, Channels


def test_messages_of_two_channels_land_in_one_file(tmp_path):
    file = tmp_path / "below" / "messages.jsonl"
    policy = Channels(
        channels={n: Channel(title=n, url_env=n.upper()) for n in ("bureau", "departments")}
    )
    with Sink(file) as sink:
        environ = {"BUREAU": sink.address("bureau"), "DEPARTMENTS": sink.url}
        with ChannelBook(policy, environ) as book:
            assert book.channel("bureau").send("汇总", "正文\n第二行", "JX-1").kind == "handed_over"
            assert book.channel("departments").send("催报", "内容", "JX-2").kind == "handed_over"
        http = sink.url.replace("json://", "http://")
        urllib.request.urlopen(urllib.request.Request(http, data=b"plain", method="POST")).close()
    first, second, third = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (first["path"], first["title"]) == ("bureau", "汇总")
    assert first["message"] == "正文\n第二行\n\n消息编号：JX-1"
    assert (second["path"], second["title"]) == ("notices", "催报")
    assert third == {"path": "notices", "text": "plain"}


def test_a_sink_that_is_not_open_has_no_address(tmp_path):
    sink = Sink(tmp_path / "messages.jsonl")
    with pytest.raises(RuntimeError):
        _ = sink.url
    with sink:
        assert sink.url.startswith("json://127.0.0.1:")
    with pytest.raises(RuntimeError):
        _ = sink.url
