"""One report as everything people file: page, Word file, PDF and JSON, all of the same content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from jixiao.model.findings import Finding
from jixiao.reports.glyphs import glyph_findings
from jixiao.reports.html import Publication, render_report
from jixiao.reports.model import FindingView, ReportView
from jixiao.reports.pdf import document_pdf
from jixiao.reports.report_document import report_document
from jixiao.reports.word import document_docx

WORD, PDF, JSON = "report.docx", "report.pdf", "report.json"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The rendered files of one report.

    Attributes:
        page: the web page.
        others: the other files by name (``report.docx``, ``report.pdf``, ``report.json``).
        sha256: SHA-256 (hex) of the page.
        content: SHA-256 (hex) of the report's JSON.
        undrawn: a finding for every character that kept the PDF from being made.
    """

    page: bytes
    others: dict[str, bytes]
    sha256: str
    content: str
    undrawn: tuple[Finding, ...]


def report_files(
    view: ReportView,
    publication: Publication | None = None,
    *,
    day: date,
    formats: tuple[str, ...] = ("docx", "pdf"),
) -> ReportFiles:
    """Every file of a report; the same input gives the same bytes.

    A character that no embedded font can draw is a finding of an internal report, and there is
    then no PDF: it would lack the character without saying so.

    Args:
        day: the day the Word file and the PDF say they are from.
        formats: which of ``docx`` and ``pdf`` are made beside page and JSON.
    """
    undrawn = glyph_findings(view) if "pdf" in formats else ()
    if undrawn and view.findings_shown:
        known = {(each.finding.code, each.finding.found) for each in view.findings}
        more = (FindingView(f) for f in undrawn if (f.code, f.found) not in known)
        view = replace(view, findings=(*view.findings, *more))
    made = tuple(f for f in formats if not (f == "pdf" and undrawn))
    if publication is not None:
        publication = replace(publication, formats=made)
    rendered = render_report(view, publication)
    others = {JSON: rendered.data}
    if made:
        document = report_document(view, publication, content=rendered.content, day=day)
        if "docx" in made:
            others[WORD] = document_docx(document)
        if "pdf" in made:
            others[PDF] = document_pdf(document)
    return ReportFiles(rendered.page, others, rendered.sha256, rendered.content, undrawn)
