"""Tasks around the steps of the year.

Nothing is cached or persisted by Prefect: what is outstanding is asked of the database each
time, so a Retry does again exactly what failed, even with Prefect's result storage deleted.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from prefect import State, task
from sqlalchemy.exc import OperationalError

from jixiao.cycle import Item, open_cycle, step
from jixiao.errors import JixiaoError

#: Seconds to wait before trying again: a database may be gone for a minute.
PATIENCE = (2, 10, 20, 40)
#: A full disk or a locked file is not put right by waiting long.
OTHER_RETRIES = 1


def due(step_id: str, year: int, day: date) -> list[Item]:
    """What a step has outstanding: a look at the database, too small to be a task run."""
    for seconds in PATIENCE:
        try:
            return step(step_id).due(open_cycle(year, day))
        except OperationalError:
            time.sleep(seconds)
    return step(step_id).due(open_cycle(year, day))


def worth_retrying(_task: Any, run: Any, state: State[Any]) -> bool:
    """A sentence for the user stays true a minute later; a machine's trouble may pass."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, JixiaoError):
        return False
    return isinstance(error, OperationalError) or run.run_count <= OTHER_RETRIES


@task(
    name="办理一项",
    task_run_name="{item.name}",
    retries=len(PATIENCE),
    retry_delay_seconds=list(PATIENCE),
    retry_condition_fn=worth_retrying,
    persist_result=False,
    tags=["jixiao"],
)
def do_item(step_id: str, year: int, day: date, item: Item) -> dict[str, str]:
    """Do one thing; answers whose it is, what was done and where the result is."""
    done = step(step_id).do(open_cycle(year, day), item)
    return {"单位": done.name, "结果": done.did, "文件": done.path}
