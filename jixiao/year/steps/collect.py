"""报送: take what lies in the drop folder, whoever it is from and whatever it is called."""

from __future__ import annotations

import hashlib
import time

from sqlalchemy import Connection

from jixiao.errors import JixiaoError, RefusedFile, reason
from jixiao.installation.delivery import Folder
from jixiao.installation.paths import pack_dir
from jixiao.installation.settings import ZONE
from jixiao.intake import merge
from jixiao.model import targets as target_model
from jixiao.model.diff import diff
from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.notices import BUREAU
from jixiao.policy import Department, Stage
from jixiao.policy.schedule import chinese_date, chinese_time
from jixiao.spreadsheet.marker import TARGETS
from jixiao.store.db import alone
from jixiao.store.filings import (
    FilingRecord,
    delivery_record,
    delivery_records,
    filed,
    filing_records,
    put_delivery,
    put_filing,
)
from jixiao.store.targets import put_targets
from jixiao.workbooks.ledger import Ledger, read_ledger
from jixiao.year.base import Cycle, Done, Item, content_hash
from jixiao.year.deadlines import granted, own_window
from jixiao.year.notify import queue_notice
from jixiao.year.officer.ledger import apply_ledger, open_ledger
from jixiao.year.steps.arrival import check_signature, check_template, read_as_issued, sender
from jixiao.year.steps.piles import (
    SAVE_AGAIN,
    Arrival,
    Delivery,
    Found,
    by_sender,
    choose,
    piles,
    with_sender,
)
from jixiao.year.steps.targets import check_targets


class Inbox:
    """Look at every file that was not looked at before.

    Files of one department that lie in the folder at once are one item: which of them counts
    must not hang on which is taken up first.
    """

    id = "collect"
    title = "接收报送文件"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            seen = {(r.name, r.sha256) for r in delivery_records(connection, cycle.year)}
        folder, now = cycle.settings.inbox_folder, time.time()
        found: list[Found] = []
        for file in folder.files():
            # A storage whose clock is ahead of ours does not keep a file waiting for good.
            if file.modified is not None and abs(now - file.modified) < cycle.settings.settle:
                continue  # perhaps still being written: left for the next look
            data = _read(folder, file.name)
            sha256 = hashlib.sha256(data).hexdigest()
            if (file.name, sha256) in seen:
                continue
            found.append(Found(file.name, sha256, data))
            if len(found) > 1:  # a file that lies there alone is beside no other
                found[0], found[-1] = with_sender(cycle, found[0]), with_sender(cycle, found[-1])
        return piles(found)

    def do(self, cycle: Cycle, item: Item) -> Done:
        opened = []
        for name, sha256 in ((item.id, item.key), *item.others):
            data = _read(cycle.settings.inbox_folder, name)
            if sha256 and hashlib.sha256(data).hexdigest() != sha256:
                return Done(item.id, item.name, "文件还在写入，留到下一次再收")
            opened.append(_open(cycle, name, data))
        done = [o for o in opened if isinstance(o, Done)]
        for pile in by_sender(o for o in opened if isinstance(o, Arrival)):
            done += _take(cycle, pile)
        if len(done) == 1:
            return done[0]
        said = "；".join(f"{d.id}：{d.did}" for d in sorted(done, key=lambda d: d.id))
        return Done(item.id, item.name, said)


def _open(cycle: Cycle, name: str, data: bytes) -> Arrival | Done:
    """What is in a file and whose it is; whatever is no department's is dealt with at once."""
    delivery = Delivery(name, hashlib.sha256(data).hexdigest(), len(data))
    short = name.rsplit("/", 1)[-1]
    try:
        submission = read_as_issued(cycle, data, short)
        check_signature(submission)
        if _belongs_elsewhere(cycle, submission):
            return Done(name, name, f"是 {submission.year} 年度的文件，留给该年度处理")
        department = sender(cycle, submission)
        check_template(cycle, submission, department)
    except RefusedFile as refusal:
        if refusal.code == "no_forms" and (ledger := read_ledger(data, short)) is not None:
            return _take_ledger(cycle, delivery, data, ledger)
        return _refuse(cycle, delivery, data, refusal)
    cycle.settings.archive_folder.write(delivery.kept_as, data)
    saved = cycle.settings.inbox_folder.modified(name)
    return Arrival(delivery, submission, department, saved)


