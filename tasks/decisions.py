"""The officer's decisions as a task."""

from __future__ import annotations

from datetime import date

from prefect import task

from jixiao.cycle import decide, decide_targets_of


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
        "通过": decide.accept, "退回": decide.return_filing, "撤回通过": decide.withdraw,
    }[decision]  # fmt: skip
    return deed(decide.cycle_of(unit, years, day), unit, officer, reason)


@task(name="豁免", task_run_name="豁免 {unit} {finding}", persist_result=False)
def waive_finding(
    unit: str, finding: str, officer: str, reason: str, until: date | None, years: list[int],
    day: date,
) -> str:  # fmt: skip
    """Waive a finding; answers what was done."""
    return decide.waive(decide.cycle_of(unit, years, day), unit, finding, officer, reason, until)
