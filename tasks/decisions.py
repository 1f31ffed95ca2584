"""The officer's decisions as a task."""

from __future__ import annotations

from datetime import date

from prefect import task

from jixiao.policy import Stage
from jixiao.year import decide_targets_of, open_cycle
from jixiao.year.officer import decide
from jixiao.year.officer.extend import extend


@task(name="批复或退回", task_run_name="{decision} {unit}", persist_result=False)
def decide_proposal(
    unit: str, decision: str, officer: str, reason: str, years: list[int], day: date
) -> str:
    """Approve or return a department's proposal; answers what was done in a sentence."""
    return decide_targets_of(unit, officer, years, day, approved=decision == "批复", reason=reason)


@task(name="审核决定", task_run_name="{decision} {unit}", persist_result=False)
def decide_filing(
    unit: str, decision: str, officer: str, reason: str, years: list[int], day: date
) -> str:
    """Accept, return or take back the acceptance of a filing; answers what was done."""
    deed = {
        "通过": decide.accept,
        "退回": decide.return_filing,
        "撤回通过": decide.withdraw,
    }[decision]
    return deed(decide.cycle_of(unit, years, day), unit, officer, reason)


@task(name="豁免", task_run_name="豁免 {unit} {finding}", persist_result=False)
def waive_finding(
    unit: str,
    finding: str,
    officer: str,
    reason: str,
    until: date | None,
    years: list[int],
    day: date,
) -> str:
    """Waive a finding; answers what was done."""
    return decide.waive(decide.cycle_of(unit, years, day), unit, finding, officer, reason, until)


@task(name="延期", task_run_name="延期 {unit}", persist_result=False)
def grant_extension(
    unit: str, stage: str, until: date, officer: str, reason: str, year: int, day: date
) -> str:
    """Give a department more time for a stage; answers what was granted."""
    which = {"目标申报": Stage.TARGETS, "报送": Stage.SUBMIT, "退回修改": Stage.REVIEW}[stage]
    code = unit.strip().upper()
    cycle = open_cycle(year, day)
    record = extend(cycle, code, which, until, officer, reason)
    return f"已准许{cycle.department(code).name}的{stage}延至 {record.until}"
