"""P01: every character can be printed.

The report looks once more before its PDF is made (:mod:`jixiao.reports.glyphs`): the roster's and
the pack's words stand in it as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jixiao.fonts.glyphs import undrawable
from jixiao.model.findings import Place, Severity
from jixiao.model.submission import Cell, FormData, Paragraph, Submission
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import HOUSE


@rule("P01", "字库没有的字", Severity.WARNING, name="characters-printable", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：报告的 PDF 用随附的字库印出来，字库没有的字会变成空白，所以这样的报告不生成 PDF。
    举例：报告里用了表情符号，负责人姓名里有 GBK 字符集以外的字。
    怎么改：改用规范汉字或通用符号；姓名、地名确需使用该字的，请财政局补充字库后重新生成。
    """
    filing = facts.submission
    whole = "".join(each.text for data in filing.forms for each in _shown(data))
    missing = undrawable(whole + filing.unit_name)
    if missing:
        texts = [Place("", "", "", filing.unit_name), *_places(filing)]
        for character in missing:
            yield undrawn(character, [around(t, character) for t in texts if character in t.text])


def _shown(data: FormData) -> Iterator[Cell | Paragraph]:
    """Everything of a form that a report shows."""
    yield from data.cells.values()
    yield from data.labels.values()
    for row in data.indicators:
        yield from (row.name, row.target, row.actual, row.weight, row.score)
        yield from (row.explanation, row.sign, row.unit)
    for group in data.groups:
        yield group.cell
    yield from (data.total_weight, data.total_score)
    yield from data.paragraphs


def _places(filing: Submission) -> Iterator[Place]:
    for data in filing.forms:
        for each in _shown(data):
            yield Place(data.form, each.sheet or data.sheet, each.cell, each.text, data.project)


_AROUND = 12  # characters shown either side


def around(place: Place, character: str) -> Place:
    """The place with what stands around the character, not a whole page of text."""
    at = place.text.find(character)
    shown = place.text[max(at - _AROUND, 0) : at + _AROUND + 1]
    return Place(place.form, place.sheet, place.cell, shown, place.project)


def undrawn(character: str, places: Sequence[Place]) -> Draft:
    """What is said of a character no font can draw; ``places`` may be empty."""
    named = f"{character}（U+{ord(character):04X}）"
    first = "报告"
    if places:
        at = " ".join(part for part in (places[0].sheet or places[0].form, places[0].cell) if part)
        first = f"{at or '单位名称'}里"
    return Draft(
        message=f"{first}有字库画不出的字{named}，在改正之前不生成 PDF。",
        where=tuple(places),
        found=named,
        expected="字库里有的字（GBK 字符集以内）",
        remedy="改用规范汉字或通用符号；姓名、地名确需使用该字的，请财政局补充字库后重新生成。",
    )
