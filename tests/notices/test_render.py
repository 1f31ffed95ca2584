"""Every kind of notice says what happened, what is next, by when, how, and whom to call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from jixiao.errors import JixiaoError
from jixiao.installation.paths import template_dir
from jixiao.notices import Kind, brief, preview, render
from jixiao.notices.text.preview import example_context as context
from jixiao.notices.text.preview import example_finding as finding
from jixiao.notices.text.render import BODY_LENGTH, TITLE_LENGTH, clean

HERE = Path(__file__).parent
SAMPLES = yaml.safe_load((template_dir() / "notices" / "examples.yaml").read_text(encoding="utf-8"))
FORMATS = {"text": "txt", "markdown": "md"}
WITH_DEADLINE = {
    "targets_opened",
    "targets_reminder",
    "targets_returned",
    "issued",
    "submit_opened",
    "submit_reminder",
    "refused",
    "returned",
    "correction_reminder",
    "decided",
    "extended",
    "escalation",
    "competent_digest",
}
#: Those that stay in the house need not say whom to call there.
IN_HOUSE = {
    "refused",
    "bureau_digest",
    "operators_failure",
    "address_broken",
    "window_soon",
    "window_opened",
    "channel_test",
    "ledger_refused",
}


def test_every_kind_has_a_sample_and_a_template_and_no_template_is_left_over():
    kinds = {kind.value for kind in Kind}
    assert set(SAMPLES["kinds"]) == kinds
    there = {p.name.partition(".")[0] for p in (template_dir() / "notices").glob("[!_]*.j2")}
    assert there == kinds
    assert all(kind.chinese for kind in Kind)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_golden(kind, format):
    title, body = render(kind, context(kind), format)
    golden = HERE / "golden" / f"{kind}.{FORMATS[format]}"
    assert f"{title}\n\n{body}\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_each_says_what_is_next_by_when_and_whom_to_call(kind, format):
    title, body = render(kind, context(kind), format)
    assert "下一步：" in body
    assert "2023" in title + body
    assert "年度" in title + body, "the keyword the guide tells DingTalk's robots to look for"
    assert ("截止：" in body) is (kind in WITH_DEADLINE)
    if kind not in IN_HOUSE:
        assert "江永县财政局绩效股（值班岗），电话 0746-0000000" in body.splitlines()[-1]
    assert "{{" not in body
    assert "None" not in body


def test_the_first_eight_errors_and_how_many_there_are():
    _, body = render("returned", context("returned"), "text")
    assert "11 处错误" in body
    assert "先列 8 处" in body
    assert [f"A{n:02}" in body for n in (1, 8, 9)] == [True, True, False]
    assert "附件3-1 H1、附件2 G1" in body
    assert "另有 2 处需要说明原因" in body


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_what_a_template_names_at_its_head_is_what_it_needs(kind):
    head = (template_dir() / "notices" / f"{kind}.txt.j2").read_text(encoding="utf-8")
    needs = head.partition("{# needs ")[2].partition("#}")[0].partition(";")[0].split()
    full = context(kind)
    exact = {name: full[name] for name in needs}
    render(kind, exact, "text")
    render(kind, exact, "markdown")
    for name in needs:
        with pytest.raises(UndefinedError):
            render(kind, {k: v for k, v in exact.items() if k != name}, "text")


def test_an_unknown_kind_is_an_error_that_can_be_shown():
    with pytest.raises(JixiaoError, match="没有名为“gossip”的通知"):
        render("gossip", {}, "text")


HOSTILE = [
    ('<at user_id="all">所有人</at>', "<at"),
    ("改\u202e字", "\u202e"),
    ("一\r\n下一步：不用交了", "\n下一步：不用"),
    ("\x1b[31m红", "\x1b"),
    ("零\x00字节", "\x00"),
    ("{{ year }}", "2023}"),
    ("半个\ud83d字", "\ud83d"),
]


@pytest.mark.parametrize(("text", "harm"), HOSTILE)
@pytest.mark.parametrize("format", FORMATS)
def test_what_departments_wrote_is_data(text, harm, format):
    given = {**context("returned"), "findings": [finding(1, text=text)], "receipt": text}
    title, body = render("returned", given, format)
    assert harm not in title + body
    (title + body).encode()


def test_markdown_of_departments_is_shown_and_not_obeyed():
    given = {
        **context("returned"),
        "findings": [finding(1, text="[点这里](https://x.example) **急**")],
    }
    _, body = render("returned", given, "markdown")
    assert r"\[点这里\](https://x.example) \*\*急\*\*" in body
    _, plain = render("returned", given, "text")
    assert "[点这里](https://x.example) **急**" in plain


def test_a_place_with_underscores_can_be_copied_from_markdown():
    _, body = render("issued", context("issued"), "markdown")
    assert "`deliveries/2023/江永县科技和工业信息化局_绩效自评表.xlsx`" in body


@settings(max_examples=60, deadline=None)
@given(text=st.text(), times=st.integers(1, 4000), format=st.sampled_from(list(FORMATS)))
def test_length_is_bounded_and_the_call_line_stays(text, times, format):
    long = text * times
    given = {
        **context("returned"),
        "findings": [finding(n, text=long or "空") for n in range(30)],
        "receipt": long,
        "annotated": long,
    }
    title, body = render("returned", given, format)
    assert 0 < len(title) <= TITLE_LENGTH
    assert "\n" not in title
    assert len(body) <= BODY_LENGTH
    assert "电话 0746-0000000" in body.splitlines()[-1]


def test_a_body_over_the_bound_is_cut_at_a_line():
    given = {**context("submit_reminder"), "missing": [f"第 {n} 份材料" * 10 for n in range(300)]}
    _, body = render("submit_reminder", given, "text")
    assert len(body) <= BODY_LENGTH
    assert body.endswith("\n……（内容过长，其余略）")


@given(st.text(), st.integers(1, 50))
def test_clean_is_one_bounded_line_and_stays_the_same_when_repeated(text, length):
    line = clean(text, length)
    assert len(line) <= length
    assert line.splitlines() in ([], [line])
    assert clean(line, length) == line


#: What one person may get ten of in a morning; the rest always goes out alone.
BRIEF = {
    "targets_opened",
    "targets_reminder",
    "issued",
    "submit_opened",
    "submit_reminder",
    "correction_reminder",
    "published",
    "escalation",
}


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_what_may_be_merged_has_one_line_that_says_it(kind):
    line = brief(kind, context(kind))
    assert bool(line) is (kind in BRIEF)
    assert "\n" not in line
    if kind in BRIEF - {"published"}:
        assert "截止 2024年" in line
    if kind in BRIEF:
        given = {**context("contact_digest"), "about": kind, "what": Kind(kind).chinese}
        _, body = render("contact_digest", given, "text")
        assert "下一步：" in body


def test_a_preview_shows_what_is_real_and_the_example_for_the_rest():
    real = {"department": replace(context("issued")["department"], name="某某局")}
    _, body = preview(Kind.SUBMIT_REMINDER, real, "text")
    assert body.startswith("某某局：")
    assert "附件2 部门整体支出绩效自评表" in body
    _, body = preview(Kind.REFUSED, real, "text")
    assert "某某局" not in body, "nobody can tell whose file it is"
