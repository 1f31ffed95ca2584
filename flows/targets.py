"""绩效目标申报：下发申报表、接收申报、发送通知。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current


@flow(
    name="targets",
    flow_run_name="目标",
    description="绩效目标申报：下发申报表、接收申报、发送通知",
    task_runner=RUNNER,
)
@current
def targets(year: int | None = None, day: date | None = None) -> State:
    """绩效目标申报：下发申报表、接收申报、发送通知。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    return run_steps(["targets", "collect", "notify"], year, day)
