"""Workbooks as they really come back: moved, merged, hidden, retyped, pasted, foreign."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.model.submission import FormData, Submission
from jixiao.policy import Pack

Book = Callable[[dict[str, list[list[object]]]], bytes]

FORM1: list[list[object]] = [
    ["附件1", None, None, None],
    ["部门整体支出绩效评价基础数据表（2023年度）", None, None, None],
    ["填报单位：示例县某局", None, None, None],
    [None, None, None, None],
    ["财政供养人员情况", "编制数", "2023年实际在职人数", "控制率"],
    [None, "４１", 32, 0.780487804878],
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["“三公”经费", 7.6000000000000005, " 10.44 ", 7.5],
    ["   3、公务接待", 4, 4.36, 4.36],
    ["   2、出国经费", None, 2, 2],
    ["项目支出：", None, 404, 771.32],
    ["1、业务工作经费", None, None, None],
    ["3、专项资金", 1286.48, 404, 771.32],
    ["业务工作经费", 54, 54, 54],
    [None, None, None, None],
    ["招商引资工作经费", 50, 50, 50],
    ["4、其他资金", None, None, 1],
    ["公用经费", 66.12, 32.7, 122.67],
    ["自己加的一行", 1, 2, 3],
    ["政府采购金额", "——", 291.47, 291.47],
    ["厉行节约保障措施", "压低成本", None, None],
]

FORM2: list[list[object]] = [
    ["部门整体支出绩效自评表", *[None] * 7],
    ["（2023年度）", *[None] * 7],
    ["省级预算部门名称", "示例县某局", *[None] * 6],
    [
        "年度预算申请\n（万元）",
        None,
        "全年预算数",
        "年初\n预算数",
        "全年执行数",
        "执行率",
        "分值",
        "得分",
    ],
    [None, "年度资金总额", 1322.22, 798, 1322.22, "100%", 10, 10],
    ["按收入性质分:1322.22", None, None, None, "按支出性质分:1322.22", None, None, None],
    ["其中: 一般公共预算:1322.22", None, None, None, "其中:基本支出:550.90", None, None, None],
    ["政府性基金拨款:", None, None, None, "项目支出:771.32", None, None, None],
    ["年度总体目标", "预期目标", None, None, "实际完成情况", None, None, None],
    [None, "产值61亿元以上", None, None, "产值63.36亿元", None, None, None],
    ["一级指标", "二级\n指标", "指标名称", "分值", "年度\n指标值", "实际\n完成值", "得分", "备注"],
    ["产出指标\n（70分）", "数量 指标", "入统企业数（家）", 10, "10", 12, 10, None],
    [None, None, "新技术企业", 5, "≥20", 20, 5, "无"],
    [None, "质量指标", None, None, None, None, None, None],
    ["满意度指标（5分）", "服务对象满意度指标", "满意率", 5, "90%以上", 1, 5, None],
    ["总分", None, None, 100, None, None, 100, None],
    ["说明：以上数据真实。", *[None] * 7],
]


def texts(data: FormData) -> dict[str, str]:
    return {id: c.text for id, c in {**data.cells, **data.labels}.items() if not c.blank}


def one(submission: Submission, form: str) -> FormData:
    found = submission.one(form)
    assert found is not None
    return found


@pytest.fixture
def foreign(book: Book, pack: Pack) -> Submission:
    """Two forms one under the other on one sheet, and a sheet that is none."""
    data = book({"Sheet1": [*FORM1, [], [], *FORM2], "备忘": [["随手记的", 3]]})
    workbook = load_workbook(io.BytesIO(data))
    sheet = workbook["Sheet1"]
    sheet["D6"].number_format = "0.00%"
    sheet.merge_cells("A5:A6")
    offset = len(FORM1) + 2
    sheet.merge_cells(start_row=offset + 4, end_row=offset + 5, start_column=1, end_column=1)
    sheet.merge_cells(start_row=offset + 9, end_row=offset + 10, start_column=1, end_column=1)
    sheet.merge_cells(start_row=offset + 12, end_row=offset + 14, start_column=1, end_column=1)
    sheet.cell(offset + 15, 6).number_format = "0%"
    sheet.row_dimensions[10].hidden = True
    out = io.BytesIO()
    workbook.save(out)
    return read_file(out.getvalue(), "我们的表.xlsx", pack.forms)


def test_who_and_which_year_is_told_by_content(foreign: Submission) -> None:
    assert (foreign.year, foreign.unit_name) == (2023, "示例县某局")
    assert [f.form for f in foreign.forms] == ["附件1", "附件2"]


def test_moved_and_retyped_rows_are_found_by_name(foreign: Submission) -> None:
    data = one(foreign, "附件1")
    assert texts(data) == {
        "identity.unit.value": "示例县某局",
        "staff.staff.establishment": "４１",
        "staff.staff.actual": "32",
        "staff.staff.rate": "78.05%",
        "spending.three_public.last_final": "7.6",
        "spending.three_public.budget": "10.44",
        "spending.three_public.final": "7.5",
        "spending.reception.last_final": "4",
        "spending.reception.budget": "4.36",
        "spending.reception.final": "4.36",
        "spending.abroad.budget": "2",
        "spending.abroad.final": "2",
        "spending.projects.budget": "404",
        "spending.projects.final": "771.32",
        "spending.special.last_final": "1286.48",
        "spending.special.budget": "404",
        "spending.special.final": "771.32",
        "spending.project[1]": "业务工作经费",
        "spending.project[1].last_final": "54",
        "spending.project[1].budget": "54",
        "spending.project[1].final": "54",
        "spending.project[2]": "招商引资工作经费",
        "spending.project[2].last_final": "50",
        "spending.project[2].budget": "50",
        "spending.project[2].final": "50",
        "spending.other.final": "1",
        "spending.public.last_final": "66.12",
        "spending.public.budget": "32.7",
        "spending.public.final": "122.67",
        "spending.procurement.budget": "291.47",
        "spending.procurement.final": "291.47",
        "thrift.thrift.text": "压低成本",
    }
    assert data.get("spending.three_public.final").cell == "D8"
    assert data.get("spending.abroad.final").cell == "D10"


def test_columns_in_another_order_and_values_inside_the_label(foreign: Submission) -> None:
    data = one(foreign, "附件2")
    assert texts(data) == {
        "identity.unit.value": "示例县某局",
        "execution.total.initial": "798",
        "execution.total.annual": "1322.22",
        "execution.total.executed": "1322.22",
        "execution.total.rate": "100%",
        "execution.total.weight": "10",
        "execution.total.score": "10",
        "income.general.amount": "1322.22",
        "nature.basic.amount": "550.90",
        "nature.projects.amount": "771.32",
        "goals.goal.expected": "产值61亿元以上",
        "goals.goal.actual": "产值63.36亿元",
    }


def test_indicators_with_merged_levels(foreign: Submission) -> None:
    data = one(foreign, "附件2")
    rows = [
        (r.level1, r.level2, r.name.text, r.target.text, r.actual.text, r.weight.text, r.score.text)
        for r in data.indicators
    ]
    assert rows == [
        ("产出指标", "数量指标", "入统企业数（家）", "10", "12", "10", "10"),
        ("产出指标", "数量指标", "新技术企业", "≥20", "20", "5", "5"),
        ("满意度指标", "服务对象满意度指标", "满意率", "90%以上", "100%", "5", "5"),
    ]
    assert [(g.level1, g.points) for g in data.groups] == [("产出指标", "70"), ("满意度指标", "5")]
    assert (data.total_weight.text, data.total_score.text) == ("100", "100")


def test_what_fits_nowhere_is_kept(foreign: Submission) -> None:
    assert {(u.sheet, u.cell, u.text) for u in foreign.unplaced} == {
        ("Sheet1", "A19", "自己加的一行"),
        ("备忘", "A1", "随手记的"),
        ("备忘", "B1", "3"),
    }


def test_unplaced_is_bounded(book: Book, pack: Pack) -> None:
    data = book({"Sheet1": FORM1, "别的": [[f"第{n}行"] for n in range(500)]})
    assert len(read_file(data, "x", pack.forms).unplaced) == 200


def test_sign_value_and_unit_in_three_columns(book: Book, pack: Pack) -> None:
    """Another province's order: weights first, the value in three cells, extra columns."""
    rows: list[list[object]] = [
        ["项目支出绩效自评表"],
        ["项目名称", "修路", None, "主管部门", "交通局", None, "实施单位", "公路站"],
        [
            "一级指标",
            "二级指标",
            "三级指标",
            "分值",
            "指标性质",
            "指标值",
            "度量单位",
            "全年完成值",
            "自评得分",
            "得分系数",
        ],
        ["产出指标", "数量指标", "新修里程", 20, "≥", 10, "公里", 12, 20, 1],
        ["产出指标", "质量指标", "合格率", 20, "＝", 100, "%", 100, 20, 1],
        ["合计", None, None, 40, None, None, None, None, 40, None],
    ]
    data = one(read_file(book({"表": rows}), "x", pack.forms, 2023), "附件3")
    assert data.project == "修路"
    assert texts(data)["identity.implementer.value"] == "公路站"
    first = data.indicators[0]
    assert [
        c.text
        for c in (first.sign, first.target, first.unit, first.actual, first.weight, first.score)
    ] == [
        "≥",
        "10",
        "公里",
        "12",
        "20",
        "20",
    ]
    assert (data.total_weight.text, data.total_score.text) == ("40", "40")


