"""审核台账: out to the officer, and back through the same guard; every row is one decision."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date

from jixiao.errors import JixiaoError, RefusedFile
from jixiao.model.findings import Finding, explained
from jixiao.policy import Department, Stage
from jixiao.store.decisions import decision_records, waiver_records
from jixiao.store.extensions import extension_records
from jixiao.store.filings import FilingRecord, filing_records
from jixiao.store.targets import issued_records, put_issued
from jixiao.workbooks.ledger import (
    ACCEPT,
    EXTEND,
    ON_DEPARTMENT,
    ON_FINDING,
    RETURN,
    WAIVE,
    Ledger,
    LedgerRow,
    read_ledger,
    write_ledger,
)
from jixiao.year.base import Cycle, content_hash
from jixiao.year.officer.decide import accept, return_filing, same_waiver, waive
from jixiao.year.officer.extend import extend
from jixiao.year.queries.status import Standing, State, each_standing, standing
from jixiao.year.steps.evaluate import evaluate_filing

BUREAU = "bureau"  # whom a ledger is issued to
KIND = "ledger"
_DATE = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")


@dataclass(frozen=True)
class Applied:
    """What came of a ledger.

    Attributes:
        did: a sentence a decision.
        passed: rows whose decision was there already.
        refused: a sentence a malformed row, with its number.
    """

    did: tuple[str, ...]
    passed: int
    refused: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return (
            f"审核台账：办理 {len(self.did)} 行，已办过 {self.passed} 行，"
            f"不能办理 {len(self.refused)} 行"
        )


def make_ledger(cycle: Cycle) -> bytes:
    """The year's ledger as a workbook, known to this installation by its token."""
    token = secrets.token_hex(32)
    data = write_ledger(
        ledger_rows(cycle), year=cycle.year, bureau=cycle.pack.info.bureau.name, token=token
    )
    sha256 = content_hash(data)
    with cycle.store.begin() as connection:
        put_issued(
            connection,
            cycle.year,
            unit=BUREAU,
            kind=KIND,
            key=token,
            sha256=sha256,
            path="",
            day=cycle.day,
        )
        cycle.log(connection, "ledger_issued", sha256=sha256)
    return data


def ledger_rows(cycle: Cycle) -> list[LedgerRow]:
    """Every department of the roster, each with the findings of its newest filing."""
    return [row for standing in each_standing(cycle) for row in _rows(cycle, standing)]


def _rows(cycle: Cycle, standing: Standing) -> list[LedgerRow]:
    department, filing, evaluated = standing.department, standing.filing, standing.evaluation
    own = LedgerRow(
        unit=department.code,
        name=department.name,
        state=f"{standing.state.number} {standing.state.sentence}",
        total=(evaluated.total or "") if evaluated else "",
        receipt=filing.receipt if filing else "",
        message=standing.next,
    )
    if filing is None:
        return [own]
    evaluation = evaluate_filing(cycle, filing)
    said = evaluation.submission.explanations
    return [
        own,
        *(
            LedgerRow(
                unit=department.code,
                name=department.name,
                receipt=filing.receipt,
                finding=f.fingerprint,
                code=f.code,
                severity=f.severity.chinese,
                message=f.message,
                place=_place(f),
                explanation=explained(said, f),
                waived=evaluation.waived.get(f.fingerprint, ""),
            )
            for f in evaluation.findings
        ),
    ]


def _place(finding: Finding) -> str:
    places = (" ".join(t for t in (p.sheet or p.form, p.cell) if t) for p in finding.where)
    return "、".join(dict.fromkeys(places))


def open_ledger(cycle: Cycle, data: bytes, name: str) -> Ledger:
    """The ledger in a file of this installation and year.

    Raises:
        RefusedFile: it is none, or somebody else's, or another year's.
    """
    ledger = read_ledger(data, name)
    if ledger is None:
        raise RefusedFile("no_ledger", f"“{name}”不是审核台账。请用 jixiao ledger 生成的台账填写。")
    if ledger.year != cycle.year:
        raise RefusedFile(
            "wrong_year", f"这是 {ledger.year} 年度的审核台账，现在办理的是 {cycle.year} 年度。"
        )
    with cycle.store.read() as connection:
        tokens = {r.key for r in issued_records(connection, cycle.year) if r.kind == KIND}
    if ledger.token not in tokens:
        raise RefusedFile(
            "strange_ledger", f"“{name}”不是本机生成的审核台账，不予办理。请重新生成台账后填写。"
        )
    return ledger


