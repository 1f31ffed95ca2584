"""load_filing: text as written, places, headings, and errors that name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from jixiao.demo.sample import heading_id, load_filing
from jixiao.errors import PackError
from jixiao.model.forms import Form

CASES = yaml.load(
    (Path(__file__).parent / "loader_cases.yaml").read_text(encoding="utf-8"),
    Loader=yaml.BaseLoader,
)
SMALL = """
unit: 12431199MB99020279
name: 示例县星河图书馆
year: 2023
forms:
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "filing.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_stay_as_written(tmp_path: Path, forms: dict[str, Form]) -> None:
    filing = load_filing(
        written(
            tmp_path,
            SMALL
            + """
  附件1:
    spending:
      abroad: {budget: 2.00, final: 010}
      project:
        - {label: 甲项目, final: 1.10}
        - {label: 乙项目, final: yes}
  附件3:
    - {project: 甲项目, total: {weight: 100, score: 99.480}}
    - {project: 乙项目, title: 乙项目自评表, groups: {产出指标: 50},
       indicators: [[产出指标, 数量指标, 册数, "", 61亿元以上, 10, 7., 无]]}
""",
        ),
        forms,
    )
    assert (filing.year, filing.unit_code, filing.unit_name) == (
        2023,
        "12431199MB99020279",
        "示例县星河图书馆",
    )
    base, first, second = filing.forms
    assert base.get("spending.abroad.budget").text == "2.00"
    assert base.get("spending.abroad.final").text == "010"
    assert base.get("spending.project[2].final").text == "yes"
    assert [label.text for _, label in base.repeated("spending", "project")] == ["甲项目", "乙项目"]
    assert (first.sheet, second.sheet) == ("附件3-1", "附件3-2")
    assert first.total_score.text == "99.480"
    assert first.get("identity.project.value").text == "甲项目"
    assert second.title == "乙项目自评表"
    assert second.groups[0].points == "50"
    row = second.indicators[0]
    assert (row.target.text, row.actual.text, row.score.text) == ("", "61亿元以上", "7.")
    assert row.explanation.blank
    assert (row.actual.sheet, row.actual.cell) == ("附件3-2", "")


def test_paragraphs_know_their_heading(tmp_path: Path, forms: dict[str, Form]) -> None:
    filing = load_filing(
        written(
            tmp_path,
            SMALL
            + """
  自评报告:
    - 前言
    - "# 七、基本情况："
    - "## (二)部门（单位）基本情况。"
    - 正文一
    - "### 1.不在表上的标题"
    - 正文二
    - "## （三）另一个标题"
    - 正文三
    - "# 二、不在表上"
    - 正文四
""",
        ),
        forms,
    )
    found = [(p.text, p.level, p.heading, p.section, p.cell) for p in filing.forms[0].paragraphs]
    assert found == [
        ("前言", 0, None, "", "第1段"),
        ("七、基本情况：", 1, "basics", "basics", "第2段"),
        ("(二)部门（单位）基本情况。", 2, "duties", "duties", "第3段"),
        ("正文一", 0, None, "duties", "第4段"),
        ("1.不在表上的标题", 3, None, "duties", "第5段"),
        ("正文二", 0, None, "duties", "第6段"),
        ("（三）另一个标题", 2, None, "basics", "第7段"),
        ("正文三", 0, None, "basics", "第8段"),
        ("二、不在表上", 1, None, "", "第9段"),
        ("正文四", 0, None, "", "第10段"),
    ]


@pytest.mark.parametrize(("text", "heading"), CASES["headings"])
def test_headings_match_whatever_their_number(
    forms: dict[str, Form], text: str, heading: str
) -> None:
    section = forms["附件7"].narrative
    assert section is not None
    assert heading_id(section, text) == (heading or None)


@pytest.mark.parametrize("case", CASES["errors"], ids=lambda case: case["key"])
def test_errors_name_file_and_key(
    tmp_path: Path, forms: dict[str, Form], case: dict[str, str]
) -> None:
    path = written(tmp_path, case["text"] if "text" in case else SMALL + case["forms"])
    with pytest.raises(PackError) as raised:
        load_filing(path, forms)
    assert str(path) in raised.value.message
    assert case["key"] in raised.value.message


def test_missing_file(tmp_path: Path, forms: dict[str, Form]) -> None:
    with pytest.raises(PackError, match="找不到文件"):
        load_filing(tmp_path / "none.yaml", forms)
