"""The shipped fonts: complete, free, and told apart from what they cannot draw."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from jixiao.policy import Pack
from jixiao.reports.glyphs import FONTS, covered, glyph_findings, undrawable
from jixiao.sample import load_filing

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


def test_a_character_no_font_can_draw_is_a_finding_with_its_places(
    pack: Pack, filings: list[Path], view
) -> None:
    submission = load_filing(filings[-1], pack.forms)
    paragraph = next(p for f in submission.forms for p in f.paragraphs if not p.level)
    assert glyph_findings(view(submission)) == ()
    form = next(f for f in submission.forms if paragraph in f.paragraphs)
    changed = type(paragraph)(
        **{
            **{k: getattr(paragraph, k) for k in paragraph.__dataclass_fields__},
            "text": paragraph.text + "负责人𠮷某😀",
        }
    )
    place = form.paragraphs.index(paragraph)
    object.__setattr__(
        form, "paragraphs",
        type(form.paragraphs)([*form.paragraphs[:place], changed, *form.paragraphs[place + 1 :]]),
    )  # fmt: skip
    found = glyph_findings(view(submission))
    assert [f.found for f in found] == ["😀（U+1F600）", "𠮷（U+20BB7）"]
    for each in found:
        assert each.where[0].form == form.form
        assert "负责人𠮷某😀" in each.where[0].text
        assert "U+" in each.message
        assert each.remedy
