"""分担一个阶段：单位很多、分担执行器不止一台时，阶段把一个步骤分成几份，每份一次运行。"""

from __future__ import annotations

from datetime import date

from prefect import State, flow
from prefect.runtime import flow_run

from flows.order import Part
from flows.stage import RUNNER, run_steps
from flows.versions import current
from jixiao.year import step as step_of


def _name() -> str:
    """As an operator reads it among the runs: 分担 下发绩效目标申报表 1/2."""
    given = flow_run.parameters
    return f"分担 {step_of(given['step']).title} {given['part']}/{given['parts']}"


@flow(
    name="share",
    flow_run_name=_name,
    description="分担一个阶段的一部分单位，由该阶段自动启动",
    task_runner=RUNNER,
)
@current
def share(
    stage: str, step: str, part: int, parts: int, year: int, day: date | None = None
) -> State:
    """分担一个阶段的一部分单位，由该阶段自动启动。

    Args:
        stage: 哪个阶段，如 evaluate。
        step: 阶段里的哪个步骤。
        part: 第几份，从 1 起。
        parts: 一共几份。
        year: 预算年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    return run_steps([step], year, day, stage=stage, part=Part(part, parts))
