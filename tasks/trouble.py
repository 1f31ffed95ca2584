"""What went wrong, in words an operator can act on."""

from __future__ import annotations

from typing import Any

from prefect import State
from sqlalchemy.exc import DBAPIError

from jixiao.errors import JixiaoError, database_trouble, remedy, unreadable
from jixiao.year.pool import LostProcess


def error_of(state: State[Any]) -> object:
    """What was raised in a run that is over; what its state says where nothing was."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, BaseException):
        return error
    return state.message or state.name or "没有说明"


_RETRY = "修正后点 Retry"


def explain(error: object) -> tuple[str, str]:
    """Why an item failed and what to do.

    Args:
        error: what was raised, or anything that says what happened.
    """
    if isinstance(error, JixiaoError):
        return error.message, f"按原因{_RETRY}"
    if isinstance(error, OSError):
        return unreadable(error), f"{remedy(error)}，{_RETRY}"
    if isinstance(error, DBAPIError):
        what, todo = database_trouble(error.orig)
        return what, f"{todo}，恢复后点 Retry"
    if isinstance(error, LostProcess):
        return str(error), "请检查内存，或用 JIXIAO_PROCESSES 减少同时办理的进程，再点 Retry"
    if isinstance(error, BaseException):
        return f"程序错误 {type(error).__name__}：{error}", "请把该项的日志交给维护人员"
    return str(error), "查看该项的日志"
