"""Tasks that tell people."""

from __future__ import annotations

from datetime import date

from prefect import task

from jixiao.cycle import open_cycle, tell_failure


@task(name="告知运维", task_run_name="告知运维", persist_result=False)
def tell_operators(year: int, day: date, flow: str, run: str, error: str) -> None:
    """Queue the news of a failed run for the operators' channel."""
    tell_failure(open_cycle(year, day), flow=flow, run=run, error=error)
