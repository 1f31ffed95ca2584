"""A finding names the very cell: the filing goes out as a workbook and is read back."""

from __future__ import annotations

import pytest

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.intake import read_file
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding
from jixiao.policy import load_pack
from jixiao.workbooks import issue_workbook

PACK = load_pack(pack_dir(2023))


@pytest.fixture(scope="module")
def evaluations() -> tuple[Evaluation, Evaluation]:
    """The real filing as data, and as read back from the workbook it fills."""
    filing = load_filing(demo_dir() / "filings" / "jiangyong-1.yaml", PACK.forms)
    department = PACK.department(filing.unit_code)
    assert department is not None
    book = issue_workbook(PACK, department, None, filled=filing)
    read = read_file(book, "自评.xlsx", PACK.forms, PACK.year)
    return (
        evaluate(PACK, filing, department=department),
        evaluate(PACK, read, department=department),
    )


def _cell(finding: Finding, words: str) -> tuple[str, str]:
    place = next(p for p in finding.where if words in p.text)
    return place.sheet, place.cell


@pytest.mark.parametrize(
    ("code", "project", "cells"),
    [
        (
            "A07",
            "事业发展专项资金",
            {"总分·分值 100": "F36", "当年财政拨款·分值 5": "F8", "总分·得分 99.48": "G36"},
        ),
        (
            "B01",
            "对企业的项目建设补助资金",
            {"完成年限·得分 10": "G16", "完成年限·年度指标值": "D16", "完成年限·实际完成值": "E16"},
        ),
        (
            "B02",
            "对企业的项目建设补助资金",
            {"补助金额·得分 10": "G17", "补助金额·实际完成值": "E17", "补助金额·年度指标值": "D17"},
        ),
    ],
)
def test_exact_cells(
    evaluations: tuple[Evaluation, Evaluation], code: str, project: str, cells: dict[str, str]
) -> None:
    finding = next(
        f for f in evaluations[1].findings if f.code == code and f.where[0].project == project
    )
    for words, cell in cells.items():
        assert _cell(finding, words)[1] == cell
    assert {place.sheet for place in finding.where} == {finding.where[0].sheet}


def test_places_across_sheets(evaluations: tuple[Evaluation, Evaluation]) -> None:
    finding = next(f for f in evaluations[1].findings if f.code == "C07")
    assert _cell(finding, "成本节约率·得分 8") == ("附件4-2", "I19")
    assert _cell(finding, "补助金额·实际完成值") == ("附件3-2", "E17")


def test_every_place_has_a_cell_or_is_a_whole_sheet(
    evaluations: tuple[Evaluation, Evaluation],
) -> None:
    whole = {"B09", "C01", "C12", "D02", "D03"}  # something is not there at all
    nowhere = [
        (finding.code, place.text)
        for finding in evaluations[1].findings
        for place in finding.where
        if not place.cell and finding.code not in whole
    ]
    assert nowhere == []


def test_data_and_workbook_agree(evaluations: tuple[Evaluation, Evaluation]) -> None:
    from_data, from_book = (
        sorted((f.code, f.found, f.expected, f.difference) for f in evaluation.findings)
        for evaluation in evaluations
    )
    assert from_data == from_book
