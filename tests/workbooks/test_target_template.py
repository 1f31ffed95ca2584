"""The target template: what is proposed before the year, and nothing known only after it."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from jixiao.demo.fill import fill
from jixiao.intake import read_file
from jixiao.model.submission import Submission
from jixiao.model.targets import FormTargets, TargetSet, from_submission
from jixiao.policy import Department, Pack
from jixiao.workbooks import target_template


def by_form(targets: TargetSet) -> dict[tuple[str, str | None], FormTargets]:
    return {(t.form, t.project): t for t in targets.forms}


def test_proposals_typed_in_come_back(pack: Pack, proposal: Submission) -> None:
    department = pack.department(proposal.unit_code)
    assert department is not None
    template = target_template(pack, department)
    read = read_file(fill(template, proposal, pack.forms), "申报.xlsx", pack.forms)
    assert by_form(from_submission(read, 2023, read.unit_code)) == by_form(
        from_submission(proposal, 2023, proposal.unit_code)
    )


def test_filled_template_comes_back(pack: Pack, department: Department, filing: Submission) -> None:
    read = read_file(target_template(pack, department, filled=filing), "x", pack.forms)
    assert from_submission(read, 2023, read.unit_code) == from_submission(
        filing, 2023, filing.unit_code
    )


def test_nothing_of_the_results_is_asked(pack: Pack, department: Department) -> None:
    book = load_workbook(io.BytesIO(target_template(pack, department)))
    texts = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert {"三级指标", "年度指标值", "分值", "预期目标"} <= texts
    assert not {"实际完成值", "得分", "实际完成情况", "全年执行数"} & texts
    assert "附件1" not in book.sheetnames
    assert "2023年1月31日" in texts


def test_untouched_template_proposes_nothing(pack: Pack, department: Department) -> None:
    read = read_file(target_template(pack, department), "x", pack.forms)
    assert [f.form for f in read.forms] == ["附件2"]
    assert from_submission(read, 2023, read.unit_code).forms == ()
