"""报告: an internal report of every evaluated filing: page, Word file, PDF and JSON."""

from __future__ import annotations

from pathlib import Path

from jixiao.reports.files import ReportFiles, report_files
from jixiao.reports.view import report_view
from jixiao.store.filings import (
    FilingRecord,
    evaluation_records,
    filing_record,
    filing_records,
)
from jixiao.store.publications import put_rendering, rendering_records
from jixiao.year.base import Cycle, Done, Item, content_hash, file_name
from jixiao.year.form_sets import judged_by
from jixiao.year.steps.evaluate import evaluate_filing


class Reports:
    """Render the report of the newest filing of each department and of the accepted one.

    The comparison with the county is left to the published report and the county's summary:
    here every late filing would change everybody's report.
    """

    id = "render"
    title = "生成自评报告"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            filings = filing_records(connection, cycle.year)
            evaluations = evaluation_records(connection, cycle.year)
            rendered = rendering_records(connection, cycle.year)
        newest = {r.unit: r.id for r in filings}
        items = []
        for filing in filings:
            department = cycle.pack.department(filing.unit)
            evaluation = evaluations.get(filing.id)
            if department is None or evaluation is None:
                continue
            if filing.id != newest[filing.unit] and filing.status != "accepted":
                continue
            key = content_hash("report", evaluation.key, filing.status, cycle.program.layout)
            last = rendered.get(filing.id)
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
        department = cycle.department(filing.unit)
        evaluation = evaluate_filing(cycle, filing)
        view = report_view(
            judged_by(cycle, evaluation.submission),
            evaluation,
            department=department,
            public=False,
            filed_on=filing.received_on,
        )
        files = report_files(view, day=filing.received_on)
        path = _write(cycle, filing, department.name, files)
        missing = undrawn_words(files)
        with cycle.store.begin() as connection:
            if put_rendering(
                connection, filing.id, key=item.key, path=path, sha256=files.sha256, day=cycle.day
            ):
                cycle.log(
                    connection,
                    "rendered",
                    filing.unit,
                    receipt=filing.receipt,
                    path=path,
                    sha256=files.sha256,
                    without_pdf=missing,
                )
        said = f"自评报告已生成{missing}"
        return Done(item.id, item.name, said, cycle.settings.reports_folder.link(path))


def _write(cycle: Cycle, filing: FilingRecord, name: str, files: ReportFiles) -> str:
    """Write the files of a report; the page's path below the reports folder."""
    folder = f"{cycle.year}/{filing.unit}/第{filing.number}次"
    title = f"{file_name(name)}自评报告"
    laid = cycle.settings.reports_folder
    laid.write(f"{folder}/{title}.html", files.page)
    for other, data in files.others.items():
        plain = other if other.endswith(".json") else f"{title}{Path(other).suffix}"
        laid.write(f"{folder}/{plain}", data)
    if files.undrawn:
        laid.remove(f"{folder}/{title}.pdf")  # it was made from an earlier evaluation
    return f"{folder}/{title}.html"


def undrawn_words(files: ReportFiles) -> str:
    """Why there is no PDF, in words; ``""`` where nothing kept it from being made."""
    if not files.undrawn:
        return ""
    return f"（没有生成 PDF：字库画不出{'、'.join(f.found for f in files.undrawn)}）"
