"""重算得分、审核、退回或通过。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current


@flow(
    name="evaluate",
    flow_run_name="审核",
    description="重算得分、审核、退回或通过",
    task_runner=RUNNER,
)
@current
def evaluate(year: int | None = None, day: date | None = None) -> State:
    """重算得分、审核、退回或通过。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    return run_steps(["evaluate", "notify"], year, day)
