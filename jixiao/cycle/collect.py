"""报送: take what lies in the drop folder, whoever it is from and whatever it is called."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from jixiao import targets as target_model
from jixiao.cycle.arrival import check_signature, check_template, sender
from jixiao.cycle.base import Cycle, Done, Item, write_file
from jixiao.cycle.deadlines import granted, own_window
from jixiao.cycle.ledger import apply_ledger, open_ledger
from jixiao.cycle.targets import check_targets
from jixiao.cycle.tell import tell
from jixiao.delivery import Folder
from jixiao.diff import diff
from jixiao.errors import JixiaoError, RefusedFile
from jixiao.forms import Form
from jixiao.intake.child import SHARED
from jixiao.notices import BUREAU
from jixiao.paths import pack_dir
from jixiao.policy import Department, Stage
from jixiao.schedule import chinese_date, chinese_time
from jixiao.settings import ZONE
from jixiao.store.db import alone
from jixiao.store.filings import (
    FilingRecord,
    delivery_records,
    filing_content,
    filing_records,
    put_delivery,
    put_filing,
)
from jixiao.store.targets import put_targets
from jixiao.submission import Submission, from_json, to_json
from jixiao.workbooks.ledger import Ledger, read_ledger


class Inbox:
    """Look at every file that was not looked at before."""

    id = "collect"
    title = "接收报送文件"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            seen = {(r.name, r.sha256) for r in delivery_records(connection, cycle.year)}
        folder, now = cycle.settings.inbox_folder, time.time()
        items = []
        for file in folder.files():
            if file.modified is not None and now - file.modified < cycle.settings.settle:
                continue  # perhaps still being written: left for the next look
            sha256 = hashlib.sha256(_read(folder, file.name)).hexdigest()
            if (file.name, sha256) not in seen:
                items.append(Item(file.name, file.name, sha256))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        data = _read(cycle.settings.inbox_folder, item.id)
        delivery = _Delivery(item.id, hashlib.sha256(data).hexdigest(), len(data))
        if item.key and delivery.sha256 != item.key:
            return Done(item.id, item.name, "文件还在写入，留到下一次再收")
        name = item.id.rsplit("/", 1)[-1]
        try:
            submission = SHARED.read(data, name, cycle.pack.forms)
            if isinstance(submission, RefusedFile):
                raise submission
            check_signature(submission)
            if _belongs_elsewhere(cycle, submission):
                return Done(item.id, item.name, f"是 {submission.year} 年度的文件，留给该年度处理")
            department = sender(cycle, submission)
            check_template(cycle, submission, department)
        except RefusedFile as refusal:
            if refusal.code == "no_forms" and (ledger := read_ledger(data, name)) is not None:
                return _take_ledger(cycle, delivery, data, ledger)
            return _refuse(cycle, delivery, data, refusal)
        if submission.kind == "targets":
            return _take_proposal(cycle, delivery, data, department, submission)
        try:
            return _take_filing(cycle, delivery, data, department, submission)
        except RefusedFile as refusal:
            return _refuse(cycle, delivery, data, refusal)


def _read(folder: Folder, name: str) -> bytes:
    try:
        return folder.read(name)
    except OSError as error:
        raise JixiaoError(f"读不了收件箱里的文件“{name}”：{error.strerror or error}。") from None


@dataclass(frozen=True, slots=True)
class _Delivery:
    name: str
    sha256: str
    size: int

    @property
    def kept_as(self) -> str:
        """Where the bytes are kept below the archive: by content, so that nothing is lost."""
        return f"{self.sha256[:2]}/{self.sha256}{Path(self.name).suffix.lower()[:8]}"


def _belongs_elsewhere(cycle: Cycle, submission: Submission) -> bool:
    """Another year that has a pack of its own will take it."""
    year = submission.year
    return year is not None and year != cycle.year and pack_dir(year).is_dir()


def _refuse(cycle: Cycle, delivery: _Delivery, data: bytes, refusal: RefusedFile) -> Done:
    """Keep the file with the reason; tell the bureau, since nobody knows whose it is."""
    write_file(cycle.settings.archive / delivery.kept_as, data)
    with cycle.store.begin() as connection:
        if _keep(cycle, connection, delivery, "refused", refusal=refusal):
            cycle.log(
                connection, "refused",
                file=delivery.name, sha256=delivery.sha256, code=refusal.code,
                reason=refusal.message,
            )  # fmt: skip
            tell(
                cycle, connection, BUREAU, Stage.SUBMIT, "refused",
                subject=delivery.sha256, file=delivery.name, reason=refusal.message,
            )  # fmt: skip
    return Done(delivery.name, delivery.name, f"不能接收：{refusal.message}")


def _take_proposal(
    cycle: Cycle, delivery: _Delivery, data: bytes, department: Department, submission: Submission
) -> Done:
    targets = target_model.from_submission(submission, cycle.year, department.code)
    problems = check_targets(cycle, targets)
    write_file(cycle.settings.archive / delivery.kept_as, data)
    with cycle.store.begin() as connection:
        known = (
            put_targets(connection, targets, source=delivery.name, problems=problems, day=cycle.day)
            is None
        )
        outcome = "duplicate" if known else "proposal"
        if _keep(cycle, connection, delivery, outcome, department):
            cycle.log(
                connection, "targets_proposed", department.code,
                file=delivery.name, hash=targets.hash, problems=problems, duplicate=known,
            )  # fmt: skip
    did = "绩效目标与上次申报相同" if known else f"绩效目标已收到，{len(problems)} 处提请注意"
    return Done(delivery.name, department.name, did)


def _take_filing(
    cycle: Cycle, delivery: _Delivery, data: bytes, department: Department, submission: Submission
) -> Done:
    write_file(cycle.settings.archive / delivery.kept_as, data)
    with cycle.store.begin() as connection:
        given = granted(connection, cycle.year, department.code)
        window = own_window(cycle.pack.calendar, given, department.code, Stage.SUBMIT)
        late = cycle.day > window.closes
        if any(
            r.sha256 == delivery.sha256
            for r in filing_records(connection, cycle.year, department.code)
        ):
            _keep(cycle, connection, delivery, "duplicate", department)
            return Done(delivery.name, department.name, "与已报送的文件完全相同，不另行登记")
        earlier = _last_filing(connection, cycle, department)
        if earlier is not None:
            _check_order(cycle, connection, delivery, earlier)
        delivery_id = _keep(cycle, connection, delivery, "filing", department)
        if delivery_id is None:
            return Done(delivery.name, department.name, "这个文件已经登记过")
        filing = put_filing(
            connection, cycle.year, department.code, delivery_id=delivery_id,
            sha256=delivery.sha256, day=cycle.day, late=late, content=to_json(submission),
        )  # fmt: skip
        assert filing is not None, "the hash was looked for in this very transaction"
        changes = None
        if earlier is not None:
            before = from_json(filing_content(connection, earlier.id))
            changes = len(diff(before, submission, cycle.pack.forms))
        cycle.log(
            connection, "filed", department.code,
            file=delivery.name, sha256=delivery.sha256, receipt=filing.receipt, late=late,
            changes=changes,
        )  # fmt: skip
        tell(
            cycle, connection, department, Stage.SUBMIT, "receipt",
            subject=delivery.sha256, file=delivery.name, receipt=filing.receipt,
            sha256=delivery.sha256, received=_when(cycle, filing), late=late,
            missing=_missing(cycle.pack.forms, submission), changes=changes,
        )  # fmt: skip
    return Done(delivery.name, department.name, f"已接收，回执号 {filing.receipt}")


def _last_filing(
    connection: Connection, cycle: Cycle, department: Department
) -> FilingRecord | None:
    """The department's newest filing; nobody adds another before this transaction ends."""
    alone(connection, f"filing/{cycle.year}/{department.code}")
    return next(reversed(filing_records(connection, cycle.year, department.code)), None)


