"""Tasks around the steps of the year.

Nothing is cached or persisted by Prefect: what is outstanding is asked of the database each
time, so a Retry does again exactly what failed, even with Prefect's result storage deleted.

While they are few, one item is one task run and an operator finds it by its name. A province's
go in batches: Prefect bears some hundred task runs a run, not ten thousand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from prefect import State, task
from prefect.states import Completed, Failed
from sqlalchemy.exc import OperationalError

from jixiao.errors import JixiaoError
from jixiao.year import Done, Item, open_cycle, pool, step
from jixiao.year import due as cycle_due
from tasks.trouble import explain

#: Seconds to wait before trying again: a database may be gone for a minute.
PATIENCE = (2, 10, 20, 40)
#: A full disk or a locked file is not put right by waiting long.
OTHER_RETRIES = 1

Row = dict[str, str]
Found = TypeVar("Found")


def due(step_id: str, year: int, day: date) -> list[Item]:
    """What a step has outstanding: a look at the database, too small to be a task run."""
    return with_patience(lambda: cycle_due(open_cycle(year, day), step_id))


def with_patience(ask: Callable[[], Found]) -> Found:
    """The answer of a database that may be gone for a minute."""
    for seconds in PATIENCE:
        try:
            return ask()
        except OperationalError:
            time.sleep(seconds)
    return ask()


def may_pass(error: object, tried: int) -> bool:
    """Whether what went wrong may be over when it is tried again.

    A sentence for the user stays true a minute later; a machine's trouble may pass.
    """
    if isinstance(error, JixiaoError):
        return False
    return isinstance(error, OperationalError) or tried <= OTHER_RETRIES


def worth_retrying(_task: Any, run: Any, state: State[Any]) -> bool:
    """The same, as Prefect asks it."""
    return may_pass(state.result(raise_on_failure=False), run.run_count)


@task(
    name="办理一项",
    task_run_name="{item.name}",
    retries=len(PATIENCE),
    retry_delay_seconds=list(PATIENCE),
    retry_condition_fn=worth_retrying,
    persist_result=False,
    tags=["jixiao"],
)
def do_item(step_id: str, year: int, day: date, item: Item, *, in_process: bool = False) -> Row:
    """Do one thing; answers whose it is, what was done and where the result is.

    Args:
        aside: in a process of its own.
    """
    return row_of(_do(step_id, year, day, item, in_process))


def _batch_name(parameters: dict[str, Any]) -> str:
    items: Sequence[Item] = parameters["items"]
    return f"{items[0].name}等 {len(items)} 项"


@task(
    name="办理一批",
    task_run_name=cast(Any, _batch_name),  # its type asks for more than it takes
    persist_result=False,
    tags=["jixiao"],
)
def do_batch(step_id: str, year: int, day: date, items: Sequence[Item]) -> State[Any]:
    """Do many things, each on its own; a row each, like :func:`do_item`'s or with the reason.

    What may pass is tried again when the others are done.
    """
    rows: dict[Item, Row] = {}
    left = list(items)
    for tried, pause in enumerate((*PATIENCE, 0), start=1):
        again = []
        for item in left:
            try:
                rows[item] = row_of(_do(step_id, year, day, item, in_process=True))
            except Exception as error:  # noqa: BLE001 - it is told in the item's row
                rows[item] = failed_row(item, error)
                if may_pass(error, tried):
                    again.append(item)
        if not again:
            break
        left = again
        time.sleep(pause)
    found = [rows[item] for item in items]
    failed = [row["单位"] for row in found if row["原因"]]
    if not failed:
        return Completed(message=f"{len(found)} 项已完成", data=found)
    return Failed(message=f"{len(failed)}/{len(found)} 项未完成（{in_short(failed)}）", data=found)


def in_short(names: Sequence[str]) -> str:
    """The first of many names."""
    return "、".join(names[:5]) + ("等" if len(names) > 5 else "")


def _do(step_id: str, year: int, day: date, item: Item, in_process: bool) -> Done:
    cycle = open_cycle(year, day)
    return pool.do_in_process(cycle, step_id, item) if in_process else step(step_id).do(cycle, item)


def row_of(done: Done) -> Row:
    """What was done as a row of the results."""
    return {"单位": done.name, "结果": done.did, "文件": done.path, "原因": "", "下一步": ""}


def failed_row(item: Item, error: object) -> Row:
    """What was not done as a row of the results: why, and what to do."""
    why, next = explain(error)
    return {"单位": item.name, "结果": "未完成", "文件": "", "原因": why, "下一步": next}
