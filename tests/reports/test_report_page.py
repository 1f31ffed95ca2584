"""The page: complete in itself, sound for those who hear it, and safe whatever a filing says."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from lxml import html

from jixiao.demo.sample import load_filing
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import FormData, Submission
from jixiao.policy import Pack
from jixiao.reports.html import Publication, Rendered, environment, render_report
from jixiao.reports.model import ReportView
from jixiao.reports.view import report_view

View = Callable[..., ReportView]
PLACE = Publication("http://site.example/2023/X/", 2, date(2024, 10, 15), "公开站点")
HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><b>",
)


def parsed(rendered: Rendered) -> html.HtmlElement:
    return html.document_fromstring(rendered.page.decode())


@pytest.fixture(params=[True, False], ids=["public", "internal"])
def page(request: pytest.FixtureRequest, submission: Submission, view: View) -> html.HtmlElement:
    return parsed(render_report(view(submission, public=request.param)))


def test_the_page_stands_alone(page: html.HtmlElement) -> None:
    assert page.get("lang") == "zh-CN"
    assert not page.xpath("//script | //iframe | //object | //link[@rel='stylesheet']")
    assert not page.xpath("//@onclick | //@onload | //@onerror")
    assert all(src.startswith("data:") for src in page.xpath("//@src"))
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']")


def test_structure_for_screen_readers(page: html.HtmlElement) -> None:
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//body/a[1]/@href") == ["#main"]
    assert page.xpath("//main/@id") == ["main"]
    tables = page.xpath("//table")
    assert tables
    assert all(table.xpath("./caption") for table in tables)
    assert not page.xpath("//th[not(@scope)]")
    assert not page.xpath("//th[not(normalize-space())]")
    for scroll in page.xpath("//table/.."):
        assert scroll.get("tabindex") == "0"
        assert scroll.get("aria-label")
    for svg in page.xpath("//svg"):
        named = svg.get("aria-labelledby", "").split()
        assert [e.tag for id in named for e in svg.xpath(f".//*[@id='{id}']")] == ["title", "desc"]
    levels = [int(h.tag[1]) for h in page.xpath("//*[self::h1 or self::h2 or self::h3]")]
    assert all(later - former <= 1 for former, later in pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(page: html.HtmlElement) -> None:
    ids = Counter(page.xpath("//@id"))
    assert max(ids.values()) == 1
    for href in page.xpath("//a/@href[starts-with(., '#')]"):
        assert href[1:] in ids


def test_rows_fill_their_tables(page: html.HtmlElement) -> None:
    for table in page.xpath("//table"):
        rows = table.xpath(".//tr")
        covered: Counter[int] = Counter()
        for number, row in enumerate(rows):
            for cell in row.xpath("./th | ./td"):
                for below in range(int(cell.get("rowspan", "1"))):
                    covered[number + below] += int(cell.get("colspan", "1"))
        assert len({covered[n] for n in range(len(rows))}) == 1
        assert max(covered) == len(rows) - 1


def test_every_computed_score_unfolds_to_its_working(
    submission: Submission, view: View, evaluated: Callable[[Submission], Evaluation]
) -> None:
    page = parsed(render_report(view(submission)))
    folds = page.xpath("//td[@class='computed']/details")
    rows = [r for s in evaluated(submission).scores for r in s.rows]
    assert len(folds) == len(rows)
    for row, fold in zip(rows, folds, strict=False):
        assert row.working.source in fold.text_content()
    sentences = {r.working.sentence for r in rows}
    assert {f.findtext(".//div/p") for f in folds} == sentences


def test_the_hash_on_the_page_is_that_of_the_json(submission: Submission, view: View) -> None:
    rendered = render_report(view(submission), PLACE)
    page = parsed(rendered)
    assert hashlib.sha256(rendered.data).hexdigest() == rendered.content
    assert hashlib.sha256(rendered.page).hexdigest() == rendered.sha256
    marks = {m.get("name"): m.get("content") for m in page.xpath("//meta[@name]")}
    assert marks["jixiao:content"] == rendered.content
    assert marks["jixiao:unit"] == submission.unit_code
    assert marks["jixiao:year"] == "2023"


def test_the_same_filing_gives_the_same_bytes(
    pack: Pack, view: View, submission: Submission, filings: list[object]
) -> None:
    again = load_filing(filings[0], pack.forms)  # type: ignore[arg-type]
    first = load_filing(filings[0], pack.forms)  # type: ignore[arg-type]
    assert render_report(view(first), PLACE) == render_report(view(again), PLACE)


def test_a_corrected_report_says_so_and_keeps_its_content_hash(
    submission: Submission, view: View
) -> None:
    shown = view(submission)
    first = render_report(shown, replace(PLACE, revision=1))
    second = render_report(shown, PLACE)
    assert "第 2 版（更正后重新公布，网址不变）" in second.page.decode()
    assert "更正" not in "".join(parsed(first).xpath("//dl[@class='facts']//text()"))
    assert first.content == second.content
    assert first.sha256 != second.sha256


def test_findings_stand_on_the_internal_page_alone(
    submission: Submission, view: View, evaluated: Callable[[Submission], Evaluation]
) -> None:
    findings = evaluated(submission).findings
    page = parsed(render_report(view(submission, public=False)))
    shown = page.xpath("//ol[@class='findings']/li")
    assert len(shown) == len(findings)
    for item, finding in zip(shown, findings, strict=True):
        text = item.text_content()
        for part in (finding.code, finding.severity.chinese, finding.message, finding.remedy):
            assert part in text
        places = [
            tuple(td.text_content() for td in tr.xpath("./td")) for tr in item.xpath(".//tbody/tr")
        ]
        assert places == [(p.sheet, p.cell, p.text) for p in finding.where]
    public = parsed(render_report(view(submission)))
    assert not public.xpath("//*[@id='findings'] | //ol[@class='findings']")
    assert "内部资料" not in public.text_content()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("public", [True, False])
def test_hostile_text_is_only_text(
    pack: Pack,
    evaluated: Callable[[Submission], Evaluation],
    hostile: Callable[[str], Submission],
    text: str,
    public: bool,
) -> None:
    submission = hostile(text)
    shown = report_view(pack, evaluated(submission), department=None, public=public)
    page = parsed(render_report(shown, PLACE if public else None))
    plain = parsed(
        render_report(
            report_view(pack, evaluated(hostile("平常")), department=None, public=public),
            PLACE if public else None,
        )
    )
    assert page.findtext(".//h1") == text
    assert not page.xpath("//script | //img | //@onerror")
    elements = [
        Counter(e.tag for e in tree.iter() if isinstance(e.tag, str)) for tree in (page, plain)
    ]
    # The same number of everything but findings: no text became an element.
    for tag in ("style", "svg", "h1", "h2", "h3", "a", "b", "form", "th"):
        if public:
            assert elements[0][tag] == elements[1][tag], tag
    assert text in page.xpath("//div[@class='narrative']/p")[0].text_content()


def test_a_filing_with_no_score_still_makes_a_page(
    pack: Pack, evaluated: Callable[[Submission], Evaluation]
) -> None:
    empty = Submission(2023, "", "空单位", forms=[FormData("附件1", "附件1")])
    shown = report_view(pack, evaluated(empty), department=None, public=False)
    page = parsed(render_report(shown))
    assert not page.xpath("//section[@class='result']")
    assert page.findtext(".//h1") == "空单位"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_are_far_enough_apart() -> None:
    """WCAG 2.2 AA: 4.5 for text, 3 for the bars of a chart."""
    css = str(environment().globals["css"])
    named = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", css))
    for ink in ("ink", "soft", "navy", "red"):
        for ground in ("#ffffff", "#f3f5f8", "#eef2f6", "#f4f8fc"):
            assert contrast(named[ink], ground) >= 4.5, (ink, ground)
    assert contrast("#ffffff", named["navy"]) >= 4.5
    assert contrast("#7a4708", "#fff6e6") >= 4.5
    source = environment().get_template("reports/charts.svg.j2").module
    for colour in source.colours:  # type: ignore[attr-defined]
        assert contrast(colour, "#ffffff") >= 3