def _take(cycle: Cycle, pile: list[Arrival]) -> list[Done]:
    """Take what counts of a department's files that lay there at once, and refuse the others.

    All in one transaction: a crash leaves either everything or nothing of it to be done.
    """
    chosen = choose(pile)
    with cycle.store.begin() as connection:
        done = [_put_back(cycle, connection, each, why) for each, why in chosen.refused]
        for arrival in chosen.taken:
            if arrival.submission.kind == TARGETS:
                done.append(_take_proposal(cycle, connection, arrival))
            else:
                report = chosen.report if arrival is chosen.taken[0] else None
                done.append(_take_filing(cycle, connection, arrival, report))
    return done


def _read(folder: Folder, name: str) -> bytes:
    try:
        return folder.read(name)
    except OSError as error:
        raise JixiaoError(f"读不了收件箱里的文件“{name}”：{reason(error)}。") from None


def _belongs_elsewhere(cycle: Cycle, submission: Submission) -> bool:
    """Another year that has a pack of its own will take it."""
    year = submission.year
    return year is not None and year != cycle.year and pack_dir(year).is_dir()


def _refuse(cycle: Cycle, delivery: Delivery, data: bytes, refusal: RefusedFile) -> Done:
    """Keep the file with the reason; tell the bureau, since nobody knows whose it is."""
    cycle.settings.archive_folder.write(delivery.kept_as, data)
    with cycle.store.begin() as connection:
        if _keep(cycle, connection, delivery, "refused", refusal=refusal):
            cycle.log(
                connection,
                "refused",
                file=delivery.name,
                sha256=delivery.sha256,
                code=refusal.code,
                reason=refusal.message,
            )
            queue_notice(
                cycle,
                connection,
                BUREAU,
                Stage.SUBMIT,
                "refused",
                subject=delivery.sha256,
                file=delivery.name,
                reason=refusal.message,
            )
    return Done(delivery.name, delivery.name, f"不能接收：{refusal.message}")


def _put_back(cycle: Cycle, connection: Connection, arrival: Arrival, refusal: RefusedFile) -> Done:
    """Refuse a file whose sender is known, and tell the sender."""
    delivery, department = arrival.delivery, arrival.department
    stage = Stage.TARGETS if arrival.submission.kind == TARGETS else Stage.SUBMIT
    if _keep(cycle, connection, delivery, "refused", department, refusal):
        cycle.log(
            connection,
            "refused",
            department.code,
            file=delivery.name,
            sha256=delivery.sha256,
            code=refusal.code,
            reason=refusal.message,
        )
        queue_notice(
            cycle,
            connection,
            department,
            stage,
            "refused",
            subject=delivery.sha256,
            file=delivery.name,
            reason=refusal.message,
            next_step="按上面的原因办理；已经登记的报送不受影响。",
        )
    return Done(delivery.name, department.name, f"没有登记：{refusal.message}")


def _take_proposal(cycle: Cycle, connection: Connection, arrival: Arrival) -> Done:
    delivery, department = arrival.delivery, arrival.department
    targets = target_model.from_submission(arrival.submission, cycle.year, department.code)
    problems = check_targets(cycle, targets)
    known = (
        put_targets(connection, targets, source=delivery.name, problems=problems, day=cycle.day)
        is None
    )
    if _keep(cycle, connection, delivery, "duplicate" if known else "proposal", department):
        cycle.log(
            connection,
            "targets_proposed",
            department.code,
            file=delivery.name,
            hash=targets.hash,
            problems=problems,
            duplicate=known,
        )
    did = "绩效目标与上次申报相同" if known else f"绩效目标已收到，{len(problems)} 处提请注意"
    return Done(delivery.name, department.name, did)


