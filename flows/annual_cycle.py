"""The year, advanced as far as the day and the data allow."""

from __future__ import annotations

from datetime import date

from prefect import State, flow
from prefect.runtime import deployment
from prefect.states import Completed, Failed

from flows.order import due_stage, resolve, start_next
from flows.stage import RUNNER
from flows.versions import current
from flows.year import FLOWS
from jixiao.year import STAGES
from tasks.artifacts import show_standings


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
    for stage in STAGES:
        # Asked anew before each stage: the one before may have made work for this one.
        if due_stage(stage, year, day):
            state = FLOWS[stage.id](year, day, return_state=True)
            if not state.is_completed():
                failed.append(state.message or stage.id)
    show_standings(year, day)
    return failed
