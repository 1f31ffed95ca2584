"""The bureau's summary as page, Word file, PDF and workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

import xlsxwriter

from jixiao.reports.document import Block, Document, Heading, Note, Sheet, Table, text_table
from jixiao.reports.html import chinese_date
from jixiao.reports.model import Chart
from jixiao.reports.pdf import document_pdf
from jixiao.reports.summary import CountySummary, render_summary
from jixiao.reports.word import document_docx


def summary_files(summary: CountySummary, formats: Sequence[str]) -> dict[str, bytes]:
    """The summary in the formats asked for (``html``, ``docx``, ``pdf``, ``xlsx``), by format."""
    return {format: _MAKERS[format](summary) for format in formats}


def county_document(summary: CountySummary) -> Document:
    """The summary as a document for Word and PDF; a draft is marked on every page."""
    return Document(
        titles=(summary.bureau, f"{summary.year}年度预算绩效自评汇总"),
        kicker="内部资料，不得公开",
        author=summary.bureau,
        facts=tuple(_facts(summary)),
        results=(),
        lead="公开期还没有开始，本汇总是草稿，数据还会变动，不得对外提供。"
        if summary.draft
        else "",
        sheets=(
            Sheet((Heading(1, "分布与执行"), *summary.charts)),
            Sheet(tuple(_tables(summary)), landscape=True),
        ),
        closing=(),
        day=summary.as_of,
        mark=summary.mark,
    )


def _facts(summary: CountySummary) -> Iterator[tuple[str, str]]:
    yield "截至", chinese_date(summary.as_of)
    yield "应报送", f"{summary.total} 家"
    late = f"（逾期 {summary.late} 家）" if summary.late else ""
    yield "已报送", f"{summary.filed} 家{late}"
    if summary.average:
        yield "平均重算得分", summary.average
    if summary.rate:
        yield "合计执行率", summary.rate
    yield "等次", "，".join(f"{grade} {n} 家" for grade, n in summary.grades)


def _tables(summary: CountySummary) -> Iterator[Block]:
    yield Heading(1, "排名、未报送和最常见的问题")
    yield _ranking(summary)
    if summary.missing:
        rows = [(d.unit_name, d.unit_code, d.state) for d in summary.missing]
        yield text_table("未报送", "", ("单位", "单位代码", "状态"), rows)
    if summary.common:
        yield _common(summary)
    yield Note("名次按重算得分排列，得分相同名次相同。")


_RANKING = (
    "名次#",
    "单位",
    "状态",
    "报送日期",
    "自评得分#",
    "重算得分#",
    "等次",
    "上年得分#",
    "执行率#",
    "未达标指标#",
    "错误#",
    "警告#",
)


def _ranking(summary: CountySummary) -> Table:
    rows = [
        (
            str(r.rank or "—"),
            f"{d.unit_name}\n{d.unit_code}",
            d.state,
            f"{d.filed_on}{'（逾期）' if d.late else ''}",
            r.claimed or "—",
            r.computed or "—",
            d.grade or "—",
            r.last_year or "—",
            r.rate or "—",
            str(d.short),
            str(d.errors),
            str(d.warnings),
        )
        for r in summary.ranking
        for d in (r.department,)
    ]
    return text_table("排名", "", _RANKING, rows)


def _common(summary: CountySummary) -> Table:
    rows = [(f.code, f.title, str(f.departments), str(f.times)) for f in summary.common]
    return text_table("最常见的问题", "", ("编号", "问题", "涉及单位#", "次数#"), rows)


def summary_xlsx(summary: CountySummary) -> bytes:
    """The summary as a workbook: a sheet a table, a figure a number, the same bytes every time."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        made = datetime.combine(summary.as_of, datetime.min.time())
        title = f"{summary.year}年度预算绩效自评汇总{'（草稿）' if summary.draft else ''}"
        book.set_properties({"title": title, "author": summary.bureau, "created": made})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "border": 1, "bg_color": "#EEF2F6", "text_wrap": True}
            ),
            "body": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        }
        facts = text_table("概况", "", ("项目", "数值"), list(_facts(summary)))
        tables = [facts, *(b for b in _tables(summary) if isinstance(b, Table))]
        tables += [_chart_table(chart) for chart in summary.charts]
        for each in tables:
            _sheet(book, each, f"{title}：{each.grid.caption}", formats)
    return buffer.getvalue()


def _chart_table(chart: Chart) -> Table:
    rows = [(row.label, *(bar.label or "—" for bar in row.bars)) for row in chart.rows]
    return text_table(chart.title, "", ("项目", *chart.series), rows)


def _sheet(book: xlsxwriter.Workbook, each: Table, title: str, formats: dict[str, object]) -> None:
    sheet = book.add_worksheet(each.grid.caption[:31])
    sheet.write_string(0, 0, title, formats["title"])
    for column, head in enumerate(each.grid.columns):
        sheet.write_string(1, column, head.title, formats["head"])
        sheet.set_column(column, column, max(8, each.widths[column] // 9))
    for number, row in enumerate(each.grid.rows, 2):
        for column, cell in enumerate(row.cells):
            if cell.kind == "number" and _is_number(cell.text):
                sheet.write_number(number, column, Decimal(cell.text), formats["body"])
            else:
                sheet.write_string(number, column, cell.text, formats["body"])
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _is_number(text: str) -> bool:
    whole, _, part = text.removeprefix("-").partition(".")
    return whole.isdecimal() and whole.isascii() and (not part or part.isdecimal())


_MAKERS: dict[str, Callable[[CountySummary], bytes]] = {
    "html": render_summary,
    "docx": lambda summary: document_docx(county_document(summary)),
    "pdf": lambda summary: document_pdf(county_document(summary)),
    "xlsx": summary_xlsx,
}
