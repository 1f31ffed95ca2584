"""Across the county: generated counties with one thing wrong, and counties with nothing wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from jixiao.checking.county import county_findings
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.model.findings import Finding, Severity
from jixiao.model.submission import Cell, FormData, Paragraph, Submission
from jixiao.policy import Department, Pack, load_pack
from jixiao.policy.model import Roster

FULL = load_pack(pack_dir(2023))
#: The county's roster is what a test generates.
PACK: Pack = replace(FULL, roster=Roster(departments=()))
TYPICAL = {
    "spending.three_public.final": 8.0,
    "spending.reception.final": 4.2,
    "spending.public.final": 60.0,
    "spending.office.final": 15.0,
    "spending.projects.final": 400.0,
    "spending.operations.final": 90.0,
    "spending.procurement.final": 30.0,
    "staff.staff.establishment": 40.0,
    "staff.staff.actual": 33.0,
}
SAID = (
    "一年来，我们按照县委、县政府的部署，围绕中心、服务大局，稳步推进各项重点工作，资金使用规范，管理制度健全，"
    "各项绩效指标完成情况良好，群众满意度明显提升。"
)


def county(seed: int, count: int = 12) -> list[tuple[Department, Submission]]:
    """Departments of very different sizes whose figures vary threefold around their size."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        code = f"{number:018d}"
        size = 10 ** chance.uniform(-1, 1.3)
        data = FormData("附件1", "附件1")
        for address, middle in TYPICAL.items():
            scale = size if address.startswith("spending") else size**0.5
            value = middle * scale * 3 ** chance.uniform(-1, 1)
            data.cells[address] = Cell(f"{value:.2f}", "附件1", "D7")
        report = FormData("自评报告", "自评报告")
        own = f"第{number}个单位的报告，写的是它自己的事，" * 4
        report.paragraphs = [Paragraph(own, "自评报告", "第1段", section="problems")]
        department = Department(code=code, name=f"示例{number}局")
        found.append((department, Submission(2023, code, department.name, [data, report])))
    return found


def look(filings: list[tuple[Department, Submission]]) -> dict[str, list[Finding]]:
    return county_findings(PACK, filings)


def change(submission: Submission, address: str, by: Callable[[float], float]) -> None:
    cells = submission.forms[0].cells
    cells[address] = Cell(f"{by(float(cells[address].text)):.2f}", "附件1", "D7")


@pytest.mark.parametrize("seed", range(25))
def test_a_county_in_which_nothing_is_wrong_is_silent(seed: int) -> None:
    assert look(county(seed)) == {}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("address", ["spending.reception.final", "spending.projects.final"])
def test_yuan_in_a_column_of_ten_thousands(seed: int, address: str) -> None:
    filings = county(seed)
    department, submission = filings[seed]
    change(submission, address, lambda value: value * 10_000)
    found = look(filings)
    assert list(found) == [department.code]
    (finding,) = found[department.code]
    assert (finding.code, finding.severity) == ("H01", Severity.ADVICE)
    assert finding.where[0].cell == "D7"
    assert submission.forms[0].cells[address].text in finding.where[0].text


@pytest.mark.parametrize("seed", range(10))
def test_a_whole_filing_in_yuan_is_one_finding(seed: int) -> None:
    filings = county(seed)
    department, submission = max(
        filings, key=lambda each: float(each[1].forms[0].cells["spending.projects.final"].text)
    )
    for address in TYPICAL:
        if address.startswith("spending"):
            change(submission, address, lambda value: value * 10_000)
    found = look(filings)
    assert list(found) == [department.code]
    (finding,) = found[department.code]
    assert finding.code == "H01"
    assert "全部金额" in finding.message
    assert len(finding.where) == 3


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("address", "times"), [("spending.office.final", 300), ("staff.staff.actual", 10**6)]
)
def test_a_figure_far_off(seed: int, address: str, times: int) -> None:
    filings = county(seed)
    department, submission = filings[3]
    change(submission, address, lambda value: value * times)
    found = look(filings)
    assert list(found) == [department.code]
    assert [f.code for f in found[department.code]] == ["H04"]
    assert found[department.code][0].severity is Severity.ADVICE


def test_seven_departments_are_too_few_to_say_anything() -> None:
    filings = county(1, count=7)
    change(filings[0][1], "spending.office.final", lambda value: value * 10_000)
    assert look(filings) == {}


def test_the_same_paragraph_in_two_departments_names_both() -> None:
    filings = county(1)
    for number in (2, 5):
        filings[number][1].forms[1].paragraphs.append(Paragraph(SAID, "自评报告", "第2段"))
    found = look(filings)
    assert set(found) == {filings[2][0].code, filings[5][0].code}
    (finding,) = found[filings[2][0].code]
    assert finding.code == "H02"
    assert "示例5局" in finding.message
    assert [p.cell for p in finding.where] == ["第2段"]


@pytest.mark.parametrize(("length", "loud"), [(59, False), (60, True)])
def test_sixty_characters(length: int, loud: bool) -> None:
    filings = county(1)
    for number in (2, 5):
        filings[number][1].forms[1].paragraphs.append(Paragraph(SAID[:length], "自评报告", "第2段"))
    assert bool(look(filings)) is loud


def test_who_handed_in_nothing_is_named() -> None:
    filings = county(1)
    roster = Roster(departments=tuple(d for d, _ in filings))
    (gone, _), *rest = filings
    found = county_findings(replace(PACK, roster=roster), rest)
    assert list(found) == [gone.code]
    (finding,) = found[gone.code]
    assert finding.code == "H03"
    assert "已报 11 家，未报 1 家" in finding.message


def test_the_sample_county_is_silent_but_for_who_is_missing() -> None:
    names = ("jiangyong-2", "yunling-1", "xinghe-1", "pinghu-1", "songxi-2")
    filings = []
    for name in names:
        submission = load_filing(demo_dir() / "filings" / f"{name}.yaml", FULL.forms)
        department = FULL.department(submission.unit_code)
        assert department is not None
        filings.append((department, submission))
    found = county_findings(FULL, filings)
    assert [f.code for each in found.values() for f in each] == ["H03"]


def test_a_rule_switched_off_is_silent() -> None:
    filings = county(1)
    change(filings[0][1], "spending.office.final", lambda value: value * 10_000)
    settings = {"H01": {"enabled": False}}
    off = replace(PACK, rules=type(PACK.rules).model_validate({"settings": settings}))
    assert county_findings(off, filings) == {}
