"""审核: recompute every score, run the rules, accept what is clean, return what is not."""

from __future__ import annotations

from sqlalchemy import Connection

from jixiao.cycle.base import Cycle, Done, Item, content_hash, file_name, write_file
from jixiao.cycle.prior import Prior, prior_filings
from jixiao.cycle.targets import approved
from jixiao.cycle.tell import tell
from jixiao.evaluation import Evaluation, evaluate
from jixiao.evaluation_json import decimal_text, evaluation_out
from jixiao.findings import Severity
from jixiao.policy import Department, Stage
from jixiao.store.filings import (
    FilingRecord,
    delivery_records,
    evaluation_records,
    filing_content,
    filing_record,
    filing_records,
    put_evaluation,
    set_filing_status,
)
from jixiao.store.targets import TargetRecord
from jixiao.submission import from_json
from jixiao.workbooks import annotate, findings_workbook


class Review:
    """Evaluate every filing that counts: the newest of each department and the accepted one."""

    id = "evaluate"
    title = "重算得分并审核"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            targets = approved(connection, cycle.year)
            priors = prior_filings(connection, cycle.year)
            evaluated = evaluation_records(connection, cycle.year)
            filings = [
                r for r in filing_records(connection, cycle.year) if r.status != "superseded"
            ]
        newest = {r.unit: r.id for r in filings}
        items = []
        for filing in filings:
            if filing.id != newest[filing.unit] and filing.status != "accepted":
                continue
            department = cycle.pack.department(filing.unit)
            if department is None:
                continue  # left the roster: the filing stays as it was judged
            key = _key(cycle, filing, department, targets.get(filing.unit), priors.get(filing.unit))
            last = evaluated.get(filing.id)
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
        evaluation = evaluate_filing(cycle, filing)
        department = cycle.department(filing.unit)
        annotated = None
        if not evaluation.clean:
            annotated = _write_annotated(cycle, filing, department, evaluation)
        verdict = "accepted" if evaluation.clean else "returned"
        counts = {s.value: evaluation.count(s) for s in Severity}
        with cycle.store.begin() as connection:
            new = put_evaluation(
                connection, filing.id, key=item.key, day=cycle.day,
                content=evaluation_out(cycle.pack, evaluation).model_dump_json().encode(),
                errors=counts["error"], warnings=counts["warning"], advice=counts["advice"],
                total=decimal_text(evaluation.total), grade=evaluation.grade, annotated=annotated,
            )  # fmt: skip
            if new is not None:
                cycle.log(
                    connection, "evaluated", filing.unit,
                    receipt=filing.receipt, verdict=verdict, **counts,
                    total=decimal_text(evaluation.total), grade=evaluation.grade,
                )  # fmt: skip
                # What was accepted stays accepted: a rule that came later is news for the
                # officer, not a reason to take the department's receipt back.
                if filing.status not in (verdict, "accepted"):
                    _settle(cycle, connection, filing, department, evaluation, annotated)
        words = "审核通过" if verdict == "accepted" else f"退回，错误 {counts['error']} 处"
        return Done(item.id, department.name, words, annotated or "")


def _key(
    cycle: Cycle,
    filing: FilingRecord,
    department: Department,
    targets: TargetRecord | None,
    prior: Prior | None,
) -> str:
    return content_hash(
        "evaluation",
        filing.sha256,
        cycle.pack.evaluation_hash,
        department.model_dump_json(),
        targets.hash if targets else "",
        prior.sha256 if prior else "",
    )


def evaluate_filing(cycle: Cycle, filing: FilingRecord) -> Evaluation:
    """Evaluate a kept filing under the cycle's pack, with its targets and last year's filing."""
    with cycle.store.read() as connection:
        submission = from_json(filing_content(connection, filing.id))
        targets = approved(connection, cycle.year).get(filing.unit)
        prior = prior_filings(connection, cycle.year).get(filing.unit)
        last_year = prior.read(connection) if prior else None
    return evaluate(
        cycle.pack,
        submission,
        department=cycle.department(filing.unit),
        targets=targets.targets if targets else None,
        prior=last_year,
    )


def _write_annotated(
    cycle: Cycle, filing: FilingRecord, department: Department, evaluation: Evaluation
) -> str:
    """The department's own workbook with the findings in it; its path below the deliveries."""
    with cycle.store.read() as connection:
        delivery = next(
            d for d in delivery_records(connection, cycle.year) if d.id == filing.delivery_id
        )
    original = (cycle.settings.archive / delivery.kept_as).read_bytes()
    if original[:2] == b"PK" and delivery.kept_as.endswith(".xlsx"):
        data = annotate(original, evaluation.findings)
    else:
        data = findings_workbook(evaluation.findings, f"{department.name}审核意见")
    name = (
        f"{cycle.year}/{filing.unit}/{file_name(department.name)}退回修改第{filing.number}次.xlsx"
    )
    write_file(cycle.settings.deliveries / name, data)
    return name


def _settle(
    cycle: Cycle,
    connection: Connection,
    filing: FilingRecord,
    department: Department,
    evaluation: Evaluation,
    annotated: str | None,
) -> None:
    """Write the verdict and tell the department.

    A filing that passes replaces the accepted one only now; one that is returned replaces
    nothing.
    """
    if not evaluation.clean:
        set_filing_status(connection, filing.id, "returned")
        tell(
            cycle, connection, department, Stage.REVIEW, "returned",
            subject=filing.sha256, receipt=filing.receipt, findings=evaluation.findings,
            annotated=str(cycle.settings.deliveries / annotated) if annotated else "",
        )  # fmt: skip
        return
    for earlier in filing_records(connection, cycle.year, filing.unit):
        if earlier.status == "accepted":
            set_filing_status(connection, earlier.id, "superseded")
    set_filing_status(connection, filing.id, "accepted")
    tell(
        cycle, connection, department, Stage.REVIEW, "accepted",
        subject=filing.sha256, receipt=filing.receipt, findings=evaluation.findings,
        total=evaluation.total, grade=evaluation.grade,
    )  # fmt: skip
