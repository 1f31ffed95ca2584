"""A returned filing: marked cells, comments, the list of findings; and it still reads the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell

from jixiao.intake import read_file
from jixiao.model.diff import diff
from jixiao.model.findings import Finding, Place, Severity
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.workbooks import annotate, findings_workbook

Content = Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]


@pytest.fixture
def findings(pack: Pack, filled: bytes) -> list[Finding]:
    form = read_file(filled, "x", pack.forms).one("附件2")
    assert form is not None
    score = form.indicators[0].score
    here = Place("附件2", score.sheet, score.cell, "得分 10")
    return [
        Finding(
            "B02",
            Severity.WARNING,
            "超额未说明",
            "=超过目标却没有说明。",
            (here,),
            "12",
            "10",
            "20%",
            "写明原因。",
        ),
        Finding(
            "A03",
            Severity.ERROR,
            "得分合计不符",
            "各行得分加起来不是总分。",
            (here, Place("自评报告", "自评报告.docx", "第3段", "总分 100")),
            "=100",
            "95",
            "5",
            "改正总分。",
        ),
        Finding(
            "G01",
            Severity.ADVICE,
            "材料不全",
            "没有附件7。",
            (Place("", "", "", "整份材料"),),
            "",
            "",
            "",
            "补上。",
        ),
    ]


def test_cells_are_marked_with_everything_the_finding_says(
    filled: bytes, findings: list[Finding]
) -> None:
    book = load_workbook(io.BytesIO(annotate(filled, findings)))
    place = findings[0].where[0]
    cell = book[place.sheet][place.cell]
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")  # the error outweighs the warning
    for text in (
        "【错误】A03",
        "现填：=100",
        "应为：95",
        "差额：5",
        "怎样改：改正总分。",
        "【警告】B02",
    ):
        assert text in cell.comment.text


def test_the_first_sheet_lists_all_findings_with_links(
    filled: bytes, findings: list[Finding]
) -> None:
    book = load_workbook(io.BytesIO(annotate(filled, findings)))
    assert book.sheetnames[:2] == ["审核意见", "封面"]
    sheet = book["审核意见"]
    heads = [c.value for c in sheet[3]]
    assert heads[-2:] == ["单位说明", "编号"]
    assert sheet.column_dimensions["K"].hidden
    assert sheet.cell(4, len(heads)).value == findings[1].fingerprint
    assert [sheet.cell(r, 2).value for r in (4, 5, 6)] == ["错误", "警告", "提示"]
    place = findings[1].where[0]
    assert sheet.cell(4, 4).hyperlink.location == f"'{place.sheet}'!{place.cell}"
    assert "自评报告.docx 第3段" in sheet.cell(4, 4).value
    assert sheet.cell(6, 4).value == "整份材料"
    assert sheet.cell(6, 4).hyperlink is None
    assert sheet.cell(5, 5).data_type == "s"
    assert not sheet.cell(4, len(heads) - 1).protection.locked


def test_the_annotated_copy_reads_like_the_original(
    pack: Pack, filled: bytes, findings: list[Finding], content: Content
) -> None:
    back = read_file(annotate(filled, findings), "x", pack.forms)
    assert content(back) == content(read_file(filled, "x", pack.forms))
    assert back.unplaced == []


def test_results_of_the_clerks_own_formulas_stay(pack: Pack, filled: bytes) -> None:
    """A formula of the clerk's whose result only Excel knows is not lost by annotating."""
    book = load_workbook(io.BytesIO(annotate(filled, [])), data_only=True)
    original = load_workbook(io.BytesIO(filled), data_only=True)
    for sheet in original:
        for row in sheet.iter_rows():
            for cell in row:
                assert book[sheet.title][cell.coordinate].value in {cell.value, cell.value or None}


def test_marks_of_an_earlier_round_go(filled: bytes, findings: list[Finding]) -> None:
    once = annotate(filled, findings)
    book = load_workbook(io.BytesIO(annotate(once, [])))
    place = findings[0].where[0]
    cell = book[place.sheet][place.cell]
    assert cell.comment is None
    assert cell.fill.fgColor.rgb.endswith("FFF9E3")
    assert book.sheetnames.count("审核意见") == 1


def test_everything_else_looks_as_before(filled: bytes, findings: list[Finding]) -> None:
    """Cells that a merged area covers, too: their borders are the area's edges."""
    marked = {(p.sheet, p.cell) for f in findings for p in f.where}
    annotated = annotate(filled, findings)
    before, after = looks(filled), looks(annotated)
    assert before.keys() <= after.keys()
    assert {k for k, look in before.items() if after[k] != look} <= marked
    merged = areas(filled)
    assert merged == {name: areas(annotated)[name] for name in merged}
    assert sum(map(len, merged.values())) > 50


def looks(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    """What every cell of a workbook looks like, as it stands in the file."""
    book = load_workbook(io.BytesIO(data), read_only=True)
    return {
        (sheet.title, cell.coordinate): (
            cell.font,
            cell.border,
            cell.fill,
            cell.number_format,
            cell.alignment,
            cell.protection,
        )
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not isinstance(cell, EmptyCell)
    }


def areas(data: bytes) -> dict[str, set[str]]:
    book = load_workbook(io.BytesIO(data))
    return {s.title: {str(area) for area in s.merged_cells.ranges} for s in book.worksheets}


def test_findings_alone(findings: list[Finding]) -> None:
    sheet = load_workbook(io.BytesIO(findings_workbook(findings, "某局审核意见")))["审核意见"]
    assert sheet["A1"].value == "某局审核意见"
    assert sheet.cell(4, 3).value.startswith("A03")


def test_explanations_come_back_and_are_shown_again(
    pack: Pack, filled: bytes, findings: list[Finding]
) -> None:
    book = load_workbook(io.BytesIO(annotate(filled, findings)))
    book["审核意见"].cell(5, 10).value = "  去年也是这样，已报县政府同意。"
    out = io.BytesIO()
    book.save(out)
    back = read_file(out.getvalue(), "x.xlsx", pack.forms)
    warning = next(f for f in findings if f.severity is Severity.WARNING)
    assert back.explanations == {warning.fingerprint: "去年也是这样，已报县政府同意。"}
    again = load_workbook(io.BytesIO(annotate(out.getvalue(), findings, back.explanations)))
    assert again["审核意见"].cell(5, 10).value == "去年也是这样，已报县政府同意。"
    assert again["审核意见"].cell(4, 10).value in (None, "")


def test_the_sheet_of_changes_links_to_the_cells(
    pack: Pack, filled: bytes, findings: list[Finding], content: Content
) -> None:
    after = read_file(filled, "x.xlsx", pack.forms)
    before = read_file(filled, "x.xlsx", pack.forms)
    form = before.one("附件1")
    assert form is not None
    cell = form.cells["spending.public.final"]
    form.cells["spending.public.final"] = replace(cell, text="=1+1")
    changes = diff(before, after, pack.forms)
    annotated = annotate(filled, findings, {}, changes)
    sheet = load_workbook(io.BytesIO(annotated))["与上次对照"]
    assert [c.value for c in sheet[2]][:2] == ["附件1", None]
    assert sheet.cell(2, 4).value == "公用经费·本年决算数"
    assert sheet.cell(2, 5).value == "=1+1"
    assert sheet.cell(2, 5).data_type == "s"
    assert sheet.cell(2, 3).hyperlink.location == f"'附件1'!{cell.cell}"
    assert sheet.cell(3, 1).value is None
    assert content(read_file(annotated, "x.xlsx", pack.forms)) == content(after)
