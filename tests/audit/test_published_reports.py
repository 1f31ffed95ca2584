"""Reports this system never issued: the same content as page, Word file and sheet gives the same
forms, figures, scores and findings as the issued workbook."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from jixiao.checking.evaluation import evaluate
from jixiao.cli import app
from jixiao.demo.sample import load_filing
from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Cell, FormData, Submission
from jixiao.policy import Pack
from jixiao.workbooks import issue_workbook
from tests.audit import layout
from tests.audit.layout import Block

DEMO = Path(__file__).resolve().parents[2] / "demo/filings"
CASES = yaml.safe_load((Path(__file__).parent / "layouts.yaml").read_text(encoding="utf-8"))
KINDS: dict[str, Callable[[Sequence[Block]], bytes]] = {
    "公开页.html": layout.page,
    "自评报告.docx": layout.word,
    "自评报告.xlsx": layout.sheet,
}


def _said(cell: Cell) -> str:
    return "" if cell.blank else "".join(cell.text.split())


def _form(data: FormData) -> dict[str, Any]:
    """What a form says; a published one leaves out whose it is and prints no rubric weights."""
    values = {
        id: _said(cell)
        for id, cell in {**data.cells, **data.labels}.items()
        if not cell.blank and not id.startswith("identity.") and not id.endswith(".weight")
    }
    columns = ("name", "target", "actual", "weight", "score", "explanation")
    return {
        "values": values,
        "rows": [
            (r.level1, r.level2, *(_said(getattr(r, c)) for c in columns)) for r in data.indicators
        ],
        "groups": [(g.level1, g.points) for g in data.groups],
        "total": (data.total_weight.text, data.total_score.text),
        "text": [("".join(p.text.split()), p.section, p.heading) for p in data.paragraphs],
    }


def _scores(evaluation: Evaluation) -> dict[tuple[str, str | None], tuple[Any, ...]]:
    return {
        (s.form, s.project): (s.computed_weight, s.computed_score, s.printed_score, s.grade)
        for s in evaluation.scores
    }


@pytest.fixture(scope="module", params=sorted(DEMO.glob("*.yaml")), ids=lambda p: p.stem)
def filing(request: pytest.FixtureRequest, pack: Pack) -> Submission:
    return load_filing(request.param, pack.forms)


@pytest.mark.parametrize("name", list(KINDS))
def test_a_published_report_reads_like_the_workbook(
    filing: Submission, pack: Pack, name: str
) -> None:
    department = pack.department(filing.unit_code)
    assert department is not None
    issued = read_file(
        issue_workbook(pack, department, None, filled=filing), "自评.xlsx", pack.forms
    )
    read = read_file(KINDS[name](layout.published(filing, pack.forms)), name, pack.forms)
    assert (read.year, read.unit_code) == (2023, filing.unit_code)
    assert Counter((f.form, f.project) for f in read.forms) == Counter(
        (f.form, f.project) for f in issued.forms
    )
    for data in issued.forms:
        found = next(f for f in read.forms if (f.form, f.project) == (data.form, data.project))
        assert _form(found) == _form(data)
    before, after = evaluate(pack, issued), evaluate(pack, read)
    assert Counter(f.code for f in after.findings) == Counter(f.code for f in before.findings)
    assert _scores(after) == _scores(before)


@pytest.fixture(scope="module")
def published(pack: Pack) -> list[Block]:
    return layout.published(load_filing(DEMO / "jiangyong-1.yaml", pack.forms), pack.forms)


def test_places_are_those_a_reader_finds(published: list[Block], pack: Pack) -> None:
    read = read_file(layout.word(published), "报告.docx", pack.forms)
    basic, goals = read.one("附件1"), read.one("附件2")
    assert basic is not None
    assert goals is not None
    assert basic.get("spending.three_public.final").cell == "表1第4行第6列"
    assert goals.get("execution.total.score").cell == "表2第3行第8列"
    assert goals.get("income.general.amount").text == "1322.22"
    report = read.one("自评报告")
    assert report is not None
    assert all(p.cell.startswith("第") and p.cell.endswith("段") for p in report.paragraphs)


def test_what_fits_nowhere_is_said(published: list[Block], pack: Pack) -> None:
    for name, make in KINDS.items():
        read = read_file(make([*published, [["甲", "乙"], ["丙", "丁"]]]), name, pack.forms)
        said = [u.text for u in read.unplaced]
        assert any("您现在所在的位置" in t for t in said)
        assert not any(t.startswith("（2023年度") for t in said)


@pytest.mark.parametrize("name", ["公开页.html", "自评报告.docx"])
def test_tables_that_became_lines_are_said_and_not_read(
    published: list[Block], pack: Pack, name: str
) -> None:
    read = read_file(KINDS[name](layout.flat(published)), name, pack.forms)
    assert {f.form for f in read.forms} == {"自评报告", "附件7"}
    told = [u.text for u in read.unplaced if u.text.startswith("表格成了逐行的文字")]
    assert len(told) == 11  # 附件1, 附件2, four times 附件3 and 附件4, 附件8
    report = read.one("自评报告")
    assert report is not None
    assert "编制数" not in [p.text for p in report.paragraphs]
    tables = published[published.index("附件2") :][:4]
    with pytest.raises(RefusedFile) as refused:
        read_file(KINDS[name](layout.flat(tables)), name, pack.forms)
    assert refused.value.code == "flattened"


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_tables_of_other_provinces(case: dict[str, Any], kind: str, pack: Pack) -> None:
    read = read_file(KINDS[kind](case["blocks"]), kind, pack.forms, 2023)
    (form,) = read.forms
    assert (form.form, form.project) == ("附件3", case["project"])
    columns = ("name", "sign", "target", "unit", "actual", "weight", "score", "explanation")
    assert [
        {c: getattr(r, c).text for c in columns if getattr(r, c).text} for r in form.indicators
    ] == case["rows"]
    assert (form.total_weight.text, form.total_score.text) == tuple(case["total"])
    assert {a: form.get(a).text for a in case.get("cells", {})} == case.get("cells", {})
    if "groups" in case:
        assert [[g.level1, g.points] for g in form.groups] == case["groups"]
    if "levels" in case:
        assert [[r.level1, r.level2] for r in form.indicators] == case["levels"]
    computed = {r.name: r.computed for s in evaluate(pack, read).scores for r in s.rows}
    assert {n: str(computed[n]) for n in case.get("computed", {})} == case.get("computed", {})


def test_several_forms_on_one_sheet(pack: Pack) -> None:
    blocks: list[Block] = []
    for case in CASES[:4]:
        blocks += ["2023年度项目支出绩效自评表", case["blocks"][-1]]
    read = read_file(layout.sheet(blocks), "汇总.xlsx", pack.forms)
    assert [f.project for f in read.forms] == [c["project"] for c in CASES[:4]]
    assert [len(f.indicators) for f in read.forms] == [len(c["rows"]) for c in CASES[:4]]


def test_the_command_tells_the_year_by_the_content(published: list[Block], tmp_path: Path) -> None:
    file = tmp_path / "任意名字.html"
    file.write_bytes(layout.page(published))
    result = CliRunner().invoke(app, ["audit", str(file), "--json"])
    assert result.exit_code == 1  # it has errors
    told = json.loads(result.stdout)
    assert told["year"] == 2023
    assert len(told["forms"]) == 16
    assert told["unplaced"]


def test_the_command_says_why_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "x.docx"
    file.write_bytes(b"%PDF-1.7")
    result = CliRunner().invoke(app, ["audit", str(file)])
    assert isinstance(result.exception, RefusedFile)
    assert result.exception.code == "not_a_spreadsheet"
