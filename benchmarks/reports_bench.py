"""What a department's files cost, in CPU time: ``python benchmarks/reports_bench.py``.

Every sample filing is rendered for the public: page and Word file, then the PDF. So that nothing
is answered from a cache, each round is another department: its name, which stands on every page,
and its code, which stands in the address and so in the QR code.
Fonts, templates and compilers are warm, as they are in a run over a county. The least time of the
rounds is printed, so that what else runs on the machine counts as little as possible.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.policy import load_pack
from jixiao.reports.document import Document
from jixiao.reports.html import Publication, Rendered, render_report
from jixiao.reports.model import ReportView
from jixiao.reports.pdf import document_pdf
from jixiao.reports.report_document import report_document
from jixiao.reports.view import report_view
from jixiao.reports.word import document_docx

ROUNDS = 12
DAY = date(2024, 9, 2)


def main() -> None:
    pack = load_pack(pack_dir(2023))
    print("sample              pages  page ms  word ms  pdf ms  page+word/10 pages  pdf/10 pages")
    for path in sorted((demo_dir() / "filings").glob("*.yaml")):
        submission = load_filing(path, pack.forms)
        department = pack.department(submission.unit_code)
        evaluation = evaluate(pack, submission, department=department)
        view = report_view(pack, evaluation, department=department, public=True)
        measure(path.stem, view)


def measure(name: str, view: ReportView) -> None:
    views = [
        another(view, f"{view.unit_name}第{'甲乙丙丁戊己庚辛壬癸子丑寅'[n]}分局", f"{n:02}")
        for n in range(ROUNDS + 1)
    ]
    rendered = [cpu(lambda v=v: page(v)) for v in views]
    documents = [document(v, r) for v, (r, _) in zip(views, rendered, strict=True)]
    word = [
        cpu(lambda v=v, r=r: document_docx(document(v, r)))
        for v, (r, _) in zip(views, rendered, strict=True)
    ]
    pdf = [cpu(lambda d=d: document_pdf(d)) for d in documents]
    pages = int(re.search(rb"<xmpTPg:NPages>(\d+)<", pdf[0][0])[1])
    times = [least([t for _, t in timed[1:]]) for timed in (rendered, word, pdf)]
    both, paper = times[0] + times[1], times[2]
    print(
        f"{name:<20}{pages:>4} {times[0]:>8.1f} {times[1]:>8.1f} {paper:>7.1f}"
        f" {both * 10 / pages:>19.1f} {paper * 10 / pages:>13.1f}"
    )


def another(view: ReportView, name: str, number: str) -> ReportView:
    title = view.title.replace(view.unit_name, name)
    return replace(view, unit_code=view.unit_code[:-2] + number, unit_name=name, title=title)


def page(view: ReportView) -> Rendered:
    return render_report(view, place(view))


def place(view: ReportView) -> Publication:
    return Publication(
        f"http://a.example/2023/{view.unit_code}/", 1, DAY, "公开", formats=("docx", "pdf")
    )


def document(view: ReportView, rendered: Rendered) -> Document:
    return report_document(view, place(view), content=rendered.content, day=DAY)


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives and its CPU time in milliseconds."""
    begun = time.process_time()
    made = work()
    return made, (time.process_time() - begun) * 1000


def least(values: list[float]) -> float:
    return min(values)


if __name__ == "__main__":
    main()
