"""审核: recompute every score, run the rules, accept what is clean, return what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from jixiao.checking.evaluation import evaluate
from jixiao.checking.evaluation_json import FORMAT, decimal_text, evaluation_out
from jixiao.model.diff import Change, diff
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding, Severity
from jixiao.model.waivers import Waiver, waived
from jixiao.policy import Department, Stage
from jixiao.store.decisions import decision_records, waiver_records
from jixiao.store.filings import (
    FilingRecord,
    delivery_record,
    evaluation_records,
    filed,
    filing_record,
    filing_records,
    put_evaluation,
    set_filing_status,
)
from jixiao.store.targets import TargetRecord, target_set
from jixiao.workbooks import annotate, findings_workbook
from jixiao.year.base import Cycle, Done, Item, content_hash, file_name
from jixiao.year.deliver import deliver
from jixiao.year.form_sets import judged_by
from jixiao.year.notify import queue_notice
from jixiao.year.queries.prior import Prior, prior_filing, prior_filings
from jixiao.year.steps.reuse import reusable_findings, rule_keys
from jixiao.year.steps.targets import approved


class Review:
    """Evaluate every filing that counts: the newest of each department and the accepted one."""

    id = "evaluate"
    title = "重算得分并审核"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            targets = approved(connection, cycle.year)
            priors = prior_filings(connection, cycle.pack)
            waivers = waiver_records(connection, cycle.year)
            evaluated = evaluation_records(connection, cycle.year)
            filings = [
                r for r in filing_records(connection, cycle.year) if r.status != "superseded"
            ]
        newest = {r.unit: r.id for r in filings}
        keys = rule_keys(cycle.pack.rules, cycle.program)
        items = []
        for filing in filings:
            if filing.id != newest[filing.unit] and filing.status != "accepted":
                continue
            department = cycle.pack.department(filing.unit)
            if department is None:
                continue  # left the roster: the filing stays as it was judged
            base = _base(
                cycle, filing, department, targets.get(filing.unit), priors.get(filing.unit)
            )
            key = _key(cycle, base, keys, waivers.get(filing.unit, []))
            last = evaluated.get(filing.id)
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
        evaluation, base = _evaluated(cycle, filing)
        department = cycle.department(filing.unit)
        annotated = None
        if not evaluation.clean:
            annotated = _write_annotated(cycle, filing, department, evaluation)
        verdict = "accepted" if evaluation.clean else "returned"
        counts = {s.value: evaluation.count(s) for s in Severity}
        with cycle.store.begin() as connection:
            new = put_evaluation(
                connection,
                filing.id,
                key=item.key,
                day=cycle.day,
                content=evaluation_out(judged_by(cycle, evaluation.submission), evaluation)
                .model_dump_json()
                .encode(),
                errors=counts["error"],
                warnings=counts["warning"],
                advice=counts["advice"],
                total=decimal_text(evaluation.total),
                grade=evaluation.grade,
                annotated=annotated,
                format=FORMAT,
                base=base,
                rules=json.dumps(rule_keys(cycle.pack.rules, cycle.program)),
            )
            if new is not None:
                cycle.log(
                    connection,
                    "evaluated",
                    filing.unit,
                    receipt=filing.receipt,
                    verdict=verdict,
                    **counts,
                    waived=len(evaluation.waived),
                    total=decimal_text(evaluation.total),
                    grade=evaluation.grade,
                )
                # What was accepted stays accepted: a rule that came later is news for the
                # officer, not a reason to take the department's receipt back. And what an
                # officer decided is not decided again by a machine.
                decided = filing.id in decision_records(connection, cycle.year, filing.unit)
                if not decided and filing.status not in (verdict, "accepted"):
                    _settle(cycle, connection, filing, department, evaluation, annotated)
        words = "审核通过" if verdict == "accepted" else f"退回，错误 {counts['error']} 处"
        return Done(item.id, department.name, words, annotated or "")


def _base(
    cycle: Cycle,
    filing: FilingRecord,
    department: Department,
    targets: TargetRecord | None,
    prior: Prior | None,
) -> str:
    """Hash of everything an evaluation is made from but the rules."""
    return content_hash(
        "evaluation",
        cycle.program.engine,
        filing.sha256,
        cycle.pack.scoring_hash,
        department.to_json(),
        targets.hash if targets else "",
        prior.sha256 if prior else "",
    )


def _key(cycle: Cycle, base: str, keys: Mapping[str, str], waivers: list[Waiver]) -> str:
    """Hash of everything. A waiver changes it on the day it is given and the day it is over."""
    return content_hash(
        base,
        *(f"{code}={key}" for code, key in keys.items()),
        *(f"{waiver!r} {waiver.counts_on(cycle.day)}" for waiver in waivers),
    )


def evaluate_filing(cycle: Cycle, filing: FilingRecord) -> Evaluation:
    """Evaluate a kept filing under the cycle's pack, with its targets and last year's filing.

    Rules that would find the same as in the filing's newest evaluation do not run again.
    """
    return _evaluated(cycle, filing)[0]


def _evaluated(cycle: Cycle, filing: FilingRecord) -> tuple[Evaluation, str]:
    """The evaluation, and the hash of what it was made from but the rules."""
    department = cycle.department(filing.unit)
    with cycle.store.read() as connection:
        submission = filed(connection, filing.id)
        record = approved(connection, cycle.year, filing.unit).get(filing.unit)
        targets = target_set(connection, record.id) if record else None
        prior = prior_filing(connection, cycle.pack, department)
        last_year = prior.read(connection, cycle.pack.forms) if prior else None
        waivers = waiver_records(connection, cycle.year, filing.unit).get(filing.unit, [])
        base = _base(cycle, filing, department, record, prior)
        kept = reusable_findings(
            connection, filing.id, base, rule_keys(cycle.pack.rules, cycle.program)
        )
    evaluation = evaluate(
        judged_by(cycle, submission),
        submission,
        department=department,
        targets=targets,
        prior=last_year,
        kept=kept,
    )
    counting = waived(evaluation.findings, waivers, cycle.day)
    return replace(evaluation, waived={id: w.sentence for id, w in counting.items()}), base


def _write_annotated(
    cycle: Cycle, filing: FilingRecord, department: Department, evaluation: Evaluation
) -> str:
    """The department's own workbook with the findings in it; its path below the deliveries."""
    with cycle.store.read() as connection:
        delivery = delivery_record(connection, filing.delivery_id)
    original = cycle.settings.archive_folder.read(delivery.kept_as)
    if original[:2] == b"PK" and delivery.kept_as.endswith(".xlsx"):
        data = annotate(
            original, _told(evaluation), evaluation.submission.explanations, _changes(cycle, filing)
        )
    else:
        data = findings_workbook(_told(evaluation), f"{department.name}审核意见")
    name = f"{file_name(department.name)}退回修改第{filing.number}次.xlsx"
    return deliver(cycle, filing.unit, name, data)[0]


