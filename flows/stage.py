"""How every stage flow runs its step: all items, each on its own, then one clear sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import State
from prefect.futures import wait
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from sqlalchemy.exc import DBAPIError

from flows.order import resolve, start_next
from jixiao.cycle import step
from jixiao.errors import JixiaoError
from tasks.artifacts import show_results
from tasks.notices import tell_operators
from tasks.steps import do_item, due

#: Bounded: Prefect's server and a small database are the narrow places, not the work.
#: (Typed loosely: the decorator's own annotation refuses every concrete runner.)
RUNNER: Any = ThreadPoolTaskRunner(max_workers=4)


def run_steps(ids: list[str], year: int | None, day: date | None) -> State:
    """Run steps one after the other for every year asked for.

    A failed item never stops the others; at the end the run is Failed with a sentence saying
    how many and what to do, so that Retry does only those.
    """
    years, on = resolve(year, day)
    stage = flow_run.flow_name or ""
    rows = [row for each in years for id in ids for row in _run_step(id, each, on)]
    if rows:
        show_results(stage, rows)
    if deployment.id:
        start_next(stage, year, day)
    message = "；".join(_sentences(rows)) or "没有待办"
    if not any(row["原因"] for row in rows):
        return Completed(message=message)
    if not deployment.id:
        # Of a deployment's run the operators are told by an automation, even when it is dead.
        tell_operators(stage, _run_name(), message, years, on)
    return Failed(
        message=f"{message}。原因见本次运行的结果表，修正后点 Retry，只会重做未完成的部分。"
    )


def _run_name() -> str:
    """The run as an operator finds it; another attempt of it is another piece of news."""
    attempt = flow_run.run_count
    return f"{flow_run.id}" + (f" 第 {attempt} 次" if attempt > 1 else "")


def _run_step(id: str, year: int, day: date) -> list[dict[str, str]]:
    """A row for every item: whose, what was done, where it is, and why it failed if it did."""
    items = due(id, year, day)
    futures = [do_item.submit(id, year, day, item) for item in items]
    wait(futures)
    rows = []
    for item, future in zip(items, futures, strict=True):
        row = {"年度": str(year), "步骤": step(id).title, "单位": item.name}
        if future.state.is_completed():
            rows.append({**row, **future.result(), "原因": "", "下一步": ""})
        else:
            why, next = explain(future.state)
            rows.append({**row, "结果": "未完成", "文件": "", "原因": why, "下一步": next})
    return rows


def _sentences(rows: list[dict[str, str]]) -> list[str]:
    """One sentence a year and step, in the order they ran."""
    sentences = []
    for year, title in dict.fromkeys((row["年度"], row["步骤"]) for row in rows):
        mine = [row for row in rows if (row["年度"], row["步骤"]) == (year, title)]
        failed = [row["单位"] for row in mine if row["原因"]]
        said = f"{len(mine)} 项已完成"
        if failed:
            names = "、".join(failed[:5]) + ("等" if len(failed) > 5 else "")
            said = f"{len(failed)}/{len(mine)} 项未完成（{names}）"
        sentences.append(f"{year} 年度{title}：{said}")
    return sentences


def explain(state: State) -> tuple[str, str]:
    """Why an item failed and what to do, in words an operator can act on."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, JixiaoError):
        return error.message, "按原因修正后点 Retry"
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return (
            f"读写不了{where}：{error.strerror or error}",
            "请检查该路径是否被占用、权限和磁盘空间，修正后点 Retry",
        )
    if isinstance(error, DBAPIError):
        return f"数据库出错：{error.orig}", "请检查数据库是否可用，恢复后点 Retry"
    if isinstance(error, BaseException):
        return f"程序错误 {type(error).__name__}：{error}", "请把该项的日志交给维护人员"
    return state.message or state.name or "没有说明", "查看该项的日志"
