"""提醒未报送的单位。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current
from jixiao.cycle import LAST


@flow(name="remind", flow_run_name="催报", description="提醒未报送的单位", task_runner=RUNNER)
@current
def remind(year: int | None = None, day: date | None = None) -> State:
    """提醒未报送的单位。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    return run_steps(list(LAST), year, day)
