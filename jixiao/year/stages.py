"""The stages of a year: one table, which flows, deployments, schedules and commands come from.

A stage is what an operator sees as one run, with a Retry of its own. It does its steps one after
the other, for every year asked for; what its own steps have outstanding is what it is started for.
A new stage is a row here, a name in `flows/year.py`, a deployment in `deployments/prefect.yaml` and
its steps in :mod:`jixiao.year.runner`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jixiao.policy import Stage as Window


class When(StrEnum):
    """On which days of the calendar a stage is scheduled."""

    OPENS = "opens"  # the first day of its window
    CLOSES = "closes"  # the last day of its window
    REMINDERS = "reminders"  # every day on which somebody is reminded or told
    HOURLY = "hourly"  # by day, in the months in which somebody may hand in
    AFTER_ANOTHER = "after another"  # only ever started by the stage before it


@dataclass(frozen=True, slots=True)
class StageOfYear:
    """One stage.

    Attributes:
        id: name of its flow, its deployment and its command.
        title: what a run of it is called.
        about: what it does, in a Chinese sentence.
        own: the steps it is there for: what they have outstanding starts it.
        steps: what it does, in order; a step may come twice.
        when: on which days it is scheduled.
        window: of which window.
        command: what the command line does under its id; none: there is no such command.
    """

    id: str
    title: str
    about: str
    own: tuple[str, ...]
    steps: tuple[str, ...]
    when: When = When.AFTER_ANOTHER
    window: Window | None = None
    command: str = ""


#: What tells people; it comes after everything that gives something to tell.
TELLING = ("openings", "remind", "competent", "escalate", "digest", "notify")

#: In the order of a year. A stage that ends starts the next one that has something to do.
STAGES: tuple[StageOfYear, ...] = (
    StageOfYear(
        "targets",
        "目标",
        "绩效目标申报：下发申报表、接收申报、发送通知",
        own=("targets",),
        steps=("targets", "collect", "notify"),
        when=When.OPENS,
        window=Window.TARGETS,
    ),
    StageOfYear(
        "issue",
        "下达",
        "下达自评工作簿",
        own=("issue",),
        steps=("issue", "notify"),
        when=When.OPENS,
        window=Window.ISSUE,
        command="下达自评工作簿。",
    ),
    StageOfYear(
        "collect",
        "报送",
        "接收报送文件",
        own=("collect",),
        steps=("collect", "notify"),
        when=When.HOURLY,
        window=Window.SUBMIT,
        command="接收收件箱里的报送文件。",
    ),
    StageOfYear(
        "evaluate",
        "审核",
        "重算得分、审核、退回或通过",
        own=("evaluate",),
        steps=("evaluate", "notify"),
        when=When.OPENS,
        window=Window.REVIEW,
    ),
    StageOfYear(
        "render",
        "报告",
        "生成自评报告",
        own=("render",),
        steps=("render",),
        command="生成自评报告。",
    ),
    StageOfYear(
        "publish",
        "公开",
        "公开报告和网址统计表",
        own=("publish", "site"),
        # The site a second time: its register shows what the check found.
        steps=("publish", "site", "verify", "site", "notify"),
        when=When.OPENS,
        window=Window.PUBLISH,
        command="公开报告和网址统计表，并核验网址。",
    ),
    StageOfYear(
        "verify",
        "核验",
        "核验公开网址",
        own=("verify",),
        # The register says when an address was last looked at.
        steps=("verify", "site", "notify"),
        when=When.CLOSES,
        window=Window.PUBLISH,
    ),
    StageOfYear(
        "remind",
        "催报",
        "提醒未报送的单位",
        own=TELLING,
        steps=TELLING,
        when=When.REMINDERS,
        command="提醒还没有报送的单位，给财政局一份汇总。",
    ),
)

BY_ID = {stage.id: stage for stage in STAGES}