def _check_order(
    cycle: Cycle, connection: Connection, delivery: _Delivery, earlier: FilingRecord
) -> None:
    """Of two filings that lay in the folder at once the one saved later counts.

    Raises:
        RefusedFile: ``two_at_once``: this is the older of the two, taken up second.
    """
    folder = cycle.settings.inbox_folder
    name = next(
        r.name for r in delivery_records(connection, cycle.year) if r.id == earlier.delivery_id
    )
    this, other = folder.modified(delivery.name), folder.modified(name)
    if this is not None and other is not None and this < other:
        raise RefusedFile(
            "two_at_once",
            f"同时收到两份不同的报送，以后保存的“{name}”（回执号 {earlier.receipt}）为准，"
            "这一份没有登记。如应以这一份为准，请重新保存后再报送。",
        )


def _take_ledger(cycle: Cycle, delivery: _Delivery, data: bytes, ledger: Ledger) -> Done:
    """An officer's ledger: its rows are decided on, whatever cannot be is told to the bureau."""
    if ledger.year != cycle.year and pack_dir(ledger.year).is_dir():
        return Done(
            delivery.name, delivery.name, f"是 {ledger.year} 年度的审核台账，留给该年度处理"
        )
    try:
        applied = apply_ledger(cycle, open_ledger(cycle, data, delivery.name))
    except RefusedFile as refusal:
        return _refuse(cycle, delivery, data, refusal)
    write_file(cycle.settings.archive / delivery.kept_as, data)
    with cycle.store.begin() as connection:
        if _keep(cycle, connection, delivery, "ledger") and applied.refused:
            tell(
                cycle, connection, BUREAU, Stage.REVIEW, "ledger_refused",
                subject=delivery.sha256, file=delivery.name, rows=applied.refused,
            )  # fmt: skip
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
    cycle: Cycle, connection: Connection, delivery: _Delivery, outcome: str,
    department: Department | None = None, refusal: RefusedFile | None = None,
) -> int | None:  # fmt: skip
    return put_delivery(
        connection, cycle.year, name=delivery.name, sha256=delivery.sha256, size=delivery.size,
        kept_as=delivery.kept_as, day=cycle.day, outcome=outcome,
        unit=department.code if department else None,
        reason_code=refusal.code if refusal else None,
        reason=refusal.message if refusal else None,
    )  # fmt: skip
