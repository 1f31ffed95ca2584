"""公开: prepare the public report of every accepted filing."""

from __future__ import annotations

from jixiao.model.submission import Submission
from jixiao.policy import Stage
from jixiao.publishing.content import bytes_of, digest
from jixiao.publishing.site import SiteEntry, site_entry, site_info
from jixiao.reports.files import JSON
from jixiao.reports.view import report_view
from jixiao.store.filings import (
    FilingRecord,
    evaluation_records,
    filing_record,
    filing_records,
)
from jixiao.store.publications import publication_records, put_publication
from jixiao.year.base import Cycle, Done, Item, content_hash
from jixiao.year.form_sets import judged_by
from jixiao.year.steps.county import spread
from jixiao.year.steps.evaluate import evaluate_filing

PAGE = "index.html"


class Publish:
    """Render the public report of every accepted filing that is not published yet."""

    id = "publish"
    title = "准备公开报告"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.day < cycle.pack.calendar.window(Stage.PUBLISH).opens:
            return []
        with cycle.store.read() as connection:
            evaluations = evaluation_records(connection, cycle.year)
            published = publication_records(connection, cycle.year)
            filings = filing_records(connection, cycle.year)
        items = []
        for filing in filings:
            department = cycle.pack.department(filing.unit)
            evaluation = evaluations.get(filing.id)
            if filing.status != "accepted" or department is None or evaluation is None:
                continue
            key = content_hash("publication", evaluation.key)
            last = published.get(filing.unit)
            # What was withdrawn comes back with another filing only.
            if last is not None and last.state == "withdrawn" and last.filing_id == filing.id:
                continue
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
        # Two at once would both take the next revision, and write over each other's files.
        with cycle.store.alone(f"publish/{cycle.year}/{filing.unit}"):
            return _prepare(cycle, item, filing)


def _prepare(cycle: Cycle, item: Item, filing: FilingRecord) -> Done:
    with cycle.store.read() as connection:
        last = publication_records(connection, cycle.year, filing.unit).get(filing.unit)
    if last is not None and last.key == item.key:
        return Done(item.id, item.name, f"公开报告第 {last.revision} 版先前已备好", last.address)
    department = cycle.department(filing.unit)
    evaluation = evaluate_filing(cycle, filing)
    view = report_view(
        judged_by(cycle, evaluation.submission),
        evaluation,
        department=department,
        public=True,
        filed_on=filing.received_on,
        spread=spread(cycle),
    )
    revision = last.revision + 1 if last else 1
    formats = cycle.pack.info.site.formats
    entry = site_entry(
        view,
        site_info(cycle.pack),
        revision=revision,
        published_on=cycle.day,
        formats=formats,
    )
    folder = f"{cycle.year}/{filing.unit}/公开第{revision}版"
    content = _write(cycle, folder, entry)
    lacking = "pdf" in formats and not any(name.endswith(".pdf") for name in entry.files)
    with cycle.store.begin() as connection:
        if put_publication(
            connection,
            cycle.year,
            filing.unit,
            filing_id=filing.id,
            revision=revision,
            key=item.key,
            address=entry.address,
            path=folder,
            sha256=entry.sha256,
            content=content,
            day=cycle.day,
            files={name: digest(each) for name, each in entry.files.items()},
            listing={
                "unit_name": entry.unit_name,
                "grade": entry.grade,
                "claimed": entry.claimed,
                "computed": entry.computed,
                "remark": _filed(cycle, evaluation.submission, "remark"),
                "own": _filed(cycle, evaluation.submission, "url"),
            },
        ):
            cycle.log(
                connection,
                "publication_prepared",
                filing.unit,
                receipt=filing.receipt,
                revision=revision,
                sha256=entry.sha256,
                files=sorted(entry.files),
            )
    said = f"公开报告第 {revision} 版已备好{'（有字库画不出的字，没有 PDF）' if lacking else ''}"
    return Done(item.id, item.name, said, entry.address)


def _write(cycle: Cycle, folder: str, entry: SiteEntry) -> str:
    """Keep a revision's files; returns the hash of its JSON."""
    reports = cycle.settings.reports_folder
    reports.write(f"{folder}/{PAGE}", bytes_of(entry.page))
    for name, content in entry.files.items():
        reports.write(f"{folder}/{name}", bytes_of(content))
    return reports.write(f"{folder}/{JSON}", bytes_of(entry.data))


def _filed(cycle: Cycle, submission: Submission, column: str) -> str:
    """What the department wrote into a column of its register row (附件8), ``""`` if nothing."""
    forms = judged_by(cycle, submission).forms
    for data in submission.forms:
        for section in forms[data.form].tables():
            if section.role == "register":
                cell = data.get(f"{section.id}.{section.rows[0].id}.{column}")
                return "" if cell.blank else cell.text.strip()
    return ""
