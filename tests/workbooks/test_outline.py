"""The Word outline: this year's headings, the department's own figures, and it comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jixiao.demo.sample import load_filing
from jixiao.intake import merge, read_file
from jixiao.model.submission import Submission
from jixiao.model.targets import TargetSet
from jixiao.policy import Department, Pack
from jixiao.spreadsheet import convert
from jixiao.spreadsheet.narrative import heading_of
from jixiao.workbooks import narrative_outline

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outline(pack: Pack, department: Department, targets: TargetSet, filing: Submission) -> bytes:
    return narrative_outline(pack, department, targets, prior=filing)


def test_every_heading_of_the_year_is_there(outline: bytes, pack: Pack) -> None:
    read = read_file(outline, "提纲.docx", pack.forms)
    for id in ("自评报告", "附件7"):
        section = pack.forms[id].narrative
        assert section is not None
        for data in read.of(id):
            assert [p.heading for p in data.paragraphs if p.heading] == [
                h.id for h in section.walk()
            ]
            assert all(heading_of(section, p.text)[0] for p in data.paragraphs if p.heading)


def test_it_is_told_whose_and_of_which_year_it_is(
    outline: bytes, pack: Pack, department: Department
) -> None:
    read = read_file(outline, "任意名字.docx", pack.forms)
    assert (read.year, read.unit_code) == (pack.year, department.code)
    assert [d.project for d in read.of("附件7")] == [p.name for p in department.projects]
    assert read.unplaced == []


def test_the_departments_own_figures_stand_under_their_headings(
    outline: bytes, pack: Pack, targets: TargetSet
) -> None:
    report = read_file(outline, "提纲.docx", pack.forms).one("自评报告")
    assert report is not None
    said = {(p.section, p.text) for p in report.paragraphs if p.heading is None}
    assert ("performance", "招商引资签约项目金额：目标 35亿元以上，5 分，实际完成") in said
    assert any(
        s == "goals" and t.startswith("批复的年度目标：规模工业总产值61亿元") for s, t in said
    )
    assert any(s == "basic_spending" and "三公经费 7.50 万元" in t for s, t in said)
    assert any(s == "project_spending" and "招商引资工作经费" in t for s, t in said)


def test_a_project_report_left_blank_in_word_replaces_nothing(
    outline: bytes, pack: Pack, filing: Submission
) -> None:
    merged = merge(filing, read_file(outline, "提纲.docx", pack.forms))
    assert [d.paragraphs for d in merged.of("附件7")][: len(filing.of("附件7"))] == [
        d.paragraphs for d in filing.of("附件7")
    ]


def test_the_same_input_gives_the_same_bytes(
    outline: bytes, pack: Pack, department: Department, targets: TargetSet, filing: Submission
) -> None:
    assert narrative_outline(pack, department, targets, prior=filing) == outline


def test_what_a_department_is_called_cannot_break_the_document(
    pack: Pack, department: Department
) -> None:
    odd = replace(department, name="<w:p>&甲局")
    read = read_file(narrative_outline(pack, odd, None), "提纲.docx", pack.forms)
    assert any("<w:p>&甲局" in p.text for d in read.forms for p in d.paragraphs)


@pytest.mark.office
def test_office_opens_it(
    outline: bytes, pack: Pack, need: Callable[[str], str], tmp_path: Path
) -> None:
    program = need("soffice")
    saved = convert._run(program, tmp_path, outline, "docx", "docx")
    assert saved is not None
    before, after = (read_file(data, "提纲.docx", pack.forms) for data in (outline, saved))
    assert [(d.form, d.project, [p.text for p in d.paragraphs]) for d in after.forms] == [
        (d.form, d.project, [p.text for p in d.paragraphs]) for d in before.forms
    ]


def test_every_demonstration_department_gets_one(pack: Pack) -> None:
    for path in sorted((ROOT / "demo/filings").glob("*-1.yaml")):
        filing = load_filing(path, pack.forms)
        department = pack.department(filing.unit_code)
        assert department is not None
        read = read_file(narrative_outline(pack, department, None), "x.docx", pack.forms)
        assert read.unit_code == department.code
