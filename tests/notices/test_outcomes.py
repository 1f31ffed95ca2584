"""An answer is read as the service means it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import requests
import yaml
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from jixiao.notices.channels.outcomes import SERVICES, Answer, interpret, interpret_error

CASES = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))


def answer(status, headers, body):
    return Answer(status, CaseInsensitiveDict(headers), body)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['schema']}-{c['status']}-{c['body']}")
def test_answers(case):
    outcome = interpret(
        case["schema"], answer(case["status"], case.get("headers", {}), case["body"].encode())
    )
    assert outcome.kind == case["kind"]
    assert str(case.get("words", "")) in outcome.detail
    wait = timedelta(seconds=case["wait"]) if "wait" in case else None
    assert outcome.retry_after == wait
    assert outcome.doubtful is case.get("doubtful", False)
    assert (outcome.detail == "") is (outcome.kind == "handed_over")


@given(
    schema=st.sampled_from(["json", "form", *SERVICES]),
    status=st.integers(100, 599),
    headers=st.dictionaries(st.sampled_from(["Retry-After", "Date"]), st.text()),
    body=st.binary() | st.from_regex(rb'\{"(errcode|code|StatusCode)": .*\}'),
)
def test_no_answer_breaks_the_reading_and_none_is_quoted(schema, status, headers, body):
    outcome = interpret(schema, answer(status, headers, body))
    if outcome.kind == "handed_over":
        assert 200 <= status < 300
    if schema in SERVICES and b"0" not in body:
        assert outcome.kind != "handed_over", "a chat service says 0 when it means yes"


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (requests.exceptions.ConnectTimeout(), False),
        (requests.exceptions.SSLError(), False),
        (requests.exceptions.ProxyError(), False),
        (requests.exceptions.InvalidURL("http://secret"), False),
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.ConnectionError("reset"), True),
    ],
)
def test_only_what_may_have_arrived_is_doubtful(error, doubtful):
    outcome = interpret_error(error)
    assert outcome.doubtful is doubtful
    assert outcome.kind in ("technical", "permanent")
    assert "secret" not in outcome.detail
