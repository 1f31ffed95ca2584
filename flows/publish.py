"""公开报告和网址统计表。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current


@flow(name="publish", flow_run_name="公开", description="公开报告和网址统计表", task_runner=RUNNER)
@current
def publish(year: int | None = None, day: date | None = None) -> State:
    """公开报告和网址统计表。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    # The site is brought up to date again after the check, so that the register shows it.
    return run_steps(["publish", "site", "verify", "site", "notify"], year, day)