def test_a_sheet_without_a_title_is_known_by_its_headers(book: Book, pack: Pack) -> None:
    rows = [
        r for r in FORM1 if not (r[0] and "附件1" in str(r[0])) and "基础数据表" not in str(r[0])
    ]
    data = read_file(book({"Sheet7": rows}), "x", pack.forms, 2023)
    assert one(data, "附件1").get("spending.public.final").text == "122.67"


def test_broken_cells_are_named(book: Book, pack: Pack) -> None:
    rows = [list(r) for r in FORM1]
    rows[7][3] = "=SUM(D9:D10)"
    rows[8][3] = "#REF!"
    workbook = load_workbook(io.BytesIO(book({"附件1": rows})))
    workbook["附件1"]["D9"].data_type = "e"
    out = io.BytesIO()
    workbook.save(out)
    data = one(read_file(out.getvalue(), "x", pack.forms), "附件1")
    formula = data.get("spending.three_public.final")
    assert formula.problem is not None
    assert "公式没有计算结果" in formula.problem
    error = data.get("spending.reception.final")
    assert error.problem is not None
    assert "错误值 #REF!" in error.problem
    assert not formula.blank
    assert not error.blank


def test_rich_text_and_line_breaks(book: Book, pack: Pack) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    workbook = load_workbook(io.BytesIO(book({"附件1": FORM1})))
    workbook["附件1"]["B21"] = CellRichText(
        "压低", TextBlock(InlineFont(b=True), "行政"), "成本\n严控"
    )
    out = io.BytesIO()
    workbook.save(out)
    data = one(read_file(out.getvalue(), "x", pack.forms), "附件1")
    assert data.get("thrift.thrift.text").text == "压低行政成本\n严控"