def apply_ledger(cycle: Cycle, ledger: Ledger) -> Applied:
    """Do what the rows say: waivers first, then what is decided on whole departments.

    A decision that was made before is passed over; a malformed row does nothing at all.
    """
    did: list[str] = []
    refused: list[tuple[int, str]] = []
    passed = 0
    for row in sorted(ledger.rows, key=lambda r: (not r.finding, r.row)):
        try:
            done = _apply(cycle, row)
        except JixiaoError as error:
            refused.append((row.row, f"第 {row.row} 行（{row.name or row.unit}）：{error.message}"))
            continue
        if done:
            did.append(done)
        passed += done == ""
    applied = Applied(tuple(did), passed, tuple(text for _, text in sorted(refused)))
    with cycle.store.begin() as connection:
        cycle.log(
            connection,
            "ledger_applied",
            did=len(did),
            passed=passed,
            refused=list(applied.refused),
        )
    return applied


def _apply(cycle: Cycle, row: LedgerRow) -> str | None:
    """Do one row: a sentence, ``""`` where it was done before, ``None`` where nothing is asked.

    Raises:
        JixiaoError: the row is malformed, or the decision is not possible.
    """
    if not row.decision:
        if row.reason or row.until:
            raise JixiaoError("填了理由或日期，没有选“处理”。")
        return None
    department = _checked(cycle, row)
    until = _date(row.until)
    if row.decision == EXTEND:
        return _extend(cycle, department, row, until)
    filing = _same_filing(cycle, department, row)
    if _known(cycle, department, filing, row, until):
        return ""
    if row.decision == WAIVE:
        return waive(cycle, department.code, row.finding, row.officer, row.reason, until)
    deed = {ACCEPT: accept, RETURN: return_filing}[row.decision]
    return deed(cycle, department.code, row.officer, row.reason)


def _checked(cycle: Cycle, row: LedgerRow) -> Department:
    allowed = ON_FINDING if row.finding else ON_DEPARTMENT
    if row.decision not in allowed:
        kind = "问题" if row.finding else "单位"
        raise JixiaoError(f"“处理”写的是“{row.decision}”，{kind}的一行只能选{'、'.join(allowed)}。")
    if not row.officer:
        raise JixiaoError("没有写经办人。")
    if not row.reason:
        raise JixiaoError("没有写理由。")
    if row.until and row.decision in (ACCEPT, RETURN):
        raise JixiaoError(f"{row.decision}不用填“延期至”；要延期的请选“延期”。")
    return cycle.department(row.unit.upper())


def _date(text: str) -> date | None:
    """``2024-05-10``, ``2024/5/10``, ``2024年5月10日``; ``None`` for a blank.

    Raises:
        JixiaoError: it is no date.
    """
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        found = None
    raise JixiaoError(f"“延期至”写的是“{text}”，应是日期，写作 2024-05-10。")


def _same_filing(cycle: Cycle, department: Department, row: LedgerRow) -> FilingRecord:
    """The filing the row is about, which must still be the newest.

    Raises:
        JixiaoError: the department has filed nothing, or anew since the ledger went out.
    """
    with cycle.store.read() as connection:
        filings = filing_records(connection, cycle.year, department.code)
    if not filings:
        raise JixiaoError("这个单位还没有报送，不能决定。")
    if filings[-1].receipt != row.receipt:
        raise JixiaoError(
            f"这一行说的是回执号 {row.receipt or '（空白）'}，该单位最近报送的是"
            f" {filings[-1].receipt}，请用新的台账。"
        )
    return filings[-1]


def _known(
    cycle: Cycle, department: Department, filing: FilingRecord, row: LedgerRow, until: date | None
) -> bool:
    """Whether this very decision was made before, even if another one came after it."""
    with cycle.store.read() as connection:
        if row.decision == WAIVE:
            return any(
                w.fingerprint == row.finding and same_waiver(w, row.officer, row.reason, until)
                for w in waiver_records(connection, cycle.year, department.code).get(
                    department.code, []
                )
            )
        kind = {ACCEPT: "accept", RETURN: "return"}[row.decision]
        if kind == "accept" and filing.status == "accepted":
            return True
        return any(
            (d.kind, d.officer, d.reason) == (kind, row.officer, row.reason)
            for d in decision_records(connection, cycle.year, filing.unit).get(filing.id, [])
        )


def _extend(cycle: Cycle, department: Department, row: LedgerRow, until: date | None) -> str:
    if until is None:
        raise JixiaoError("延期没有写“延期至”哪一天。")
    stage = _turn(cycle, department)
    with cycle.store.read() as connection:
        given = extension_records(connection, cycle.year, department.code)
    if any(
        (e.stage, e.until, e.officer, e.reason) == (stage.value, until, row.officer, row.reason)
        for e in given
    ):
        return ""
    extend(cycle, department.code, stage, until, row.officer, row.reason)
    return f"{department.name}{stage.chinese}延期至 {until}"


def _turn(cycle: Cycle, department: Department) -> Stage:
    """The stage in which it is the department's turn."""
    state = standing(cycle, department).state
    if state is State.RETURNED:
        return Stage.REVIEW
    return Stage.TARGETS if state.number < State.TARGETS_APPROVED.number else Stage.SUBMIT
