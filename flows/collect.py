"""接收报送文件。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current


@flow(name="collect", flow_run_name="报送", description="接收报送文件", task_runner=RUNNER)
@current
def collect(year: int | None = None, day: date | None = None) -> State:
    """接收报送文件。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    return run_steps(["collect", "notify"], year, day)
