"""What the department receives: prefilled and locked where known, open where it is to fill in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.intake import read_file
from jixiao.model.submission import Cell, FormData, Submission
from jixiao.model.targets import TargetSet, from_submission
from jixiao.policy import Department, Pack
from jixiao.workbooks import issue_workbook

Content = Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]


@pytest.fixture(scope="module")
def book(issued: bytes) -> Any:
    return load_workbook(io.BytesIO(issued))


def row_of(sheet: Worksheet, text: str) -> int:
    """The row where a text stands."""
    return next(c.row for row in sheet.iter_rows() for c in row if c.value == text)


def test_every_filing_comes_back_as_it_went_out(
    pack: Pack, any_filing: Submission, content: Content
) -> None:
    department = pack.department(any_filing.unit_code)
    assert department is not None
    targets = from_submission(any_filing, 2023, any_filing.unit_code)
    data = issue_workbook(pack, department, targets, filled=any_filing)
    read = read_file(data, "随便什么名字.xlsx", pack.forms)
    assert content(read) == content(any_filing)
    assert (read.year, read.unit_code) == (2023, any_filing.unit_code)
    assert read.target_hash == targets.hash
    assert read.unplaced == []


def test_addresses_point_to_what_was_read(
    pack: Pack, filled: bytes, cells: Callable[[Submission], Iterator[Cell]]
) -> None:
    book = load_workbook(io.BytesIO(filled), data_only=True)
    checked = 0
    for cell in cells(read_file(filled, "x", pack.forms)):
        if cell.blank:
            continue
        value = book[cell.sheet][cell.cell].value
        if isinstance(value, int | float):
            share = 100 if cell.text.endswith("%") else 1
            assert value == pytest.approx(float(cell.text.rstrip("%")) / share, abs=5e-5)
        else:
            assert value == cell.text
        checked += 1
    assert checked > 500


def test_same_input_same_bytes(pack: Pack, department: Department, targets: TargetSet) -> None:
    first = issue_workbook(pack, department, targets)
    assert issue_workbook(pack, department, targets) == first


def test_sheets_stand_in_the_order_of_the_forms(book: Any, department: Department) -> None:
    count = len(department.projects) + 1
    expected = ["封面", "附件1", "附件2"]
    expected += [f"附件3-{n}" for n in range(1, count + 1)]
    expected += [f"附件4-{n}" for n in range(1, count + 1)]
    expected += ["自评报告", *[f"附件7-{n}" for n in range(1, count + 1)], "附件8", "_jixiao"]
    assert book.sheetnames == expected
    assert book["_jixiao"].sheet_state == "veryHidden"


def test_cover_says_who_until_when_and_whom_to_ask(book: Any) -> None:
    texts = [str(c.value) for row in book["封面"].iter_rows() for c in row if c.value]
    for wanted in ("江永县科技和工业信息化局", "11431125MB18152796", "2024年4月30日"):
        assert wanted in texts
    assert any("绩效股" in text and "0746-0000000" in text for text in texts)


def test_approved_targets_are_locked_and_results_open(book: Any) -> None:
    sheet = book["附件2"]
    row = row_of(sheet, "入统规模工业企业数")
    locked = [sheet.cell(row, column).protection.locked for column in range(3, 9)]
    # name, target, actual, weight, score, explanation
    assert locked == [True, True, False, True, False, False]
    assert sheet.protection.sheet is True
    goal = row_of(sheet, "预期目标") + 1
    assert sheet.cell(goal, 3).protection.locked
    assert not sheet.cell(goal, 6).protection.locked


def test_every_group_has_three_open_spare_rows(book: Any) -> None:
    sheet = book["附件2"]
    total = row_of(sheet, "总分")
    head = row_of(sheet, "三级指标")
    spare = [
        row
        for row in range(head + 1, total)
        if not sheet.cell(row, 3).value and not sheet.cell(row, 3).protection.locked
    ]
    assert len(spare) == 9


def test_formulas_carry_results(filled: bytes) -> None:
    formulas = load_workbook(io.BytesIO(filled))["附件1"]
    values = load_workbook(io.BytesIO(filled), data_only=True)["附件1"]
    rates = [
        c.coordinate
        for row in formulas.iter_rows(max_col=7)
        for c in row
        if str(c.value).startswith("=")
    ]
    assert values[rates[0]].value == pytest.approx(32 / 41)


def test_check_column_says_what_is_missing_and_does_not_add_up(
    pack: Pack, department: Department, filing: Submission
) -> None:
    wrong = structs.replace(filing, forms=[_changed(f) for f in filing.forms])
    data = issue_workbook(pack, department, None, filled=wrong)
    book = load_workbook(io.BytesIO(data), data_only=True)
    sheet = book["附件1"]
    total = row_of(sheet, "三公经费")
    assert "2023年决算数与明细差1.00" in str(sheet.cell(total, 8).value)
    # The published report has no 2022 total for projects and right totals for 2023.
    assert sheet.cell(row_of(sheet, "项目支出"), 8).value == "2022年决算数与明细差-1286.48；"
    assert sheet.cell(row_of(sheet, "3、专项资金"), 8).value in {None, ""}
    sheet = book["附件2"]
    row = row_of(sheet, "入统规模工业企业数")
    assert sheet.cell(row, 9).value == "缺实际完成值；"


def _changed(data: FormData) -> FormData:
    """三公 one too high, the first result missing."""
    cells = dict(data.cells)
    if data.form == "附件1":
        cells["spending.three_public.final"] = Cell("8.50")
    rows = list(data.indicators)
    if data.form == "附件2":
        rows[0] = structs.replace(rows[0], actual=Cell(""))
    return structs.replace(data, cells=cells, indicators=rows)


def test_last_year_is_prefilled_and_locked(
    pack: Pack, department: Department, filing: Submission
) -> None:
    data = issue_workbook(pack, department, None, prior=filing)
    sheet = load_workbook(io.BytesIO(data))["附件1"]
    row = row_of(sheet, "三公经费")
    assert sheet.cell(row, 2).value == 7.5
    assert sheet.cell(row, 2).protection.locked
    assert not sheet.cell(row, 4).protection.locked
    project = row_of(sheet, "对企业的项目建设补助资金")
    assert (sheet.cell(project, 2).value, sheet.cell(project, 4).value) == (367.32, None)


def test_prompts_and_refusals_are_chinese(book: Any) -> None:
    rules = [r for sheet in book for r in sheet.data_validations.dataValidation]
    assert {r.type for r in rules} >= {"decimal", "list"}
    for rule in rules:
        if rule.type in {"decimal", "list"}:
            assert "请" in rule.error or "应填" in rule.error
            assert rule.prompt


def test_prints_on_a4_one_page_wide(book: Any) -> None:
    for name in ("附件1", "附件2", "附件4-1", "自评报告", "附件8"):
        sheet = book[name]
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        landscape = name in {"附件4-1", "附件8"}
        assert (sheet.page_setup.orientation == "landscape") is landscape
        assert "页" in sheet.oddFooter.center.text


@pytest.mark.parametrize("text", ["=1+1", "+86", "-见附件", "@SUM(A1)", '=HYPERLINK("x")'])
def test_text_never_becomes_a_formula(
    pack: Pack, department: Department, filing: Submission, text: str
) -> None:
    forms = []
    for data in filing.forms:
        if data.form == "附件1":
            data = structs.replace(data, cells={**data.cells, "thrift.thrift.text": Cell(text)})
        if data.form == "附件2":
            rows = [structs.replace(data.indicators[0], explanation=Cell(text), actual=Cell(text))]
            data = structs.replace(data, indicators=rows)
        forms.append(data)
    out = issue_workbook(pack, department, None, filled=structs.replace(filing, forms=forms))
    read = read_file(out, "x", pack.forms)
    first = read.one("附件2")
    form1 = read.one("附件1")
    assert first is not None
    assert form1 is not None
    assert first.indicators[0].explanation.text == text
    assert form1.get("thrift.thrift.text").text == text
    sheet = load_workbook(io.BytesIO(out))["附件2"]
    assert sheet[first.indicators[0].actual.cell].data_type == "s"


def test_untouched_project_sheets_are_left_out(pack: Pack, issued: bytes) -> None:
    read = read_file(issued, "x", pack.forms)
    assert [f.form for f in read.forms] == ["附件1", "附件2", "自评报告", "附件8"]


def test_a_department_without_projects_gets_spare_sheets_only(
    pack: Pack, department: Department
) -> None:
    alone = replace(department, projects=())
    names = load_workbook(io.BytesIO(issue_workbook(pack, alone, None))).sheetnames
    assert "附件3-1" in names
    assert "附件3-2" not in names


def test_the_cover_links_to_the_guide(pack: Pack, department: Department) -> None:
    url = "https://guide.example/填报指南"
    bureau = pack.info.bureau.model_copy(update={"guide_url": url})
    told = replace(pack, info=pack.info.model_copy(update={"bureau": bureau}))
    cover = load_workbook(io.BytesIO(issue_workbook(told, department, None)))["封面"]
    cell = next(c for row in cover.iter_rows() for c in row if c.value == url)
    assert cell.hyperlink.target == url
    plain = load_workbook(io.BytesIO(issue_workbook(pack, department, None)))["封面"]
    assert "填报指南" not in [c.value for row in plain.iter_rows() for c in row]
