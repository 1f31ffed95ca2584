"""The view against the filing and its scores: nothing lost, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from jixiao.demo.sample import load_filing
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Cell, Submission
from jixiao.policy import Pack
from jixiao.reports.data import report_data
from jixiao.reports.model import FormView, Grid, ReportView
from jixiao.reports.view import report_view

View = Callable[..., ReportView]


def grid(form: FormView, role: str) -> Grid:
    return next(g for g in form.grids if g.role == role)


def form(view: ReportView, id: str) -> FormView:
    return next(f for f in view.forms if f.form == id)


def column(table: dict[str, object], title: str) -> list[str]:
    columns, rows = table["columns"], table["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, list)
    return [row[columns.index(title)] for row in rows]


def test_every_row_has_a_cell_for_every_column(pack: Pack, filings: list[Path], view: View) -> None:
    for path in filings:
        for filled in report_data(view(load_filing(path, pack.forms)))["forms"]:
            for table in filled["tables"]:
                widths = {len(row) for row in table["rows"]} | {len(table["columns"])} - {0}
                assert len(widths) == 1, (path.name, filled["sheet"], table["title"])


def test_indicators_stand_as_filed_beside_their_computed_scores(
    submission: Submission, view: View, evaluated: Callable[[Submission], Evaluation]
) -> None:
    data = report_data(view(submission))
    table = next(
        t
        for f in data["forms"]
        if f["form"] == "附件2"
        for t in f["tables"]
        if t["title"] == "绩效指标"
    )
    filed = submission.one("附件2")
    score = evaluated(submission).main
    assert filed is not None
    assert score is not None
    assert column(table, "三级指标")[:-1] == [r.name.text for r in filed.indicators]
    assert column(table, "年度指标值")[:-1] == [r.target.text for r in filed.indicators]
    assert column(table, "实际完成值")[:-1] == [r.actual.text for r in filed.indicators]
    assert column(table, "得分")[:-1] == [r.score.text for r in filed.indicators]
    computed = [r.computed for r in score.rows if r.kind == "indicator"]
    shown = column(table, "重算得分")[:-1]
    assert [None if s == "——" else Decimal(s) for s in shown] == computed
    assert table["rows"][-1][0] == "总分"
    assert [w["row"] for w in table["workings"]] == list(range(len(filed.indicators)))


def test_groups_are_merged_over_their_rows(submission: Submission, view: View) -> None:
    rows = grid(form(view(submission), "附件2"), "indicators").rows
    filed = submission.one("附件2")
    assert filed is not None
    spans = [c.rowspan for row in rows for c in row.cells if c.header == "rowgroup"]
    assert sum(spans) == 2 * len(filed.indicators)
    assert rows[0].cells[0].text == filed.groups[0].cell.text  # with the points it prints


def test_a_computed_score_leads_to_its_cells_and_its_source(
    submission: Submission, view: View
) -> None:
    for filled in view(submission).forms:
        for each in filled.grids:
            for cell in (c for row in each.rows for c in row.cells if c.working is not None):
                assert cell.working is not None
                assert cell.working.sentence
                assert cell.working.source
                assert "一" <= cell.working.rule[0] <= "龥"
                assert all(place.sheet == filled.sheet for place in cell.working.cells)


def test_repeated_rows_carry_the_clerks_names(submission: Submission, view: View) -> None:
    filed = submission.one("附件1")
    assert filed is not None
    names = [label.text for _, label in filed.repeated("spending", "project")]
    table = next(g for g in form(view(submission), "附件1").grids if g.caption == "经费控制情况")
    assert names == [r.cells[0].text for r in table.rows if r.cells[0].text in names]


def test_a_blocked_cell_prints_a_dash_unless_something_was_written_there(
    submission: Submission, view: View
) -> None:
    filed = submission.one("附件3")
    assert filed is not None
    filed.cells["execution.fiscal.weight"] = Cell("5")
    filed.cells.pop("execution.carried.weight", None)
    shown = form(view(submission), "附件3")
    at = [c.title for c in grid(shown, "execution").columns].index("分值")
    rows = {row.cells[0].text: row.cells[at] for row in grid(shown, "execution").rows}
    assert (rows["其中:当年财政拨款"].text, rows["其中:当年财政拨款"].kind) == ("5", "number")
    assert (rows["上年结转资金"].text, rows["上年结转资金"].kind) == ("——", "blocked")


def test_the_public_view_leaves_out_findings_missing_forms_and_contacts(
    submission: Submission, view: View
) -> None:
    submission.forms = [f for f in submission.forms if f.form != "附件4"]
    inside, outside = view(submission, public=False), view(submission)
    assert inside.findings
    assert inside.findings_shown
    assert any(name.startswith("附件4") for name in inside.missing)
    assert not outside.findings
    assert not outside.findings_shown
    assert not outside.missing
    titles = [c.title for c in grid(form(inside, "附件8"), "register").columns]
    assert {"联系人", "联系电话"} <= set(titles)
    assert not {"联系人", "联系电话"} & {
        c.title for c in grid(form(outside, "附件8"), "register").columns
    }


def test_the_pack_decides_what_is_public(
    pack: Pack, submission: Submission, evaluated: Callable[[Submission], Evaluation]
) -> None:
    site = pack.info.site.model_copy(update={"show_findings": True, "show_contact": True})
    open_pack = replace(pack, info=pack.info.model_copy(update={"site": site}))
    shown = report_view(open_pack, evaluated(submission), department=None, public=True)
    assert shown.findings
    assert "联系人" in [c.title for c in grid(form(shown, "附件8"), "register").columns]


def test_a_waived_finding_keeps_its_reason(
    submission: Submission, view: View, evaluated: Callable[[Submission], Evaluation]
) -> None:
    finding = evaluated(submission).findings[0]
    shown = view(submission, public=False, waived={finding.fingerprint: "已核对原始凭证"})
    assert [f.waived for f in shown.findings if f.finding == finding] == ["已核对原始凭证"]
    assert sum(1 for f in shown.findings if f.waived) == 1


@pytest.mark.parametrize("public", [True, False])
def test_mobile_numbers_are_masked_for_the_public_wherever_they_stand(
    submission: Submission, view: View, public: bool
) -> None:
    number = "13912345678"
    filed = submission.one("附件2")
    report = submission.one("自评报告")
    assert filed is not None
    assert report is not None
    row = filed.indicators[0]
    filed.indicators[0] = structs.replace(
        row, name=Cell(f"联系{number}"), target=Cell(number), explanation=Cell(f"请拨{number}")
    )
    filed.cells["goals.goal.expected"] = Cell(f"致电{number}")
    report.paragraphs[1] = structs.replace(report.paragraphs[1], text=f"电话：{number}")
    submission.forms[0].labels["spending.project[1]"] = Cell(f"项目{number}")
    text = str(report_data(view(submission, public=public)))
    assert (number in text) is not public
    assert "139****5678" in text or not public
