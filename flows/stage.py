"""How every stage flow runs its step: all items, each on its own, then one clear sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import State
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from jixiao.cycle import open_years, step
from jixiao.errors import JixiaoError
from jixiao.settings import today
from tasks.artifacts import show_results
from tasks.notices import tell_operators
from tasks.steps import do_item, due

#: Bounded: Prefect's server and a small database are the narrow places, not the work.
#: (Typed loosely: the decorator's own annotation refuses every concrete runner.)
RUNNER: Any = ThreadPoolTaskRunner(max_workers=4)


def resolve(year: int | None, day: date | None) -> tuple[list[int], date]:
    """The years to work on and the day to work for.

    Without a year these are the years whose windows contain the day.
    """
    day = day or today()
    return ([year] if year is not None else open_years(day)), day


def run_steps(ids: list[str], year: int | None, day: date | None) -> State:
    """Run steps one after the other for every year asked for.

    A failed item never stops the others; at the end the run is Failed with a sentence saying
    how many and what to do, so that Retry does only those.
    """
    years, day = resolve(year, day)
    rows: list[dict[str, str]] = []
    sentences: list[str] = []
    for each in years:
        for id in ids:
            ran = _run_step(id, each, day)
            rows += ran
            if ran:
                sentences.append(_sentence(id, each, ran))
    if rows:
        show_results(flow_run.flow_name or "stage", rows)
    message = "；".join(sentences) or "没有待办"
    if any(row["原因"] for row in rows):
        for each in years:
            tell_operators(each, day, flow_run.flow_name or "", flow_run.name or "", message)
        return Failed(
            message=f"{message}。原因见本次运行的结果表，修正后点 Retry，只会重做未完成的部分。"
        )
    return Completed(message=message)


def _run_step(id: str, year: int, day: date) -> list[dict[str, str]]:
    """A row for every item: whose, what was done, where it is, and why it failed if it did."""
    items = due(id, year, day)
    futures = [do_item.submit(id, year, day, item) for item in items]
    wait(futures)
    rows = []
    for item, future in zip(items, futures, strict=True):
        row = {"年度": str(year), "步骤": step(id).title, "单位": item.name}
        if future.state.is_completed():
            rows.append({**row, **future.result(), "原因": ""})
        else:
            rows.append({**row, "结果": "未完成", "文件": "", "原因": _reason(future.state)})
    return rows


def _sentence(id: str, year: int, rows: list[dict[str, str]]) -> str:
    failed = [row["单位"] for row in rows if row["原因"]]
    if not failed:
        return f"{year} 年度{step(id).title}：{len(rows)} 项已完成"
    names = "、".join(failed[:5]) + ("等" if len(failed) > 5 else "")
    return f"{year} 年度{step(id).title}：{len(failed)}/{len(rows)} 项未完成（{names}）"


def _reason(state: State) -> str:
    """Why an item failed, in words an operator can act on."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, JixiaoError):
        return error.message
    if isinstance(error, BaseException):
        return f"程序错误 {type(error).__name__}：{error}。详情见该项的日志。"
    return state.message or state.name or "没有说明"
