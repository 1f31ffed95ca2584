"""Results stored beside the formulas are those the formulas give, to the last half cent."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from msgspec import structs
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.model.submission import Cell, Submission
from jixiao.model.targets import TargetSet
from jixiao.policy import Department, Pack
from jixiao.workbooks import issue_workbook


def row_of(sheet: Worksheet, text: str) -> int:
    return next(c.row for row in sheet.iter_rows() for c in row if c.value == text)


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("7.505", "2022年决算数与明细差0.01；"),
        ("7.625", "2022年决算数与明细差0.13；"),
        ("7.504", None),
    ],
)
def test_a_gap_is_rounded_before_it_is_judged_and_shown(
    pack: Pack, department: Department, filing: Submission, total: str, words: str | None
) -> None:
    """ROUND rounds half away from zero."""
    forms = []
    for data in filing.forms:
        if data.form == "附件1":
            cells = {**data.cells, "spending.three_public.final": Cell(total)}
            data = structs.replace(data, cells=cells)
        forms.append(data)
    book = issue_workbook(pack, department, None, prior=structs.replace(filing, forms=forms))
    sheet = load_workbook(io.BytesIO(book), data_only=True)["附件1"]
    said = str(sheet.cell(row_of(sheet, "三公经费"), 8).value or "")
    assert words in said if words else "明细差" not in said


def test_weights_that_are_full_within_half_a_cent_are_full(
    pack: Pack, department: Department, targets: TargetSet
) -> None:
    form = targets.forms[0]
    weight = f"{float(form.rows[0].weight) + 0.003:.3f}"
    rows = (replace(form.rows[0], weight=weight), *form.rows[1:])
    almost = replace(targets, forms=(replace(form, rows=rows), *targets.forms[1:]))
    book = issue_workbook(pack, department, almost)
    sheet = load_workbook(io.BytesIO(book), data_only=True)[form.form]
    assert sheet.cell(row_of(sheet, "总分"), 9).value in {None, ""}


@pytest.mark.parametrize("name", ["<r><t>甲</t></r>", "<r>&</r>", "<r></r>"])
def test_text_never_becomes_markup(pack: Pack, department: Department, name: str) -> None:
    """XlsxWriter takes a text that looks like a rich string for ready XML."""
    called = replace(department, name=name)
    cover = load_workbook(io.BytesIO(issue_workbook(pack, called, None)))["封面"]
    assert name in [c.value for row in cover.iter_rows() for c in row]
