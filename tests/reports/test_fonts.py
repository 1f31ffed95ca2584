"""The shipped fonts: complete, free, and told apart from what they cannot draw."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jixiao.demo.sample import load_filing
from jixiao.fonts.glyphs import FONTS, covered, undrawable
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.files import JSON, PDF, report_files
from jixiao.reports.glyphs import glyph_findings

#: Noto has no such sign; it is an old way of writing ≈.
LACKING = {"≒"}


def gbk() -> set[str]:
    pairs = (bytes((a, b)) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF))
    return {
        text for pair in pairs if len(text := pair.decode("gbk", "ignore")) == 1 and ord(text) > 127
    }


def test_every_character_of_gbk_and_the_usual_signs_can_be_drawn() -> None:
    assert gbk() - covered() == LACKING
    assert not undrawable("镕玥喆堃 ①②⑳㈠㎡㎥℃≥≤±×÷½²³→√★☆‰€￥Ⅻ§№·—…“”‘’《》【】\u3000\u00a0")
    assert set(map(chr, range(32, 127))) <= covered()


@pytest.mark.parametrize("name", ["song.otf", "hei.otf"])
def test_the_list_of_what_can_be_drawn_is_true_of_both_fonts(name: str) -> None:
    font = TTFont(FONTS / name, lazy=True)
    assert {ord(c) for c in covered()} <= set(font.getBestCmap())
    assert "Open Font License" in font["name"].getDebugName(13)
    assert font["name"].getDebugName(1).startswith("Jixiao ")


def test_the_licence_lies_beside_the_fonts() -> None:
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Adobe" in text


@given(st.text())
def test_what_is_not_covered_is_said_and_nothing_else(text: str) -> None:
    missing = undrawable(text)
    assert missing == sorted(set(missing))
    assert not set(missing) & covered()
    assert all(c in covered() or not c.isprintable() or c in missing for c in text)


def rare(filing: Path, pack: Pack) -> Submission:
    """A filing with two characters that no font can draw in its first paragraph of text."""
    submission = load_filing(filing, pack.forms)
    for form in submission.forms:
        for n, paragraph in enumerate(form.paragraphs):
            if not paragraph.level:
                form.paragraphs[n] = structs.replace(
                    paragraph, text=f"{paragraph.text}负责人𠮷某😀"
                )
                return submission
    raise AssertionError("no text")


def test_a_character_no_font_can_draw_is_a_finding_with_its_places(
    pack: Pack, filings: list[Path], view
) -> None:
    assert glyph_findings(view(load_filing(filings[-1], pack.forms))) == ()
    submission = rare(filings[-1], pack)
    form = next(f for f in submission.forms if any("𠮷" in p.text for p in f.paragraphs))
    found = glyph_findings(view(submission))
    assert [f.found for f in found] == ["😀（U+1F600）", "𠮷（U+20BB7）"]
    for each in found:
        assert each.where[0].form == form.form
        assert "负责人𠮷某😀" in each.where[0].text
        assert "U+" in each.message
        assert each.remedy


def test_what_the_check_found_is_not_said_again_by_the_report(
    pack: Pack, filings: list[Path], view
) -> None:
    shown = view(rare(filings[-1], pack), public=False)
    by_the_check = [each.finding for each in shown.findings if each.finding.code == "P01"]
    assert [f.found for f in by_the_check] == ["😀（U+1F600）", "𠮷（U+20BB7）"]
    other = replace(shown, bureau="县财政局😃")
    made = report_files(other, day=date(2024, 9, 2), formats=("pdf",))
    assert PDF not in made.others
    assert [f.found for f in made.undrawn] == ["😀（U+1F600）", "😃（U+1F603）", "𠮷（U+20BB7）"]
    said = [f for f in json.loads(made.others[JSON])["findings"] if f["code"] == "P01"]
    assert {f["found"] for f in said} == {f.found for f in made.undrawn}
    assert said[-1]["found"] == "😃（U+1F603）"
    assert said[-1]["message"].startswith("报告有字库画不出的字")
