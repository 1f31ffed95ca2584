"""单位说明: what the department wrote to a finding stands beside that finding, and only as text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree, html

from jixiao.checking.evaluation_json import evaluation_out
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.document import Table
from jixiao.reports.files import JSON, PDF, WORD, ReportFiles, report_files
from jixiao.reports.html import Publication
from jixiao.reports.model import ReportView
from jixiao.reports.report_document import report_document
from jixiao.reports.view import report_view

DAY = date(2024, 9, 2)
PLACE = Publication("http://site.example/2023/X/", 1, DAY, "公开站点")
SAID = "原计划由上级统一采购，附会议纪要一份"
HOSTILE = (
    "<script>alert(1)</script>",
    "</w:t></w:r><w:br/>",
    '#panic(1) *b* $x$ {{7*7}} [#eval("1")]',
    "=cmd|'/c calc'!A1",
    "行一\n行二\t列\x0b\x00",
)

Evaluate = Callable[[Submission], Evaluation]
Filed = Callable[[str], Evaluation]


@pytest.fixture
def filed(submission: Submission, evaluated: Evaluate) -> Filed:
    """The evaluation of a filing that says a text to its third finding."""

    def make(text: str) -> Evaluation:
        third = evaluated(submission).findings[2]
        submission.explanations = {third.fingerprint: text, "0" * 16: "对不上的说明"}
        return evaluated(submission)

    return make


def open_pack(pack: Pack, **site: bool) -> Pack:
    choice = pack.info.site.model_copy(update=site)
    return replace(pack, info=pack.info.model_copy(update={"site": choice}))


def internal(pack: Pack, evaluation: Evaluation) -> ReportView:
    return report_view(pack, evaluation, department=None, public=False)


def word_of(made: ReportFiles) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(made.others[WORD])) as package:
        return etree.fromstring(package.read("word/document.xml"))


def test_it_stands_beside_its_finding_in_every_file(
    pack: Pack, filed: Filed, text_of: Callable[[bytes], str]
) -> None:
    made = report_files(internal(pack, filed(SAID)), day=DAY)

    items = html.document_fromstring(made.page.decode()).xpath("//ol[@class='findings']/li")
    said = [item.xpath(".//dt[.='单位说明']/following-sibling::dd[1]/text()") for item in items]
    assert [n for n, each in enumerate(said) if each] == [2]
    assert said[2] == [SAID]

    findings = json.loads(made.others[JSON])["findings"]
    assert [n for n, f in enumerate(findings) if f["explanation"]] == [2]
    assert findings[2]["explanation"] == SAID

    rows = ["".join(row.itertext()) for row in word_of(made).iter("{*}tr")]
    (row,) = [row for row in rows if "单位说明" in row]
    assert f"单位说明：{SAID}" in row
    assert findings[2]["message"] in row

    paper = re.sub(r"\s", "", text_of(made.others[PDF]))
    assert paper.count(f"单位说明：{SAID}") == 1
    for content in (made.page, *made.others.values()):
        assert "对不上的说明".encode() not in content


def test_it_is_in_the_published_evaluation(pack: Pack, filed: Filed) -> None:
    findings = evaluation_out(pack, filed(SAID)).findings
    assert [f.explanation for f in findings if f.explanation] == [SAID]
    assert findings[2].explanation == SAID


def test_the_public_sees_it_only_where_the_pack_shows_findings(pack: Pack, filed: Filed) -> None:
    evaluation = filed(f"{SAID}，联系13912345678")
    shut = report_view(pack, evaluation, department=None, public=True)
    assert not shut.findings
    made = report_files(shut, PLACE, day=DAY, formats=("docx",))
    for content in (made.page, *made.others.values(), etree.tostring(word_of(made))):
        assert "会议纪要".encode() not in content
    shown = open_pack(pack, show_findings=True)
    made = report_files(
        report_view(shown, evaluation, department=None, public=True), PLACE, day=DAY, formats=()
    )
    assert f"{SAID}，联系139****5678".encode() in made.page
    assert b"13912345678" not in made.page + made.others[JSON]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(
    pack: Pack, filed: Filed, text: str, text_of: Callable[[bytes], str]
) -> None:
    plain = report_files(internal(pack, filed("平常")), day=DAY, formats=("docx",))
    made = report_files(internal(pack, filed(text)), day=DAY)
    page = html.document_fromstring(made.page.decode())
    assert not page.xpath("//script | //img")
    assert len(list(page.iter())) == len(list(html.document_fromstring(plain.page.decode()).iter()))
    safe = text.replace("\x0b", "").replace("\x00", "")
    assert safe.split("\n")[0] in page.text_content()
    tags = [sum(1 for _ in word_of(each).iter("{*}tc")) for each in (plain, made)]
    assert tags[0] == tags[1]
    printed = re.sub(r"\s", "", text_of(made.others[PDF]))
    assert re.sub(r"\s", "", f"单位说明：{safe}") in printed


def test_a_place_is_named_once_in_a_table_of_findings(pack: Pack, filed: Filed) -> None:
    evaluation = filed(SAID)
    finding = next(f for f in evaluation.findings if len({p.cell for p in f.where}) < len(f.where))
    document = report_document(internal(pack, evaluation), None, content="", day=DAY)
    (rows,) = (
        block.grid.rows
        for sheet in document.sheets
        for block in sheet.blocks
        if isinstance(block, Table) and block.grid.caption.startswith("共 ")
    )
    row = rows[evaluation.findings.index(finding)]
    places = row.cells[-1].text.split("\n")
    assert len(places) == len(set(places))


def test_a_filing_that_says_nothing_has_no_such_line(
    pack: Pack, submission: Submission, evaluated: Evaluate
) -> None:
    made = report_files(internal(pack, evaluated(submission)), day=DAY, formats=())
    assert "单位说明".encode() not in made.page
