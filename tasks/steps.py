"""Tasks around the steps of the year.

Nothing is cached or persisted by Prefect: what is outstanding is asked of the database each
time, so a Retry does again exactly what failed, even with Prefect's result storage deleted.
"""

from __future__ import annotations

from datetime import date

from prefect import task

from jixiao.cycle import Item, open_cycle, step


def due(step_id: str, year: int, day: date) -> list[Item]:
    """What a step has outstanding: a look at the database, too small to be a task run."""
    return step(step_id).due(open_cycle(year, day))


@task(
    name="办理一项",
    task_run_name="{item.name}",
    retries=2,
    retry_delay_seconds=[2, 10],
    persist_result=False,
    tags=["jixiao"],
)
def do_item(step_id: str, year: int, day: date, item: Item) -> dict[str, str]:
    """Do one thing; answers whose it is, what was done and where the result is."""
    done = step(step_id).do(open_cycle(year, day), item)
    return {"单位": done.name, "结果": done.did, "文件": done.path}
