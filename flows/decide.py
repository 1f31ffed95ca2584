"""财政局经办人在页面上作决定：批复或退回绩效目标，通过、退回、撤回或豁免自评，准许延期。"""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.order import resolve
from flows.versions import current
from tasks.decisions import decide_filing, decide_proposal, grant_extension, waive_finding
from tasks.trouble import error_of, explain


@flow(
    name="decide-targets",
    flow_run_name="{decision} {unit}",
    description="批复或退回一个单位申报的绩效目标，经办人姓名记入日志",
)
@current
def decide_targets(
    unit: str,
    decision: Literal["批复", "退回"],
    officer: str,
    reason: str = "",
    year: int | None = None,
    day: date | None = None,
) -> State:
    """批复或退回一个单位申报的绩效目标。

    Args:
        unit: 单位代码（18 位统一社会信用代码）。
        decision: 批复或退回。
        officer: 经办人姓名，记入日志并写进通知。
        reason: 退回原因，退回时必填，会告诉单位。
        year: 预算年度；不填则为日历包含当天、且该单位有申报的最近年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, on = resolve(year, day)
    state = decide_proposal(unit, decision, officer, reason, years, on, return_state=True)
    return _said(state)


@flow(
    name="review-decision",
    flow_run_name="{decision} {unit}",
    description="通过、退回一个单位的自评，或撤回已经作出的通过，经办人姓名和理由记入日志",
)
@current
def review_decision(
    unit: str,
    decision: Literal["通过", "退回", "撤回通过"],
    officer: str,
    reason: str,
    year: int | None = None,
    day: date | None = None,
) -> State:
    """通过、退回一个单位最近一次报送的自评，或撤回已经作出的通过。

    Args:
        unit: 单位代码（18 位统一社会信用代码）。
        decision: 通过（还有错误的一并豁免）、退回，或撤回通过。
        officer: 经办人姓名，记入日志并写进通知。
        reason: 理由，必填，会告诉单位。
        year: 预算年度；不填则为日历包含当天、且该单位有报送的最近年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, on = resolve(year, day)
    state = decide_filing(unit, decision, officer, reason, years, on, return_state=True)
    return _said(state)


@flow(
    name="waive",
    flow_run_name="豁免 {unit} {finding}",
    description="豁免自评里的一个问题：谁、为什么、到哪天为止都记入日志，并显示在问题旁边",
)
@current
def waive(
    unit: str,
    finding: str,
    officer: str,
    reason: str,
    until: date | None = None,
    year: int | None = None,
    day: date | None = None,
) -> State:
    """豁免一个单位最近一次报送里的一个问题；错误都豁免了的报送即通过。

    Args:
        unit: 单位代码（18 位统一社会信用代码）。
        finding: 问题编号，见审核台账；可只写前 6 个以上字符。
        officer: 经办人姓名，记入日志并显示在问题旁边。
        reason: 理由，必填，会告诉单位。
        until: 豁免的最后一天；不填则本年度有效。
        year: 预算年度；不填则为日历包含当天、且该单位有报送的最近年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    years, on = resolve(year, day)
    state = waive_finding(unit, finding, officer, reason, until, years, on, return_state=True)
    return _said(state)


@flow(
    name="extend",
    flow_run_name="延期 {unit} 至 {until}",
    description="准许一个单位的一个阶段延期：谁准的、为什么、到哪天都记入日志，并告诉单位",
)
@current
def extend(
    unit: str,
    stage: Literal["目标申报", "报送", "退回修改"],
    until: date,
    officer: str,
    reason: str,
    year: int,
    day: date | None = None,
) -> State:
    """准许一个单位的一个阶段延期；催报、逾期和通知里的截止日都按新的日期。

    Args:
        unit: 单位代码（18 位统一社会信用代码）。
        stage: 哪个阶段：目标申报、报送，或退回后修改。
        until: 延至哪一天（当天有效）。
        officer: 经办人姓名，记入日志并写进通知。
        reason: 理由，必填，会告诉单位。
        year: 预算年度。
        day: 按哪一天办理；不填则为今天（北京时间）。
    """
    _, on = resolve(year, day)
    state = grant_extension(unit, stage, until, officer, reason, year, on, return_state=True)
    return _said(state)


def _said(state: State) -> State:
    """What became of a decision, in a sentence the officer reads on the page."""
    if state.is_completed():
        return Completed(message=state.result())
    return Failed(message=explain(error_of(state))[0])
