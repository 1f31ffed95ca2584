"""Word reports and published pages: narrative, tables with merged cells, several forms in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.model.submission import FormData, Submission
from jixiao.policy import Pack

Word = Callable[[Sequence[object]], bytes]
Book = Callable[[dict[str, list[list[object]]]], bytes]
Archive = Callable[[dict[str, bytes | str]], bytes]

SPENDING = [
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["三公经费", "7.60", "10.44", "7.50"],
    ["3、专项资金", "1286.48", "404.00", "771.32"],
    ["招商引资工作经费", "50.00", "50.00", "50.00"],
    ["公用经费", "66.12", "32.70", "122.67"],
]
SCORES = [
    ["一级指标", "二级\n指标", "三级指标", "年度\n指标值", "实际\n完成值", "分值", "得分"],
    ["产出指标\n（70）", "数量\n指标", "入统企业", "10", "12", "10", "10"],
    ["^", "^", "签约金额", "35亿元以上", "79.9亿", "5", "5"],
    ["满意度指标（5分）", "服务对象满意度指标", "满意率", "90%", "100%", "5", "5"],
    ["总分", "<", "<", "<", "<", "100", "100"],
]
REPORT: list[object] = [
    "2023年度示例县某局",
    "整体支出绩效自评报告",
    "一、基本情况",
    "（一）部门（单位）基本情况",
    "本局编制41人。",
    "二、一般公共预算支出情况",
    "1.全年支出1322.22万元。",
    "附件1",
    "部门整体支出绩效评价基础数据表",
    [["单位名称", "示例县某局", "<", "<"], *SPENDING],
    "说明：以上为决算数。",
    "附件2",
    "部门整体支出绩效自评表",
    "（2023年度）",
    [["预算部门名称", "示例县某局"]],
    SCORES,
    "附件7",
    "招商引资专项2023年度绩效自评报告",
    "一、项目概况",
    "签约43个。",
]


def one(submission: Submission, form: str) -> FormData:
    found = submission.one(form)
    assert found is not None
    return found


def check_report(read: Submission) -> None:
    assert (read.year, read.unit_name) == (2023, "示例县某局")
    assert [f.form for f in read.forms] == ["自评报告", "附件1", "附件2", "附件7"]
    report = one(read, "自评报告")
    assert [(p.text, p.section, p.heading) for p in report.paragraphs] == [
        ("一、基本情况", "basics", "basics"),
        ("（一）部门（单位）基本情况", "duties", "duties"),
        ("本局编制41人。", "duties", None),
        ("二、一般公共预算支出情况", "general_budget", "general_budget"),
        ("1.全年支出1322.22万元。", "general_budget", None),
    ]
    form = one(read, "附件1")
    assert form.get("spending.three_public.final").text == "7.50"
    assert form.labels["spending.project[1]"].text == "招商引资工作经费"
    form = one(read, "附件2")
    assert [(r.level1, r.level2, r.name.text, r.actual.text) for r in form.indicators] == [
        ("产出指标", "数量指标", "入统企业", "12"),
        ("产出指标", "数量指标", "签约金额", "79.9亿"),
        ("满意度指标", "服务对象满意度指标", "满意率", "100%"),
    ]
    assert [(g.level1, g.points) for g in form.groups] == [("产出指标", "70"), ("满意度指标", "5")]
    assert form.total_score.text == "100"
    project = one(read, "附件7")
    assert project.project == "招商引资专项"
    assert [p.text for p in project.paragraphs] == ["一、项目概况", "签约43个。"]


def test_word_report_with_tables(word: Word, pack: Pack) -> None:
    read = read_file(word(REPORT), "自评报告.docx", pack.forms)
    check_report(read)
    final = one(read, "附件1").get("spending.three_public.final")
    assert (final.sheet, final.cell) == ("自评报告.docx", "表1第3行第4列")
    row = one(read, "附件2").indicators[1]
    assert row.score.cell == "表3第3行第7列"
    assert one(read, "自评报告").paragraphs[2].cell == "第5段"


def html_table(rows: Sequence[Sequence[str]]) -> str:
    out = []
    for r, row in enumerate(rows):
        cells = []
        for c, text in enumerate(row):
            if text in {"<", "^"}:
                continue
            across = down = 1
            while c + across < len(row) and row[c + across] == "<":
                across += 1
            while r + down < len(rows) and rows[r + down][c] == "^":
                down += 1
            body = "".join(f"<p><span>{t}</span></p>" for t in text.split("\n"))
            cells.append(f'<td colspan="{across}" rowspan="{down}">{body}</td>')
        out.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(out)}</tbody></table>"


def page(blocks: Sequence[object]) -> str:
    body = "".join(f"<p>{b}</p>" if isinstance(b, str) else html_table(b) for b in blocks)  # type: ignore[arg-type]
    return (
        "<!DOCTYPE html><html><head><title>t</title><script>var 表 = 1;</script></head><body>"
        f"<div>首页 &gt; 政务公开</div><table><tr><td><div>{body}</div></td></tr></table>"
        "</body></html>"
    )


def test_published_page_with_tables(pack: Pack) -> None:
    check_report(read_file(page(REPORT).encode(), "公开页.html", pack.forms))


def test_pages_in_gbk(pack: Pack) -> None:
    check_report(read_file(page(REPORT).encode("gb18030"), "公开页.html", pack.forms))


def test_the_heading_of_a_page_repeated_in_its_text(pack: Pack) -> None:
    blocks = ["示例县某局2023年度部门整体支出绩效自评报告", "2024-10-15", "发布机构：某局", *REPORT]
    check_report(read_file(page(blocks).encode(), "公开页.html", pack.forms))


def test_a_report_without_any_title(word: Word, pack: Pack) -> None:
    lines = [
        "一、基本情况",
        "有41人。",
        "二、一般公共预算支出情况",
        "三、政府性基金预算支出情况",
        "没有。",
    ]
    read = read_file(word(lines), "x.docx", pack.forms, 2023)
    assert [p.heading for p in one(read, "自评报告").paragraphs][::2] == [
        "basics",
        "general_budget",
        None,
    ]


def test_a_document_with_nothing_of_ours(word: Word, pack: Pack) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_file(word(["会议通知", "请准时参加。"]), "通知.docx", pack.forms)
    assert refused.value.code == "no_forms"


def test_workbook_and_word_in_one_zip(word: Word, book: Book, archive: Archive, pack: Pack) -> None:
    """The narrative is Word's, the figures are the workbook's."""
    rows: list[list[object]] = [["部门整体支出绩效评价基础数据表（2023年度）"]]
    rows.extend([*row] for row in SPENDING)
    rows[2] = ["三公经费", 7.6, 10.44, 9.99]
    narrative: list[list[object]] = [["部门整体支出绩效自评报告"], ["一、基本情况"], ["旧的。"]]
    data = archive(
        {
            "报送/工作簿.xlsx": book({"附件1": rows, "自评报告": narrative}),
            "报送/自评报告.docx": word(REPORT),
            "__MACOSX/报送/._x.docx": b"junk",
            "报送/~$工作簿.xlsx": b"junk",
        }
    )
    read = read_file(data, "某局.zip", pack.forms)
    assert one(read, "附件1").get("spending.three_public.final").text == "9.99"
    assert [p.text for p in one(read, "自评报告").paragraphs][:1] == ["一、基本情况"]
    assert len(read.of("自评报告")) == 1
    assert "旧的。" not in [p.text for p in one(read, "自评报告").paragraphs]
    assert one(read, "附件7").project == "招商引资专项"


def test_zips_that_are_not_one_filing(word: Word, archive: Archive, pack: Pack) -> None:
    report = word(REPORT)
    for parts, code in (
        ({"a.docx": report, "b.docx": report}, "two_files"),
        ({"readme.txt": b"x"}, "not_a_spreadsheet"),
        ({"a.docx": archive({"b.docx": report})}, "not_a_spreadsheet"),
        ({"a.xlsx": b"%PDF"}, "not_a_spreadsheet"),
    ):
        with pytest.raises(RefusedFile) as refused:
            read_file(archive(dict(parts)), "x.zip", pack.forms)
        assert refused.value.code == code
