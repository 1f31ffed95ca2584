from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from lxml import html

from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.summary import (
    DepartmentSummary,
    county_summary,
    department_summary,
    render_summary,
)

DAY = date(2024, 5, 31)


def filed(code: str, computed: str | None, **more: object) -> DepartmentSummary:
    values = {
        "unit_code": code,
        "unit_name": f"单位{code}",
        "state": "已报送",
        "filed_on": date(2024, 4, 20),
        "computed": Decimal(computed) if computed is not None else None,
        **more,
    }
    return DepartmentSummary(**values)  # type: ignore[arg-type]


def test_the_same_score_has_the_same_rank_and_no_score_comes_last(pack: Pack) -> None:
    departments = [
        filed("a", "80"),
        filed("b", None),
        filed("c", "95"),
        filed("d", "95"),
        filed("e", "70"),
    ]
    summary = county_summary(pack, departments, as_of=DAY)
    ranks = [(r.department.unit_code, r.rank) for r in summary.ranking]
    assert ranks == [("c", 1), ("d", 1), ("a", 3), ("e", 4), ("b", 0)]
    assert summary.average == "85"


def test_totals_grades_and_execution(pack: Pack) -> None:
    departments = [
        filed("a", "95", grade="优", annual=Decimal(100), executed=Decimal(90)),
        filed("b", "85", grade="良", annual=Decimal(300), executed=Decimal(150), late=True),
        filed("c", "40", grade="差"),
        DepartmentSummary("d", "单位d", "未报送"),
    ]
    summary = county_summary(pack, departments, as_of=DAY)
    assert (summary.total, summary.filed, summary.late) == (4, 3, 1)
    assert summary.grades == (("优", 1), ("良", 1), ("中", 0), ("差", 1))
    assert summary.rate == "60%"
    assert [d.unit_code for d in summary.missing] == ["d"]
    spread, rates = summary.charts
    assert [row.bars[0].label for row in spread.rows] == ["1 家", "1 家", "0 家", "0 家", "1 家"]
    assert [(row.label, row.bars[0].label) for row in rates.rows] == [
        ("单位b", "50%"),
        ("单位a", "90%"),
    ]


def test_the_commonest_findings_are_counted_by_department(pack: Pack) -> None:
    one, two = ("A07", "分值之和"), ("B01", "空白得分")
    departments = [
        filed("a", "90", findings=(one, one, one, two)),
        filed("b", "90", findings=(two,)),
    ]
    summary = county_summary(pack, departments, as_of=DAY)
    assert [(f.code, f.departments, f.times) for f in summary.common] == [
        ("B01", 2, 2),
        ("A07", 1, 3),
    ]


def test_a_departments_line_comes_from_its_evaluation(
    pack: Pack, submission: Submission, evaluated: Callable[[Submission], Evaluation]
) -> None:
    evaluation = evaluated(submission)
    line = department_summary(
        pack, evaluation, unit_code="x", unit_name="某局", state="退回修改", filed_on=DAY
    )
    assert line.computed == evaluation.total
    assert (line.annual, line.executed, line.rate) == (Decimal("1322.22"), Decimal("1322.22"), 1)
    assert line.errors == sum(1 for f in evaluation.findings if f.severity.value == "error")
    assert len(line.findings) == len(evaluation.findings)


def test_the_page_ranks_in_order_and_escapes_what_it_is_told(pack: Pack) -> None:
    bad = "<script>alert(1)</script>{{7*7}}"
    departments = [filed("a", "80"), filed("b", "95", unit_name=bad, findings=((bad, bad),))]
    page = html.document_fromstring(
        render_summary(county_summary(pack, departments, as_of=DAY)).decode()
    )
    assert not page.xpath("//script")
    rows = page.xpath("//table[@class='county']/tbody/tr")
    assert [r.xpath("string(./td[1])") for r in rows] == ["1", "2"]
    assert bad in rows[0].text_content()


def test_a_year_in_which_nobody_filed_still_has_a_page(pack: Pack) -> None:
    summary = county_summary(pack, [DepartmentSummary("a", "单位a", "未报送")], as_of=DAY)
    assert (summary.average, summary.rate, summary.charts) == ("", "", ())
    assert "还没有单位报送" in render_summary(summary).decode()
