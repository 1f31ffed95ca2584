"""One report as a document for Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jixiao.reports.document import (
    Block,
    Document,
    Heading,
    Note,
    Result,
    Sheet,
    Table,
    table,
    text_table,
    workings,
)
from jixiao.reports.html import Publication, chinese_date
from jixiao.reports.model import FindingView, FormView, ReportView, TextLine

_LEAD = (
    "自评得分是单位自己填报的，重算得分由财政部门按统一规则从填报数据算出，两者并列，互不覆盖。"
    "每个重算得分的算式、依据和取数的单元格，列在所属表之后。"
)


def report_document(
    view: ReportView, publication: Publication | None, *, content: str, day: date
) -> Document:
    """The whole report, laid out as the year's forms lay it out.

    Args:
        content: content hash of the report, printed at its end.
        day: the day the document says it is from.
    """
    totals = view.totals
    results: tuple[Result, ...] = ()
    if totals is not None:
        results = (
            Result("自评得分", totals.printed or totals.claimed, "单位填报"),
            Result("重算得分", totals.computed, "按评分规则计算"),
            Result("等次", totals.grade or "—", "按重算得分"),
        )
    closing = [f"内容校验值（SHA-256）：{content}"]
    if publication is not None:
        closing.insert(0, f"永久网址：{publication.address}")
    return Document(
        titles=(view.unit_name, view.title.removeprefix(view.unit_name)),
        kicker="" if view.public else "内部资料，不得公开",
        author=view.bureau,
        facts=tuple(_facts(view, publication)),
        results=results,
        lead=_LEAD if totals is not None else "",
        sheets=tuple(_sheets(view)),
        closing=tuple(closing),
        day=day,
        address=publication.address if publication is not None else "",
    )


def _facts(view: ReportView, publication: Publication | None) -> Iterator[tuple[str, str]]:
    yield "单位代码", view.unit_code
    if view.competent:
        yield "主管部门", view.competent
    if view.filed_on is not None:
        yield "报送日期", chinese_date(view.filed_on)
    if publication is not None:
        yield "公布日期", chinese_date(publication.published_on)
        corrected = "（更正后重新公布，网址不变）" if publication.revision > 1 else ""
        yield "版次", f"第 {publication.revision} 版{corrected}"
    yield "审核汇总", view.bureau


def _sheets(view: ReportView) -> Iterator[Sheet]:
    """The overview, what the check found where it is shown, then a sheet for every form."""
    scored = [form for form in view.forms if form.totals is not None]
    if scored or view.charts:
        scores = (_scores(scored),) if scored else ()
        yield Sheet((Heading(1, "概览"), *scores, *view.charts))
    if view.findings_shown:
        yield Sheet(tuple(_findings(view)))
    for form in view.forms:
        yield Sheet(tuple(_form(form)), form.landscape)


def _scores(forms: list[FormView]) -> Table:
    head = ("表", "表上总分#", "各行自评之和#", "重算得分#", "自评比重算多#", "等次")
    rows = [
        (
            f"{form.form} {form.project or form.title}",
            t.printed or "—",
            t.claimed,
            t.computed,
            t.difference,
            t.grade or "—",
        )
        for form in forms
        if (t := form.totals) is not None
    ]
    return text_table("各表得分", "分", head, rows)


def _findings(view: ReportView) -> Iterator[Block]:
    yield Heading(1, "审核发现")
    if view.missing:
        yield Note(f"未报送的表：{'、'.join(view.missing)}。")
    if not view.findings:
        yield Note("没有发现问题。")
        return
    rows = [_finding(number, each) for number, each in enumerate(view.findings, 1)]
    yield text_table(
        f"共 {len(rows)} 项", "", ("序号#", "级别", "问题", "现为和应为", "位置"), rows
    )


def _finding(number: int, each: FindingView) -> tuple[str, ...]:
    f = each.finding
    grade = f.severity.chinese + ("（已豁免）" if each.waived else "")
    what = [f"{f.code} {f.title}：{f.message}", f"怎么改：{f.remedy}"]
    if each.explained:
        what.append(f"单位说明：{each.explained}")
    if each.waived:
        what.append(f"豁免理由：{each.waived}")
    sides = [f"现为：{f.found}", f"应为：{f.expected}"]
    if f.difference:
        sides.append(f"相差：{f.difference}")
    places = (" ".join(p for p in (w.sheet or w.form, w.cell) if p) for w in f.where)
    return str(number), grade, "\n".join(what), "\n".join(sides), "\n".join(dict.fromkeys(places))


def _form(form: FormView) -> Iterator[Block]:
    project = f"（{form.project}）" if form.project else ""
    yield Heading(1, f"{form.form} {form.title}{project}")
    if form.totals is not None:
        for note in form.totals.notes:
            yield Note(f"{note.rule}：{note.sentence}（依据：{note.source}）")
    for grid in form.grids:
        yield table(grid)
    if form.note:
        yield Note(form.note)
    if form.chart is not None:
        yield form.chart
    explained = workings(form.grids)
    if explained is not None:
        yield explained
    for text, level in form.lines:
        yield Heading(level + 1, text) if level else TextLine(text, 0)
