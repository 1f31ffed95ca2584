"""The bureau's year, on one screen: every stage in order, a flow each.

What a stage does stands in the one table (`jixiao.year.stages`); how its steps are run, shared out
and handed on stands in `flows.stage`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import Flow, State, flow

from flows.stage import RUNNER, run_steps
from flows.versions import current
from jixiao.year import STAGES, StageOfYear


def _flow(stage: StageOfYear) -> Flow[Any, State]:
    """A stage as a flow; the UI explains its parameters by this docstring."""

    def run(year: int | None = None, day: date | None = None) -> State:
        return run_steps(list(stage.steps), year, day)

    run.__name__ = stage.id
    run.__doc__ = f"""{stage.about}。

    Args:
        year: 预算年度；不填则为日历包含当天的各年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    made: Flow[Any, State] = flow(
        name=stage.id, flow_run_name=stage.title, description=stage.about, task_runner=RUNNER
    )(current(run))
    return made


FLOWS = {stage.id: _flow(stage) for stage in STAGES}

# A deployment names its flow as an attribute of this module.
targets = FLOWS["targets"]  # 绩效目标申报
issue = FLOWS["issue"]  # 下达工作簿
collect = FLOWS["collect"]  # 接收报送
evaluate = FLOWS["evaluate"]  # 重算并审核
render = FLOWS["render"]  # 生成报告
publish = FLOWS["publish"]  # 公开
verify = FLOWS["verify"]  # 核验网址
remind = FLOWS["remind"]  # 催报、汇总