def test_numbered_cells_may_be_left_out(book: Book, pack: Pack) -> None:
    """Cells without a reference follow each other; some tools write them so."""
    import re
    import zipfile

    data = book({"附件1": FORM1})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(rb'<row r="\d+"([^>]*)>', rb"<row\1>", content)
                content = re.sub(rb'<c r="A(\d+)"', rb"<c", content)
            target.writestr(name, content)
    read = one(read_file(out.getvalue(), "x", pack.forms), "附件1")
    assert read.get("spending.three_public.final").cell == "D8"


def test_a_hidden_copy_is_not_read(book: Book, pack: Pack) -> None:
    workbook = load_workbook(io.BytesIO(book({"附件1": FORM1, "去年": FORM1})))
    workbook["去年"].sheet_state = "hidden"
    out = io.BytesIO()
    workbook.save(out)
    assert len(read_file(out.getvalue(), "x", pack.forms).of("附件1")) == 1


def test_a_workbook_with_nothing_of_ours(book: Book, pack: Pack) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_file(book({"工资表": [["姓名", "实发"], ["甲", 5000]]}), "工资.xlsx", pack.forms)
    assert refused.value.code == "no_forms"


def test_an_empty_workbook(pack: Pack) -> None:
    out = io.BytesIO()
    Workbook().save(out)
    with pytest.raises(RefusedFile) as refused:
        read_file(out.getvalue(), "空.xlsx", pack.forms)
    assert refused.value.code == "no_forms"


def test_a_report_on_a_sheet(book: Book, pack: Pack) -> None:
    rows: list[list[Any]] = [
        ["招商引资专项2023年度绩效自评报告"],
        ["一、项目概况"],
        ["（一）项目单位基本情况。"],
        ["中心专做招商。\n现有4人。"],
        ["三、项目组织实施情况"],
        ["有人管。"],
    ]
    data = one(read_file(book({"报告": rows}), "x", pack.forms), "附件7")
    assert data.project == "招商引资专项"
    assert [(p.text, p.section, p.heading, p.cell) for p in data.paragraphs] == [
        ("一、项目概况", "overview", "overview", "A2"),
        ("（一）项目单位基本情况。", "unit", "unit", "A3"),
        ("中心专做招商。", "unit", None, "A4"),
        ("现有4人。", "unit", None, "A4"),
        ("三、项目组织实施情况", "organisation", "organisation", "A5"),
        ("有人管。", "organisation", None, "A6"),
    ]