def _take_filing(
    cycle: Cycle, connection: Connection, arrival: Arrival, report: Arrival | None
) -> Done:
    """Register a filing: a workbook with, where it lay beside it, its Word report."""
    delivery, department = arrival.delivery, arrival.department
    submission, sha256 = arrival.submission, delivery.sha256
    parts = [arrival]
    if report is not None:
        submission = merge(submission, report.submission)
        sha256 = content_hash(sha256, report.delivery.sha256)
        parts.append(report)
    names = "、".join(part.delivery.name for part in parts)
    given = granted(connection, cycle.year, department.code)
    window = own_window(cycle.pack.calendar, given, department.code, Stage.SUBMIT)
    late = cycle.day > window.closes
    # Nobody adds another filing of the department before this transaction ends.
    alone(connection, f"filing/{cycle.year}/{department.code}")
    before = filing_records(connection, cycle.year, department.code)
    earlier = before[-1] if before else None
    if earlier is not None and earlier.sha256 in (sha256, _again(sha256, earlier.number)):
        for part in parts:
            _keep(cycle, connection, part.delivery, "duplicate", department)
        return Done(names, department.name, "与上次报送的文件完全相同，不另行登记")
    if earlier is not None and any(r.sha256 == sha256 for r in before):
        sha256 = _again(sha256, earlier.number + 1)
    if earlier is not None and (refusal := _too_old(cycle, connection, parts, earlier)):
        did = [_put_back(cycle, connection, part, refusal).did for part in parts]
        return Done(names, department.name, did[0])
    delivery_id = _keep(cycle, connection, delivery, "filing", department)
    if delivery_id is None:
        return Done(names, department.name, "这个文件已经登记过")
    if report is not None:
        _keep(cycle, connection, report.delivery, "part", department)
    filing = put_filing(
        connection,
        cycle.year,
        department.code,
        delivery_id=delivery_id,
        sha256=sha256,
        day=cycle.day,
        late=late,
        submission=submission,
    )
    assert filing is not None, "the hash was looked for in this very transaction"
    changes = None
    if earlier is not None:
        last = filed(connection, earlier.id)
        changes = len(diff(last, submission, cycle.pack.forms))
    files = [(part.delivery.name, part.delivery.sha256) for part in parts]
    cycle.log(
        connection,
        "filed",
        department.code,
        files=files,
        sha256=sha256,
        receipt=filing.receipt,
        late=late,
        changes=changes,
    )
    queue_notice(
        cycle,
        connection,
        department,
        Stage.SUBMIT,
        "receipt",
        subject=sha256,
        files=files,
        receipt=filing.receipt,
        received=_when(cycle, filing),
        late=late,
        missing=_missing(cycle.pack.forms, submission),
        changes=changes,
    )
    return Done(names, department.name, f"已接收，回执号 {filing.receipt}")


def _again(sha256: str, number: int) -> str:
    """The hash of a filing whose file was filed before, with another one since: a department that
    goes back to what it had handed in first files that anew."""
    return content_hash(sha256, str(number))


def _too_old(
    cycle: Cycle, connection: Connection, parts: list[Arrival], earlier: FilingRecord
) -> RefusedFile | None:
    """Why what was saved before the last filing's own file does not replace that filing."""
    name = delivery_record(connection, earlier.delivery_id).name
    other = cycle.settings.inbox_folder.modified(name)
    if other is None or any(p.saved is None or p.saved >= other for p in parts):
        return None
    return RefusedFile(
        "older_than_filed",
        f"这一份保存得比已经报送的“{name}”（回执号 {earlier.receipt}）早，没有登记，"
        f"仍以已经报送的为准。{SAVE_AGAIN}",
    )


def _take_ledger(cycle: Cycle, delivery: Delivery, data: bytes, ledger: Ledger) -> Done:
    """An officer's ledger: its rows are decided on, whatever cannot be is told to the bureau."""
    if ledger.year != cycle.year and pack_dir(ledger.year).is_dir():
        return Done(
            delivery.name, delivery.name, f"是 {ledger.year} 年度的审核台账，留给该年度处理"
        )
    try:
        applied = apply_ledger(cycle, open_ledger(cycle, data, delivery.name))
    except RefusedFile as refusal:
        return _refuse(cycle, delivery, data, refusal)
    cycle.settings.archive_folder.write(delivery.kept_as, data)
    with cycle.store.begin() as connection:
        if _keep(cycle, connection, delivery, "ledger") and applied.refused:
            queue_notice(
                cycle,
                connection,
                BUREAU,
                Stage.REVIEW,
                "ledger_refused",
                subject=delivery.sha256,
                file=delivery.name,
                rows=applied.refused,
            )
    return Done(delivery.name, delivery.name, applied.sentence)


def _when(cycle: Cycle, filing: FilingRecord) -> str:
    """When it was taken in, by the clock; a year played by date says which day that stands for."""
    said = chinese_time(filing.received_at)
    if filing.received_at.astimezone(ZONE).date() == cycle.day:
        return said
    return f"{said}，按 {chinese_date(cycle.day)} 办理"


def _missing(forms: dict[str, Form], submission: Submission) -> list[str]:
    present = {f.form for f in submission.forms}
    return [form.id for form in forms.values() if form.id not in present]


def _keep(
    cycle: Cycle,
    connection: Connection,
    delivery: Delivery,
    outcome: str,
    department: Department | None = None,
    refusal: RefusedFile | None = None,
) -> int | None:
    return put_delivery(
        connection,
        cycle.year,
        name=delivery.name,
        sha256=delivery.sha256,
        size=delivery.size,
        kept_as=delivery.kept_as,
        day=cycle.day,
        outcome=outcome,
        unit=department.code if department else None,
        reason_code=refusal.code if refusal else None,
        reason=refusal.message if refusal else None,
    )
