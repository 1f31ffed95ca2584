"""The bureau's summary as files: the same content, drafts marked, text only text."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from jixiao.policy import Pack
from jixiao.reports.county_files import county_document, summary_files
from jixiao.reports.document import Table
from jixiao.reports.summary import CountySummary, DepartmentSummary, county_summary

DAY = date(2024, 5, 31)
ALL = ("html", "docx", "pdf", "xlsx")
FORMULA = "=cmd|'/c calc'!A1"


def one(code: str, name: str, **more: object) -> DepartmentSummary:
    values = {
        "unit_code": code,
        "unit_name": name,
        "state": "已报送",
        "filed_on": DAY,
        "computed": Decimal("91.25"),
        "claimed": Decimal(98),
        "grade": "优",
        "annual": Decimal(100),
        "executed": Decimal("97.5"),
        "last_year": Decimal("88.4"),
        "achieved": (Decimal("0.5"), Decimal("0.99"), Decimal(1), Decimal("1.3"), Decimal(2)),
        "findings": (("B04", FORMULA),),
        **more,
    }
    return DepartmentSummary(**values)  # type: ignore[arg-type]


@pytest.fixture
def summary(pack: Pack) -> CountySummary:
    departments = [
        one("A1", FORMULA),
        one("B2", "云岭林场", computed=Decimal(80), grade="良", late=True),
        DepartmentSummary("C3", "没有报的单位", "自评工作簿已下达，等待报送"),
    ]
    return county_summary(pack, departments, as_of=DAY, draft=True)


def test_every_format_is_made_and_gives_the_same_bytes_again(summary: CountySummary) -> None:
    first, second = summary_files(summary, ALL), summary_files(summary, ALL)
    assert list(first) == list(ALL)
    assert first == second
    assert first["pdf"].startswith(b"%PDF")
    assert "草稿" in first["html"].decode()
    with zipfile.ZipFile(io.BytesIO(first["docx"])) as package:
        assert "草稿" in package.read("word/header1.xml").decode()


def test_the_workbook_holds_figures_as_numbers_and_no_formula(summary: CountySummary) -> None:
    book = openpyxl.load_workbook(io.BytesIO(summary_files(summary, ("xlsx",))["xlsx"]))
    assert book.sheetnames[:3] == ["概况", "排名", "未报送"]
    ranking = book["排名"]
    heads = [c.value for c in ranking[2]]
    first = dict(zip(heads, (c.value for c in ranking[3]), strict=True))
    assert first["单位"] == f"{FORMULA}\nA1"
    assert (first["名次"], first["重算得分"], first["上年得分"]) == (1, 91.25, 88.4)
    assert first["未达标指标"] == 2
    types = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in types
    assert "草稿" in ranking["A1"].value


def test_over_and_under_achievement_and_the_year_before_are_drawn(
    summary: CountySummary,
) -> None:
    charts = {chart.title: chart for chart in summary.charts}
    achieved = [row.bars[0].label for row in charts["指标完成程度"].rows]
    assert achieved == ["2 项", "2 项", "2 项", "2 项", "2 项"]
    years = charts["与上年得分对比"]
    assert [bar.label for bar in years.rows[0].bars] == ["88.4", "91.25"]


def test_every_table_is_as_wide_as_its_paper(summary: CountySummary) -> None:
    tables = [b for s in county_document(summary).sheets for b in s.blocks if isinstance(b, Table)]
    assert [t.grid.caption for t in tables] == ["排名", "未报送", "最常见的问题"]
    assert all(sum(t.widths) == 1000 and min(t.widths) > 0 for t in tables)
