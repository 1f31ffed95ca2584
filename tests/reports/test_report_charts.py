from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from lxml import etree

from jixiao.demo.sample import load_filing
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.charts import bar
from jixiao.reports.html import environment, fit
from jixiao.reports.model import Chart, ChartBar, ChartRow, ReportView

View = Callable[..., ReportView]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart) -> etree._Element:
    module = environment().get_template("reports/charts.svg.j2").module
    text = str(module.bars(chart)).strip()  # type: ignore[attr-defined]
    return etree.fromstring(text)


def width(text: str, size: float) -> float:
    """An upper estimate of the room a text takes."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1.15 for c in text)
    return wide * size / 2


def test_over_achievement_is_cut_off_and_labelled(submission: Submission, view: View) -> None:
    chart = next(c for c in view(submission).charts if c.id == "chart-completion")
    far = [b for row in chart.rows for b in row.bars if b.clipped]
    assert far
    assert all(b.permille == 1000 and Decimal(b.label.rstrip("%")) > 150 for b in far)
    assert chart.reference is not None
    assert chart.reference[0] == 666  # 100 % of a drawing that ends at 150 %


def test_execution_has_the_department_and_every_project(submission: Submission, view: View) -> None:
    chart = next(c for c in view(submission).charts if c.id == "chart-execution")
    projects = [f.project for f in submission.of("附件3")]
    assert [row.label for row in chart.rows] == ["部门整体支出", *projects]
    assert chart.rows[0].bars == (ChartBar(1000, "1322.22"), ChartBar(1000, "1322.22"))


def test_group_points_add_up_to_the_form(submission: Submission, view: View) -> None:
    shown = view(submission)
    chart = next(c for c in shown.charts if c.id == "chart-groups")
    assert shown.totals is not None
    assert sum(Decimal(row.bars[1].label) for row in chart.rows) == Decimal(shown.totals.computed)
    assert sum(Decimal(row.bars[0].label) for row in chart.rows) == Decimal(shown.totals.claimed)


def test_last_year_leaves_a_gap_where_a_figure_is_missing(
    submission: Submission, view: View
) -> None:
    chart = next(c for c in view(submission).charts if c.id == "chart-last-year")
    assert chart.series == ("2022年决算数", "2023年预算数", "2023年决算数")
    first = chart.rows[0]
    assert (first.label, [b.label for b in first.bars]) == ("三公经费", ["7.6", "10.44", "7.5"])
    assert any(not b.label for row in chart.rows for b in row.bars)


def test_a_remark_speaks_only_of_what_every_kind_of_file_shows(
    submission: Submission, view: View
) -> None:
    """A Word chart has no line at the target; where there is one it says itself what it is."""
    shown = view(submission)
    marked = [c for c in (*shown.charts, *(f.chart for f in shown.forms if f.chart)) if c.reference]
    assert marked
    for chart in marked:
        assert "线" not in chart.note
        assert chart.reference[1] in "".join(drawn(chart).itertext())


def test_bars_stay_inside_their_room() -> None:
    assert bar(Decimal(0), Decimal(10), "0").permille == 0
    assert bar(Decimal("0.001"), Decimal(10), "0.001").permille > 0
    assert bar(Decimal(30), Decimal(10), "30") == ChartBar(1000, "30", True)
    assert bar(Decimal(5), Decimal(0), "5").permille <= 1000


def test_no_text_leaves_the_drawing_or_meets_another(
    pack: Pack, filings: list[Path], view: View
) -> None:
    for path in filings:
        shown = view(load_filing(path, pack.forms))
        for chart in (*shown.charts, *(f.chart for f in shown.forms if f.chart)):
            _room_enough(drawn(chart))


def _room_enough(svg: etree._Element) -> None:
    whole = float(svg.get("viewBox", "").split()[2])
    taken: list[tuple[float, float, float, float]] = []
    for text in svg.iter(f"{SVG}text"):
        size = float(text.get("font-size", "41"))
        x, y, room = (
            float(text.get("x", "0")),
            float(text.get("y", "0")),
            width(text.text or "", size),
        )
        if text.get("text-anchor") == "middle":
            x -= room / 2
        parent = text.getparent()
        shift = parent.get("transform") if parent is not None else None
        if shift:
            y += float(shift.removeprefix("translate(0 ").rstrip(")"))
        assert x >= 0
        assert x + room <= whole, text.text
        box = (x, y - size * 0.85, x + room, y + size * 0.1)
        for other in taken:
            apart = (
                box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
            )
            assert apart, text.text
        taken.append(box)


def test_a_long_name_is_cut_and_a_hostile_one_is_only_text() -> None:
    name = "<script>alert(1)</script>" + "很长的指标名称" * 9
    svg = drawn(Chart("c", name, "", ("完成程度",), (ChartRow(name, (ChartBar(9, "1%"),)),)))
    label = next(t for t in svg.iter(f"{SVG}text"))
    assert label.text == fit(name, 32)
    assert len(label.text or "") < len(name)
    assert svg.findtext(f"{SVG}title") == name
    assert not list(svg.iter(f"{SVG}script"))
