"""The order of the stages, and how a stage run by a deployment hands on to the next one."""

from __future__ import annotations

from datetime import date

from prefect.deployments import run_deployment

from jixiao.cycle import LAST, open_years
from jixiao.settings import today
from tasks.steps import due

#: Stage → the steps whose outstanding work wakes it, in the order of a year.
STEPS_OF: dict[str, tuple[str, ...]] = {
    "targets": ("targets",),
    "issue": ("issue",),
    "collect": ("collect",),
    "evaluate": ("evaluate",),
    "render": ("render",),
    "publish": ("publish", "site"),
    "verify": ("verify",),
    "remind": LAST,
}


def resolve(year: int | None, day: date | None) -> tuple[list[int], date]:
    """The years to work on and the day to work for.

    Without a year these are the years whose windows contain the day.
    """
    day = day or today()
    return ([year] if year is not None else open_years(day)), day


def stage_due(id: str, year: int, day: date) -> bool:
    return any(due(step, year, day) for step in STEPS_OF[id])


def start_next(after: str | None, year: int | None, day: date | None) -> str | None:
    """Start the deployment of the first stage after this one that has something to do.

    It is not waited for: waiting would block a worker of one. Each stage hands on when it
    ends, only ever to a later one, so the chain comes to an end whatever fails in it.

    Args:
        after: a stage; ``None`` for the beginning of the year.
        year, day: as the flow was given them, so that a run that was asked for nothing in
            particular is, when somebody clicks Retry next week, about that day and no other.

    Returns:
        The stage that was started, if any.
    """
    years, on = resolve(year, day)
    stages = list(STEPS_OF)
    for id in stages[stages.index(after) + 1 if after else 0 :]:
        if any(stage_due(id, each, on) for each in years):
            given = {"year": year, "day": day}
            run_deployment(
                f"{id}/{id}",
                parameters={name: value for name, value in given.items() if value is not None},
                timeout=0,
                as_subflow=False,
            )
            return id
    return None