def _changes(cycle: Cycle, filing: FilingRecord) -> list[Change]:
    """What the filing changed against the one before it."""
    with cycle.store.read() as connection:
        earlier = [
            r
            for r in filing_records(connection, cycle.year, filing.unit)
            if r.number < filing.number
        ]
        if not earlier:
            return []
        before, after = (filed(connection, id) for id in (earlier[-1].id, filing.id))
    return diff(before, after, cycle.pack.forms)


def _told(evaluation: Evaluation) -> list[Finding]:
    """The findings as the department reads them: a waived one is a hint that says so."""
    return [
        replace(f, severity=Severity.ADVICE, message=f"（已豁免：{reason}）{f.message}")
        if (reason := evaluation.waived.get(f.fingerprint)) is not None
        else f
        for f in evaluation.findings
    ]


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
        queue_notice(
            cycle,
            connection,
            department,
            Stage.REVIEW,
            "returned",
            subject=filing.sha256,
            receipt=filing.receipt,
            findings=evaluation.open,
            annotated=cycle.settings.link(annotated) if annotated else "",
        )
        return
    make_accepted(connection, filing)
    queue_notice(
        cycle,
        connection,
        department,
        Stage.REVIEW,
        "accepted",
        subject=filing.sha256,
        receipt=filing.receipt,
        findings=evaluation.open,
        total=evaluation.total,
        grade=evaluation.grade,
    )


def make_accepted(connection: Connection, filing: FilingRecord) -> None:
    """This filing is the department's accepted one from now on."""
    for earlier in filing_records(connection, filing.year, filing.unit):
        if earlier.status == "accepted" and earlier.id != filing.id:
            set_filing_status(connection, earlier.id, "superseded")
    set_filing_status(connection, filing.id, "accepted")
