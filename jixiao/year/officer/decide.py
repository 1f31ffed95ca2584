"""审核决定: a named officer accepts, returns, waives or takes an acceptance back.

Each deed is one transaction: the decision, what it changes, the event and the notice.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from jixiao.errors import JixiaoError
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding, Severity
from jixiao.model.waivers import Waiver, content_of
from jixiao.policy import Department, Stage
from jixiao.store.db import alone
from jixiao.store.decisions import (
    decision_records,
    put_decision,
    put_waiver,
    waiver_records,
)
from jixiao.store.filings import FilingRecord, filing_record, filing_records, set_filing_status
from jixiao.store.publications import publication_records
from jixiao.year.base import Cycle, content_hash, open_cycle
from jixiao.year.notify import queue_notice
from jixiao.year.steps.evaluate import Review, evaluate_filing, make_accepted
from jixiao.year.upgrade import take_over

ID_LENGTH = 6  # characters of a finding's number that are enough to name it


def accept(cycle: Cycle, unit: str, officer: str, reason: str) -> str:
    """Accept the department's newest filing; its open errors are waived with the reason.

    Returns:
        What was done, in a sentence.

    Raises:
        JixiaoError: nobody or no reason is named, or there is nothing to accept.
    """
    _named(officer, reason, "通过")
    department, filing = _newest(cycle, unit)
    review(cycle, filing)
    evaluation = evaluate_filing(cycle, filing)
    errors = [f for f in evaluation.open if f.severity is Severity.ERROR]
    with cycle.store.begin() as connection:
        alone(connection, f"decide/{cycle.year}/{department.code}")
        filing = filing_record(connection, filing.id)
        if filing.status == "accepted":
            return f"{department.name}第 {filing.number} 次报送已经通过"
        for finding in errors:
            _keep_waiver(cycle, connection, department, finding, officer, reason, None)
        _decide(cycle, connection, department, filing, "accept", officer, reason)
        make_accepted(connection, filing)
        queue_notice(
            cycle,
            connection,
            department,
            Stage.REVIEW,
            "accepted",
            subject=filing.sha256,
            receipt=filing.receipt,
            findings=tuple(f for f in evaluation.open if f not in errors),
            total=evaluation.total,
            grade=evaluation.grade,
            officer=officer,
            reason=reason,
        )
    review(cycle, filing)
    more = f"，豁免错误 {len(errors)} 处" if errors else ""
    return f"{department.name}第 {filing.number} 次报送已由{officer}审核通过{more}"


def return_filing(cycle: Cycle, unit: str, officer: str, reason: str) -> str:
    """Send the department's newest filing back, even one without errors.

    Raises:
        JixiaoError: nobody or no reason is named, or there is nothing to return.
    """
    _named(officer, reason, "退回")
    department, filing = _newest(cycle, unit)
    review(cycle, filing)
    evaluation = evaluate_filing(cycle, filing)
    with cycle.store.begin() as connection:
        alone(connection, f"decide/{cycle.year}/{department.code}")
        filing = filing_record(connection, filing.id)
        last = decision_records(connection, cycle.year, filing.unit).get(filing.id, [])[-1:]
        if last and (last[0].kind, last[0].reason) == ("return", reason):
            return f"{department.name}第 {filing.number} 次报送已经退回"
        _decide(cycle, connection, department, filing, "return", officer, reason)
        set_filing_status(connection, filing.id, "returned")
        _tell(cycle, connection, department, filing, "退回", officer, reason, evaluation.open)
    return f"{department.name}第 {filing.number} 次报送已由{officer}退回"


def withdraw(cycle: Cycle, unit: str, officer: str, reason: str) -> str:
    """Take the acceptance of a filing back: it waits for an officer's decision again.

    A report that was published meanwhile stays published.

    Raises:
        JixiaoError: nobody or no reason is named, or no filing is accepted.
    """
    _named(officer, reason, "撤回通过")
    department = cycle.department(unit.strip().upper())
    with cycle.store.begin() as connection:
        alone(connection, f"decide/{cycle.year}/{department.code}")
        filings = filing_records(connection, cycle.year, department.code)
        filing = next((f for f in filings if f.status == "accepted"), None)
        if filing is None:
            raise JixiaoError(f"{department.name}没有审核通过的报送，不用撤回。")
        _decide(cycle, connection, department, filing, "withdraw", officer, reason)
        status = "received" if filing.id == filings[-1].id else "superseded"
        set_filing_status(connection, filing.id, status)
        _tell(cycle, connection, department, filing, "撤回通过", officer, reason, ())
        public = publication_records(connection, cycle.year, department.code).get(department.code)
    still = public is not None and public.state not in ("prepared", "withdrawn")
    more = "；公开的报告仍在网上，要撤下请用 jixiao unpublish" if still else ""
    return f"{department.name}第 {filing.number} 次报送的审核通过已由{officer}撤回{more}"


def waive(
    cycle: Cycle, unit: str, finding_id: str, officer: str, reason: str, until: date | None = None
) -> str:
    """Let a finding of the department's newest filing pass, to the end of the year or a day.

    Args:
        finding_id: the finding's number (its fingerprint, or the first characters of it).

    Raises:
        JixiaoError: nobody or no reason is named, the day is over, or there is no such finding.
    """
    _named(officer, reason, "豁免")
    if until is not None and until < cycle.day:
        raise JixiaoError(f"豁免的有效期 {until} 已经过了，请写今天或以后的日期。")
    department, filing = _newest(cycle, unit)
    evaluation = evaluate_filing(cycle, filing)
    finding = _finding(department, evaluation, finding_id)
    with cycle.store.begin() as connection:
        alone(connection, f"decide/{cycle.year}/{department.code}")
        if not _keep_waiver(cycle, connection, department, finding, officer, reason, until):
            return f"{department.name}的 {finding.code} {finding.fingerprint} 已经这样豁免"
        _tell(cycle, connection, department, filing, "豁免", officer, reason, (finding,), until)
    review(cycle, filing)
    left = evaluate_filing(cycle, filing).count(Severity.ERROR)
    return (
        f"已豁免{department.name}的 {finding.code} {finding.title}"
        f"（{finding.fingerprint}），还有错误 {left} 处"
    )


def cycle_of(unit: str, years: list[int], day: date) -> Cycle:
    """The newest of these years in which the department has filed.

    Args:
        years: the years that may be meant, oldest first.

    Raises:
        JixiaoError: it filed in none of them.
    """
    code = unit.strip().upper()
    for year in reversed(years):
        cycle = open_cycle(year, day)
        with cycle.store.read() as connection:
            if filing_records(connection, year, code):
                return cycle
    raise JixiaoError(f"单位代码 {code} 没有报送自评材料，请核对代码和年度。")


def review(cycle: Cycle, filing: FilingRecord) -> None:
    """Evaluate a filing now if it is due; a clean one is accepted by that."""
    take_over(cycle)
    step = Review()
    for item in step.due(cycle):
        if item.id == str(filing.id):
            step.do(cycle, item)


def _named(officer: str, reason: str, deed: str) -> None:
    if not officer.strip():
        raise JixiaoError(f"{deed}须写明经办人姓名。")
    if not reason.strip():
        raise JixiaoError(f"{deed}须写明理由。")


def _newest(cycle: Cycle, unit: str) -> tuple[Department, FilingRecord]:
    department = cycle.department(unit.strip().upper())
    with cycle.store.read() as connection:
        filings = filing_records(connection, cycle.year, department.code)
    if not filings:
        raise JixiaoError(f"{department.name}还没有报送 {cycle.year} 年度自评材料。")
    return department, filings[-1]


def _finding(department: Department, evaluation: Evaluation, id: str) -> Finding:
    """The finding with this number.

    Raises:
        JixiaoError: there is none, or the characters given fit several.
    """
    asked = id.strip().lower()
    found = [f for f in evaluation.findings if any(n.startswith(asked) for n in f.fingerprints)]
    if len(asked) < ID_LENGTH or not found:
        open_ones = "、".join(
            f"{f.fingerprint}（{f.code}）" for f in evaluation.open if f.severity is Severity.ERROR
        )
        raise JixiaoError(
            f"{department.name}最近一次报送没有编号为“{id}”的问题。"
            f"现有的错误：{open_ones or '没有'}；全部问题见审核台账。"
        )
    if len(found) > 1:
        raise JixiaoError(f"编号“{id}”对得上 {len(found)} 个问题，请写全 16 个字符。")
    return found[0]


def _keep_waiver(
    cycle: Cycle,
    connection: Connection,
    department: Department,
    finding: Finding,
    officer: str,
    reason: str,
    until: date | None,
) -> bool:
    """Keep a waiver; ``False`` where the finding's newest waiver says the same."""
    waiver = Waiver(
        finding.fingerprint, content_of(finding), finding.code, officer, reason, until, cycle.day
    )
    given = waiver_records(connection, cycle.year, department.code).get(department.code, [])
    last = next((w for w in reversed(given) if w.fingerprint == finding.fingerprint), None)
    if last is not None and same_waiver(last, officer, reason, until):
        return False
    put_waiver(connection, cycle.year, department.code, waiver)
    cycle.as_actor(officer).log(
        connection,
        "waived",
        department.code,
        finding=finding.fingerprint,
        code=finding.code,
        message=finding.message,
        reason=reason,
        until=str(until) if until else None,
    )
    return True


def same_waiver(waiver: Waiver, officer: str, reason: str, until: date | None) -> bool:
    return (waiver.officer, waiver.reason, waiver.until) == (officer, reason, until)


def _decide(
    cycle: Cycle,
    connection: Connection,
    department: Department,
    filing: FilingRecord,
    kind: str,
    officer: str,
    reason: str,
) -> None:
    put_decision(connection, filing.id, kind=kind, officer=officer, reason=reason, day=cycle.day)
    cycle.as_actor(officer).log(
        connection, f"officer_{kind}", department.code, receipt=filing.receipt, reason=reason
    )


def _tell(
    cycle: Cycle,
    connection: Connection,
    department: Department,
    filing: FilingRecord,
    decision: str,
    officer: str,
    reason: str,
    findings: tuple[Finding, ...],
    until: date | None = None,
) -> None:
    """Tell the department what an officer decided."""
    subject = content_hash(
        filing.sha256, decision, officer, reason, str(until), *(f.fingerprint for f in findings)
    )
    queue_notice(
        cycle,
        connection,
        department,
        Stage.REVIEW,
        "decided",
        subject=subject,
        receipt=filing.receipt,
        decision=decision,
        officer=officer,
        reason=reason,
        findings=findings,
        until=until,
    )
