"""Tasks that tell people."""

from __future__ import annotations

from datetime import date

from prefect import task

from jixiao.year import tell_operators_of


@task(name="告知运维", task_run_name="告知运维", persist_result=False)
def tell_operators(flow: str, run: str, error: str, years: list[int], day: date) -> str:
    """Tell the operators of a run that failed; answers what became of the news."""
    return tell_operators_of(flow=flow, run=run, error=error, years=years, day=day)
