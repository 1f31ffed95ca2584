"""The operators read in Chinese why a run's process died."""

from __future__ import annotations

import pytest

from flows.tell_operators import in_words

KILLED = (
    "Process exited with status code: -9. Process exited due to a SIGKILL signal. Typically "
    "caused by the operating system terminating the process for exceeding memory limits."
)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (KILLED, "内存不足"),
        ("Process exited with status code: -15. Process exited due to SIGTERM.", "信号 15"),
        ("Process exited with status code: 1. This may be caused by an unhandled", "异常退出（1）"),
    ],
)
def test_a_dead_process_is_said_in_chinese(error: str, says: str) -> None:
    assert says in in_words(error)
    assert "Process" not in in_words(error)


def test_anything_else_is_passed_on() -> None:
    assert in_words("1/6 项未完成（示例县星河图书馆）") == "1/6 项未完成（示例县星河图书馆）"
