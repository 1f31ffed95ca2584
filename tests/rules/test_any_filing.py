"""Whatever a clerk writes, the catalogue answers, and always the same."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.model.findings import Severity
from jixiao.model.submission import Cell, FormData, Submission
from jixiao.policy import load_pack

PACK = load_pack(pack_dir(2023))
FILING = load_filing(demo_dir() / "filings" / "yunling-1.yaml", PACK.forms)

_PIECES = st.sampled_from(
    [
        "",
        "0",
        "-5",
        "12.50",
        "1,2",
        "100%",
        "７",
        "61亿元以上",
        "≤5%",
        "第二",
        "全市第1",
        "效果明显",
        "无",
        "2023年",
        "7.50.",
        "同比增长",
        "完成率",
        "其中",
        "合计",
        "54万元、",
        "，",
        "。",
        "（",
        "①",
        "#REF!",
        "约",
        "家",
    ]
)
_TEXTS = st.one_of(st.lists(_PIECES, max_size=6).map("".join), st.text(max_size=12))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_a_clerk_writes_stops_the_check(data: st.DataObject) -> None:
    submission = copy.deepcopy(FILING)
    for _ in range(data.draw(st.integers(1, 6))):
        _scribble(data, data.draw(st.sampled_from(submission.forms)))
    first = evaluate(PACK, submission).findings
    assert first == evaluate(PACK, submission).findings
    assert all(f.where and f.message.endswith("。") for f in first)


def _scribble(data: st.DataObject, form: FormData) -> None:
    text = data.draw(_TEXTS)
    if form.paragraphs:
        at = data.draw(st.integers(0, len(form.paragraphs) - 1))
        form.paragraphs[at] = replace(form.paragraphs[at], text=text)
    if form.cells:
        address = data.draw(st.sampled_from(sorted(form.cells)))
        form.cells[address] = replace(form.cells[address], text=text)
    if form.indicators:
        at = data.draw(st.integers(0, len(form.indicators) - 1))
        column = data.draw(st.sampled_from(["name", "target", "actual", "weight", "score"]))
        row = form.indicators[at]
        form.indicators[at] = replace(row, **{column: replace(getattr(row, column), text=text)})


def test_an_empty_filing_is_checked() -> None:
    empty = Submission(year=2023, unit_code="", unit_name="")
    assert evaluate(PACK, empty).findings == ()


def test_a_broken_cell_is_named() -> None:
    submission = copy.deepcopy(FILING)
    data = submission.of("附件1")[0]
    data.cells["spending.reception.final"] = Cell("", "附件1", "F11", "错误值 #REF!")
    errors = [f for f in evaluate(PACK, submission).findings if f.severity is Severity.ERROR]
    broken = next(f for f in errors if f.code == "A12")
    assert broken.where[0].cell == "F11"
    assert "#REF!" in broken.message


def test_a_form_handed_in_without_projects_and_roster() -> None:
    submission = copy.deepcopy(FILING)
    submission.forms = [f for f in submission.forms if f.project is None]
    assert {f.code for f in evaluate(PACK, submission).findings} >= {"C01"}
