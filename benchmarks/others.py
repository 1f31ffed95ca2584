"""The same reports by the libraries people reach for first, where they are installed.

docxtpl as its manual shows it: a template with loops over paragraphs and table rows, opened for
every report. WeasyPrint is given a plain page. Both print the texts of the report; the
official layout, the tags and the archive format of the house's files are left out.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from html import escape
from typing import Any

from jixiao.reports.document import Document, Heading, Note, Table
from jixiao.reports.html import render_report
from jixiao.reports.model import ReportView, TextLine
from jixiao.reports.pdf import document_pdf
from jixiao.reports.report_document import report_document
from jixiao.reports.word import document_docx

Stage = Callable[[str], AbstractContextManager[None]]


def reports(views: Sequence[ReportView], day: date, stage: Stage) -> None:
    """Word file and PDF of every view, by the house and by the others."""
    made = [render_report(view) for view in views]
    documents = [
        report_document(view, None, content=page.content, day=day)
        for view, page in zip(views, made, strict=True)
    ]
    document_docx(documents[0]), document_pdf(documents[0])
    with stage("Word"):
        for document in documents:
            document_docx(document)
    if importlib.util.find_spec("docxtpl"):
        template = _template()
        with stage("Word by docxtpl"):
            for document in documents:
                _by_docxtpl(template, document)
    with stage("PDF"):
        for document in documents:
            document_pdf(document)
    if importlib.util.find_spec("weasyprint"):
        import weasyprint

        with stage("PDF by WeasyPrint"):
            for document in documents:
                weasyprint.HTML(string=_plain_page(document)).write_pdf()


def _template() -> bytes:
    """A Word template that prints blocks: a paragraph, or a table of texts."""
    import docx

    document = docx.Document()
    for line in ("{%p for b in blocks %}", "{%p if b.text %}", "{{ b.text }}", "{%p else %}"):
        document.add_paragraph(line)
    table = document.add_table(rows=3, cols=3)
    table.style = "Table Grid"
    table.cell(0, 0).text = "{%tr for row in b.rows %}"
    for column, text in enumerate(("{%tc for c in row %}", "{{ c }}", "{%tc endfor %}")):
        table.cell(1, column).text = text
    table.cell(2, 0).text = "{%tr endfor %}"
    for line in ("{%p endif %}", "{%p endfor %}"):
        document.add_paragraph(line)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def _by_docxtpl(template: bytes, document: Document) -> None:
    from docxtpl import DocxTemplate

    made = DocxTemplate(io.BytesIO(template))
    made.render({"blocks": list(_blocks(document))}, autoescape=True)
    made.save(io.BytesIO())


def _plain_page(document: Document) -> str:
    """The document's texts as a plain page with bordered tables."""
    parts = ["<style>td{border:1px solid}table{border-collapse:collapse}</style>"]
    for block in _blocks(document):
        if "text" in block:
            parts.append(f"<p>{escape(block['text'])}</p>")
        else:
            rows = ("".join(f"<td>{escape(c)}</td>" for c in row) for row in block["rows"])
            parts.append(f"<table><tr>{'<tr>'.join(rows)}</table>")
    return "".join(parts)


def _blocks(document: Document) -> Iterator[dict[str, Any]]:
    """The document's texts; charts are left out."""
    for sheet in document.sheets:
        for block in sheet.blocks:
            if isinstance(block, Heading | Note | TextLine):
                yield {"text": block.text}
            elif isinstance(block, Table):
                grid = block.grid
                head = [[column.title for column in grid.columns]] if grid.columns else []
                yield {"rows": head + [[cell.text for cell in row.cells] for row in grid.rows]}
