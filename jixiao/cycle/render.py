"""报告: an internal report of every evaluated filing, with its findings and every working."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jixiao.cycle.base import Cycle, Done, Item, content_hash, file_name, write_file
from jixiao.cycle.evaluate import evaluate_filing
from jixiao.paths import template_dir
from jixiao.reports.html import render_report
from jixiao.reports.view import report_view
from jixiao.store.filings import evaluation_records, filing_record, filing_records
from jixiao.store.publications import put_rendering, rendering_records


class Reports:
    """Render the report of the newest filing of each department and of the accepted one."""

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
            key = content_hash("report", evaluation.key, filing.status, templates_hash("reports"))
            last = rendered.get(filing.id)
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
        department = cycle.department(filing.unit)
        view = report_view(
            cycle.pack, evaluate_filing(cycle, filing), department=department, public=False,
            filed_on=filing.received_on,
        )  # fmt: skip
        rendered = render_report(view)
        folder = f"{cycle.year}/{filing.unit}/第{filing.number}次"
        page = f"{folder}/{file_name(department.name)}自评报告.html"
        path = cycle.settings.reports / page
        sha256 = write_file(path, rendered.page)
        write_file(cycle.settings.reports / folder / "report.json", rendered.data)
        with cycle.store.begin() as connection:
            if put_rendering(
                connection, filing.id, key=item.key, path=page, sha256=sha256, day=cycle.day
            ):
                cycle.log(
                    connection, "rendered", filing.unit,
                    receipt=filing.receipt, path=page, sha256=sha256,
                )  # fmt: skip
        return Done(item.id, item.name, "自评报告已生成", str(path))


def templates_hash(folder: str) -> str:
    """Changes whenever a template of the folder does."""
    return _hash(template_dir() / folder)


@cache
def _hash(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return content_hash(*(part for p in files for part in (p.name, p.read_bytes())))
