"""报送: take what lies in the drop folder, whoever it is from and whatever it is called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from jixiao import targets as target_model
from jixiao.cycle.base import Cycle, Done, Item, write_file
from jixiao.cycle.targets import check_targets
from jixiao.cycle.tell import BUREAU, tell
from jixiao.errors import JixiaoError, RefusedFile
from jixiao.forms import Form
from jixiao.intake import read_file
from jixiao.intake.text import key as plain_name
from jixiao.paths import pack_dir
from jixiao.policy import Department, Stage
from jixiao.store.filings import delivery_records, filing_records, put_delivery, put_filing
from jixiao.store.targets import put_targets
from jixiao.submission import Submission, to_json


class Inbox:
    """Look at every file that was not looked at before."""

    id = "collect"
    title = "接收报送文件"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            seen = {(r.name, r.sha256) for r in delivery_records(connection, cycle.year)}
        items = []
        for path in _files(cycle.settings.inbox):
            item = _item(cycle.settings.inbox, path)
            if (item.id, item.key) not in seen:
                items.append(item)
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        path = cycle.settings.inbox / item.id
        try:
            data = path.read_bytes()
        except OSError as error:
            raise JixiaoError(f"读不了收件箱里的文件“{item.id}”：{error.strerror}。") from None
        delivery = _Delivery(item.id, hashlib.sha256(data).hexdigest(), len(data))
        try:
            submission = read_file(data, path.name, cycle.pack.forms)
            if _belongs_elsewhere(cycle, submission):
                return Done(item.id, item.name, f"是 {submission.year} 年度的文件，留给该年度处理")
            department = _sender(cycle, submission)
        except RefusedFile as refusal:
            return _refuse(cycle, delivery, data, refusal)
        if submission.kind == "targets":
            return _take_proposal(cycle, delivery, data, department, submission)
        return _take_filing(cycle, delivery, data, department, submission)


@dataclass(frozen=True, slots=True)
class _Delivery:
    name: str
    sha256: str
    size: int

    @property
    def kept_as(self) -> str:
        """Where the bytes are kept below the archive: by content, so that nothing is lost."""
        return f"{self.sha256[:2]}/{self.sha256}{Path(self.name).suffix.lower()[:8]}"


def _files(inbox: Path) -> list[Path]:
    """Files of the drop folder, sub-folders too; what Office and we leave half-done is not one."""
    if not inbox.is_dir():
        return []
    return sorted(p for p in inbox.rglob("*") if p.is_file() and not p.name.startswith((".", "~$")))


def _item(inbox: Path, path: Path) -> Item:
    name = path.relative_to(inbox).as_posix()
    with path.open("rb") as file:
        return Item(name, name, hashlib.file_digest(file, "sha256").hexdigest())


def _belongs_elsewhere(cycle: Cycle, submission: Submission) -> bool:
    """Another year that has a pack of its own will take it."""
    year = submission.year
    return year is not None and year != cycle.year and pack_dir(year).is_dir()


def _sender(cycle: Cycle, submission: Submission) -> Department:
    """Whose file it is, by its content.

    Raises:
        RefusedFile: the year is wrong or the unit is not on the roster.
    """
    if submission.year is not None and submission.year != cycle.year:
        raise RefusedFile(
            "wrong_year",
            f"这是 {submission.year} 年度的表，现在收的是 {cycle.year} 年度。请用本年度下达的工作簿填报。",
        )
    code = submission.unit_code.strip().upper()
    department = cycle.pack.department(code)
    if department is not None:
        return department
    if code:
        raise RefusedFile(
            "not_on_roster",
            f"单位代码 {code} 不在 {cycle.year} 年度名册里。请核对代码，或联系{cycle.pack.info.bureau.name}。",
        )
    for department in cycle.pack.roster.departments:
        if plain_name(submission.unit_name) in map(
            plain_name, (department.name, *department.aliases)
        ):
            return department
    if submission.unit_name:
        raise RefusedFile(
            "not_on_roster",
            f"“{submission.unit_name}”不在 {cycle.year} 年度名册里。请核对单位名称，"
            f"或联系{cycle.pack.info.bureau.name}。",
        )
    raise RefusedFile(
        "no_identity",
        "文件里找不到单位代码，也找不到单位名称。请在下达的工作簿里填报，不要另建文件。",
    )


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
    late = cycle.day > cycle.pack.calendar.window(Stage.SUBMIT).closes
    write_file(cycle.settings.archive / delivery.kept_as, data)
    with cycle.store.begin() as connection:
        if any(
            r.sha256 == delivery.sha256
            for r in filing_records(connection, cycle.year, department.code)
        ):
            _keep(cycle, connection, delivery, "duplicate", department)
            return Done(delivery.name, department.name, "与已报送的文件完全相同，不另行登记")
        delivery_id = _keep(cycle, connection, delivery, "filing", department)
        if delivery_id is None:
            return Done(delivery.name, department.name, "这个文件已经登记过")
        filing = put_filing(
            connection, cycle.year, department.code, delivery_id=delivery_id,
            sha256=delivery.sha256, day=cycle.day, late=late, content=to_json(submission),
        )  # fmt: skip
        assert filing is not None, "the hash was looked for in this very transaction"
        cycle.log(
            connection, "filed", department.code,
            file=delivery.name, sha256=delivery.sha256, receipt=filing.receipt, late=late,
        )  # fmt: skip
        tell(
            cycle, connection, department, Stage.SUBMIT, "receipt",
            subject=delivery.sha256, file=delivery.name, receipt=filing.receipt,
            sha256=delivery.sha256, late=late, missing=_missing(cycle.pack.forms, submission),
        )  # fmt: skip
    return Done(delivery.name, department.name, f"已接收，回执号 {filing.receipt}")


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
