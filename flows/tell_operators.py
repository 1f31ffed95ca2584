"""告知运维：一次运行失败或中断后，由自动化规则启动。"""

from __future__ import annotations

import re
import signal
from datetime import date

from prefect import State, flow
from prefect.states import Completed

from flows.order import resolve
from tasks.notices import tell_operators as tell


@flow(
    name="tell-operators",
    flow_run_name="告知运维 {flow}",
    description="一次运行失败或中断后告知运维人员（由自动化规则启动，运行本身已死也能告知）",
)
def tell_operators(flow: str, run: str, error: str, day: date | None = None) -> State:
    """告知运维人员哪次运行失败、为什么。

    Args:
        flow: 哪个阶段。
        run: 运行编号，在页面里能按它找到。
        error: 失败的原因。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, on = resolve(None, day)
    return Completed(message=tell(flow, run, in_words(error), years, on))


def in_words(error: str) -> str:
    """What Prefect says of a process that died, as an operator would say it."""
    died = re.match(r"Process exited with status code: (-?\d+)", error)
    if died is None:
        return error
    code = int(died[1])
    if code == -signal.SIGKILL:
        return "运行的进程被系统强行结束，多半是内存不足，或有人手工结束了它"
    if code < 0:
        return f"运行的进程被信号 {-code} 结束，多半是关机、重启服务或有人手工结束了它"
    return f"运行的进程异常退出（{code}），请看该次运行的日志"
