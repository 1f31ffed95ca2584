"""The year, advanced as far as the day and the data allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from prefect import State, flow
from prefect.deployments import run_deployment
from prefect.runtime import deployment
from prefect.states import Completed, Failed

from flows.collect import collect
from flows.evaluate import evaluate
from flows.issue import issue
from flows.publish import publish
from flows.remind import remind
from flows.render import render
from flows.stage import RUNNER, resolve
from flows.targets import targets
from flows.verify import verify
from tasks.artifacts import show_standings
from tasks.steps import due

#: The calendar of a year: each stage's flow, and the steps whose outstanding work wakes it.
STAGES: dict[str, tuple[Callable[..., State], tuple[str, ...]]] = {
    "targets": (targets, ("targets",)),
    "issue": (issue, ("issue",)),
    "collect": (collect, ("collect",)),
    "evaluate": (evaluate, ("evaluate",)),
    "render": (render, ("render",)),
    "publish": (publish, ("publish", "site")),
    "verify": (verify, ("verify",)),
    "remind": (remind, ("remind", "digest", "notify")),
}


@flow(
    name="annual-cycle",
    flow_run_name="全年推进",
    description="按当天日期和已有数据，把每个单位推进到能到的地方",
    task_runner=RUNNER,
)
def annual_cycle(year: int | None = None, day: date | None = None) -> State:
    """按当天日期和已有数据，把每个单位推进到能到的地方。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, day = resolve(year, day)
    # Served by a deployment, every stage is a run of its own, so that each has Retry in the UI.
    start = _start_deployment if deployment.id else _call
    failed: list[str] = []
    for each in years:
        for id, (_, steps) in STAGES.items():
            # Asked anew before each stage: the one before may have made work for this one.
            if any(due(step, each, day) for step in steps):
                failed += start(id, each, day)
        show_standings(each, day)
    if failed:
        return Failed(message="；".join(failed))
    return Completed(message="全部办完，没有未完成的项")


def _call(id: str, year: int, day: date) -> list[str]:
    """Run a stage here and now; answers its sentence where it failed."""
    state = STAGES[id][0](year, day, return_state=True)
    return [] if state.is_completed() else [state.message or id]


def _start_deployment(id: str, year: int, day: date) -> list[str]:
    """Start a stage's deployment and do not wait: waiting would block a worker of one."""
    run_deployment(f"{id}/{id}", parameters={"year": year, "day": day}, timeout=0)
    return []
