"""The year, advanced as far as the day and the data allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from prefect import State, flow
from prefect.runtime import deployment
from prefect.states import Completed, Failed

from flows.collect import collect
from flows.evaluate import evaluate
from flows.issue import issue
from flows.order import resolve, stage_due, start_next
from flows.publish import publish
from flows.remind import remind
from flows.render import render
from flows.stage import RUNNER
from flows.targets import targets
from flows.verify import verify
from flows.versions import current
from tasks.artifacts import show_standings

#: The calendar of a year: each stage's flow.
STAGES: dict[str, Callable[..., State]] = {
    "targets": targets,
    "issue": issue,
    "collect": collect,
    "evaluate": evaluate,
    "render": render,
    "publish": publish,
    "verify": verify,
    "remind": remind,
}


@flow(
    name="annual-cycle",
    flow_run_name="全年推进",
    description="按当天日期和已有数据，把每个单位推进到能到的地方",
    task_runner=RUNNER,
)
@current
def annual_cycle(year: int | None = None, day: date | None = None) -> State:
    """按当天日期和已有数据，把每个单位推进到能到的地方。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, on = resolve(year, day)
    if deployment.id:
        # Served: every stage is a run of its own, so that each has Retry in the UI.
        for each in years:
            show_standings(each, on)
        started = start_next(None, year, day)
        return Completed(message=f"已启动 {started}" if started else "没有待办")
    failed = [said for each in years for said in _play(each, on)]
    if failed:
        return Failed(message="；".join(failed))
    return Completed(message="全部办完，没有未完成的项")


def _play(year: int, day: date) -> list[str]:
    """Run the stages that have something due here and now; the sentences of those that failed."""
    failed = []
    for id, stage in STAGES.items():
        # Asked anew before each stage: the one before may have made work for this one.
        if stage_due(id, year, day):
            state = stage(year, day, return_state=True)
            if not state.is_completed():
                failed.append(state.message or id)
    show_standings(year, day)
    return failed
