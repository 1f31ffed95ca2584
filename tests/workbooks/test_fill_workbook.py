"""A filing typed into the issued workbook, as a clerk does."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import Workbook, load_workbook

from jixiao.demo.fill import fill
from jixiao.errors import JixiaoError
from jixiao.intake import read_file
from jixiao.model.submission import Cell, IndicatorRow, Submission
from jixiao.model.targets import from_submission
from jixiao.policy import Department, Pack
from jixiao.workbooks import issue_workbook

Content = Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]


def test_everything_typed_comes_back(pack: Pack, any_filing: Submission, content: Content) -> None:
    department = pack.department(any_filing.unit_code)
    assert department is not None
    targets = from_submission(any_filing, 2023, any_filing.unit_code)
    issued = issue_workbook(pack, department, targets)
    back = read_file(fill(issued, any_filing, pack.forms, force_locked=True), "x", pack.forms)
    assert content(back) == content(any_filing)


def test_locked_cells_stay_without_force(pack: Pack, issued: bytes, filing: Submission) -> None:
    form = filing.one("附件2")
    assert form is not None
    rows = [
        replace(form.indicators[0], target=Cell("999"), score=Cell("9.5")),
        *form.indicators[1:],
    ]
    changed = replace(
        filing, forms=[replace(f, indicators=rows) if f is form else f for f in filing.forms]
    )
    back = read_file(fill(issued, changed, pack.forms), "x", pack.forms).one("附件2")
    assert back is not None
    assert (back.indicators[0].target.text, back.indicators[0].score.text) == ("10", "9.5")
    # The total is ours and live: it follows the rows whatever was claimed.
    assert back.total_score.text == "99.5"
    forced = read_file(fill(issued, changed, pack.forms, force_locked=True), "x", pack.forms)
    tampered = forced.one("附件2")
    assert tampered is not None
    assert tampered.indicators[0].target.text == "999"
    assert tampered.total_score.text == "100"


def test_additional_indicators_go_to_spare_rows(
    pack: Pack, issued: bytes, filing: Submission
) -> None:
    form = filing.one("附件2")
    assert form is not None
    extra = IndicatorRow(
        "产出指标", "质量指标", *map(Cell, ("验收合格率", "100%", "100%", "5", "5"))
    )
    rows = [*form.indicators[:3], extra, *form.indicators[3:]]
    changed = replace(
        filing, forms=[replace(f, indicators=rows) if f is form else f for f in filing.forms]
    )
    back = read_file(fill(issued, changed, pack.forms), "x", pack.forms).one("附件2")
    assert back is not None
    added = [r for r in back.indicators if r.name.text == "验收合格率"]
    assert [(r.level1, r.level2, r.target.text) for r in added] == [
        ("产出指标", "质量指标", "100%")
    ]
    assert len(back.indicators) == len(rows)


def test_fewer_and_reordered_indicators(pack: Pack, issued: bytes, filing: Submission) -> None:
    form = filing.one("附件2")
    assert form is not None
    outputs = [r for r in form.indicators if r.level1 == "产出指标"][::-1][:4]
    rows = [*outputs, *(r for r in form.indicators if r.level1 != "产出指标")]
    changed = replace(
        filing, forms=[replace(f, indicators=rows) if f is form else f for f in filing.forms]
    )
    data = fill(issued, changed, pack.forms, force_locked=True)
    back = read_file(data, "x", pack.forms).one("附件2")
    assert back is not None
    wanted = {(r.level2, r.name.text, r.target.text) for r in rows}
    assert {(r.level2, r.name.text, r.target.text) for r in back.indicators} == wanted


def test_text_keeps_its_section_when_typed_under_the_headings(
    pack: Pack, department: Department, filing: Submission
) -> None:
    issued = issue_workbook(pack, department, None)
    back = read_file(fill(issued, filing, pack.forms), "x", pack.forms).one("自评报告")
    report = filing.one("自评报告")
    assert back is not None
    assert report is not None
    wanted = {(p.section, p.text) for p in report.paragraphs if p.heading is None}
    read = {(p.section, p.text) for p in back.paragraphs if p.heading is None}
    assert read == wanted


def test_a_project_off_the_roster_goes_to_the_spare_sheet(
    pack: Pack, department: Department, filing: Submission
) -> None:
    alone = dataclasses.replace(department, projects=department.projects[:1])
    known, other = filing.of("附件3")[:2]
    cells = {**other.cells, "identity.project.value": Cell("全新的事情")}
    other = replace(other, project="全新的事情", cells=cells)
    issued = issue_workbook(pack, alone, None)
    back = read_file(
        fill(issued, replace(filing, forms=[other, known]), pack.forms), "x", pack.forms
    )
    assert [(f.sheet, f.project) for f in back.of("附件3")] == [
        ("附件3-1", "事业发展专项资金"),
        ("附件3-2", "全新的事情"),
    ]


def test_no_sheet_for_it_is_said(pack: Pack, department: Department, filing: Submission) -> None:
    alone = dataclasses.replace(department, projects=())
    with pytest.raises(JixiaoError, match="请增加备用表"):
        fill(issue_workbook(pack, alone, None), filing, pack.forms)


def test_a_foreign_workbook_is_not_filled(pack: Pack, filing: Submission) -> None:
    out = io.BytesIO()
    Workbook().save(out)
    with pytest.raises(JixiaoError, match="不是下达的模板"):
        fill(out.getvalue(), filing, pack.forms)


def test_what_looks_like_a_formula_is_typed_as_text(
    pack: Pack, issued: bytes, filing: Submission
) -> None:
    form = filing.one("附件1")
    assert form is not None
    changed = replace(form, cells={**form.cells, "thrift.thrift.text": Cell("=1+1")})
    data = fill(issued, replace(filing, forms=[changed]), pack.forms)
    back = read_file(data, "x", pack.forms).one("附件1")
    assert back is not None
    cell = back.get("thrift.thrift.text")
    assert cell.text == "=1+1"
    assert load_workbook(io.BytesIO(data))["附件1"][cell.cell].data_type == "s"
