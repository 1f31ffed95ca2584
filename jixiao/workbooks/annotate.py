"""A returned filing as the department's own workbook: marked cells, comments, and the findings.

The first sheet 审核意见 lists every finding with a link to its cell and a column 单位说明 for the
department's explanation. Marks of an earlier round are taken off first.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils.cell import coordinate_from_string, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException
from openpyxl.worksheet.hyperlink import Hyperlink

from jixiao.model.diff import Change
from jixiao.model.findings import Finding, Place, Severity, explained
from jixiao.spreadsheet.marker import CHANGES, EXPLANATION, FINGERPRINT, OPINION
from jixiao.workbooks.canvas import lines_needed, row_height
from jixiao.workbooks.loading import load_whole
from jixiao.workbooks.results import keep_results

AUTHOR = "预算绩效审核"
_COLUMNS = (
    ("序号", 5),
    ("级别", 7),
    ("规则", 14),
    ("位置", 18),
    ("问题", 36),
    ("现填", 18),
    ("应为", 18),
    ("差额", 10),
    ("怎样改", 30),
    (EXPLANATION, 28),
    (FINGERPRINT, 18),
)
_FILLS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.ADVICE: "DDEBF7"}
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}
_INPUT = "FFF9E3"
_LINE = Side(style="thin", color="8C8C8C")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(wrap_text=True, vertical="center")


def annotate(
    original: bytes,
    findings: Sequence[Finding],
    explanations: Mapping[str, str] | None = None,
    changes: Sequence[Change] = (),
) -> bytes:
    """The department's workbook (``.xlsx``, already past the guard) with its findings.

    Args:
        explanations: what the department has written to earlier findings, by fingerprint.
        changes: what this filing changed against the one before; with any there is a sheet.

    Formulas keep both their text and the results they had, so that the annotated copy reads
    like the original.
    """
    book = load_whole(original)
    for own in (OPINION, CHANGES):
        if own in book.sheetnames:
            del book[own]
    for sheet in book.worksheets:
        _clear(sheet)
    marks: dict[tuple[str, str], list[tuple[Finding, Place]]] = {}
    for finding in findings:
        for place in finding.where:
            if _exists(book, place):
                marks.setdefault((place.sheet, place.cell), []).append((finding, place))
    for (name, cell), found in marks.items():
        _mark(book[name], cell, [finding for finding, _ in found])
    _list(book.create_sheet(OPINION, 0), findings, book, explanations=explanations or {})
    if changes:
        _changes(book.create_sheet(CHANGES), changes, book)
    book.active = 0
    for view in (v for s in book.worksheets[1:] for v in s.views.sheetView):
        view.tabSelected = False
    out = io.BytesIO()
    book.save(out)
    return keep_results(original, out.getvalue())


def findings_workbook(findings: Sequence[Finding], title: str) -> bytes:
    """The findings alone, where the original cannot be kept (``.xls``, Word, a page)."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = OPINION
    _list(sheet, findings, book, title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _exists(book: Workbook, place: Place) -> bool:
    """Whether a place is a cell of this workbook."""
    if place.sheet not in book.sheetnames or not place.cell:
        return False
    try:
        coordinate_from_string(place.cell)
    except CellCoordinatesException:
        return False
    return True


def _clear(sheet: Any) -> None:
    """Takes off the marks of an earlier round; a clerk's own comments stay."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                open_cell = not cell.protection.locked
                cell.fill = PatternFill("solid", fgColor=_INPUT) if open_cell else PatternFill()


def _mark(sheet: Any, address: str, findings: list[Finding]) -> None:
    cell = sheet[address]
    worst = min(findings, key=lambda f: _ORDER[f.severity])
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst.severity])
    words = "\n\n".join(map(_words, dict.fromkeys(findings)))
    if cell.comment is not None:
        words = f"{cell.comment.text}\n\n{words}"
    comment = Comment(words, AUTHOR)
    comment.width, comment.height = 360, min(60 + 18 * (words.count("\n") + len(words) // 24), 480)
    cell.comment = comment


def _words(finding: Finding) -> str:
    """A finding as a comment tells it."""
    parts = [f"【{finding.severity.chinese}】{finding.code} {finding.title}", finding.message]
    for label, text in (
        ("现填", finding.found),
        ("应为", finding.expected),
        ("差额", finding.difference),
        ("怎样改", finding.remedy),
    ):
        if text:
            parts.append(f"{label}：{text}")
    return "\n".join(parts)


def _place(place: Place) -> str:
    where = " ".join(p for p in (place.sheet or place.form, place.cell) if p)
    return where or "整份材料"


def _list(
    sheet: Any,
    findings: Sequence[Finding],
    book: Workbook,
    title: str = "审核意见",
    explanations: Mapping[str, str] | None = None,
) -> None:
    """The sheet with all findings, errors first."""
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(_COLUMNS) - 1)
    sheet["A1"].font = Font(name="黑体", size=16)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    count = {s: sum(f.severity is s for f in findings) for s in Severity}
    summary = "，".join(f"{s.chinese} {count[s]} 条" for s in Severity)
    sheet.append(
        [
            f"共 {len(findings)} 条：{summary}。错误须改正；警告须改正，或在“{EXPLANATION}”一列写明原因。"
        ]
    )
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(_COLUMNS) - 1)
    for index, (name, width) in enumerate(_COLUMNS, 1):
        cell = sheet.cell(3, index, name)
        cell.font = Font(name="黑体", size=11)
        cell.fill = PatternFill("solid", fgColor="E4ECF4")
        cell.alignment = Alignment(horizontal="center", vertical="center")
        cell.border = _BOX
        sheet.column_dimensions[cell.column_letter].width = width
    ordered = sorted(findings, key=lambda f: _ORDER[f.severity])
    for number, finding in enumerate(ordered, 1):
        said = explained(explanations or {}, finding)
        _line(sheet, number, finding, book, said)
    sheet.column_dimensions[get_column_letter(len(_COLUMNS))].hidden = True
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _line(sheet: Any, number: int, finding: Finding, book: Workbook, said: str) -> None:
    row = number + 3
    places = "\n".join(_place(p) for p in finding.where) or "整份材料"
    texts = (
        number,
        finding.severity.chinese,
        f"{finding.code}\n{finding.title}",
        places,
        finding.message,
        finding.found,
        finding.expected,
        finding.difference,
        finding.remedy,
        said,
        finding.fingerprint,
    )
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(row, column)
        cell.value = text
        if isinstance(text, str):
            cell.data_type = "s"  # what a department wrote never becomes a formula
        cell.font = Font(name="宋体", size=10.5)
        cell.alignment = _WRAP
        cell.border = _BOX
    lines = (lines_needed(str(t), w) for t, (_, w) in zip(texts, _COLUMNS, strict=True))
    sheet.row_dimensions[row].height = row_height(max(lines))
    sheet.cell(row, 2).fill = PatternFill("solid", fgColor=_FILLS[finding.severity])
    explanation = sheet.cell(row, len(_COLUMNS) - 1)
    explanation.fill = PatternFill("solid", fgColor=_INPUT)
    explanation.protection = Protection(locked=False)
    link = next((p for p in finding.where if _exists(book, p)), None)
    if link is not None:
        cell = sheet.cell(row, 4)
        target = link.sheet.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!{link.cell}")
        cell.value = places
        cell.font = Font(name="宋体", size=10.5, color="1F5FA8", underline="single")


_CHANGED = (("表", 10), ("项目", 22), ("位置", 12), ("内容", 30), ("上次", 34), ("这次", 34))


def _changes(sheet: Any, changes: Sequence[Change], book: Workbook) -> None:
    """The sheet with everything this filing changed, each linked to its cell."""
    for index, (name, width) in enumerate(_CHANGED, 1):
        cell = sheet.cell(1, index, name)
        cell.font = Font(name="黑体", size=11)
        cell.border = _BOX
        sheet.column_dimensions[cell.column_letter].width = width
    for row, change in enumerate(changes, 2):
        texts = (
            change.form,
            change.project or "",
            f"{change.sheet} {change.cell}".strip(),
            change.name,
            change.before or "（空白）",
            change.after or "（空白）",
        )
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text)
            cell.data_type = "s"
            cell.alignment = _WRAP
            cell.border = _BOX
        place = Place(change.form, change.sheet, change.cell, "")
        if _exists(book, place):
            target = change.sheet.replace("'", "''")
            cell = sheet.cell(row, 3)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!{change.cell}")
            cell.value = texts[2]
            cell.font = Font(color="1F5FA8", underline="single")
    sheet.freeze_panes = "A2"
