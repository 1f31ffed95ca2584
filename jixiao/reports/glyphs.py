"""Which characters the embedded fonts can draw. What they cannot is said before a PDF is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jixiao.findings import Finding, Place, Severity
from jixiao.reports.data import report_json
from jixiao.reports.model import FormView, ReportView

#: The folder of the fonts, of their licence and of the list of what both can draw.
FONTS = Path(__file__).resolve().parent.parent / "fonts"

# What has no shape of its own: line ends, joiners and marks of direction; the control characters
# are taken out of every document.
_SHAPELESS = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


@cache
def covered() -> frozenset[str]:
    """Every character both fonts can draw."""
    found: set[str] = set()
    for line in (FONTS / "coverage.txt").read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


def undrawable(text: str) -> list[str]:
    """The characters of ``text`` that no embedded font can draw, each once, in code order."""
    missing = set(text) - covered()
    return sorted(c for c in missing if not _SHAPELESS.match(c)) if missing else []


def glyph_findings(view: ReportView) -> tuple[Finding, ...]:
    """A finding for every character of a report that no embedded font can draw."""
    missing = undrawable(report_json(view).decode())
    if not missing:
        return ()
    return tuple(_finding(view, character) for character in missing)


def _finding(view: ReportView, character: str) -> Finding:
    code = f"U+{ord(character):04X}"
    places = tuple(_places(view, character))
    first = f"{places[0].sheet or places[0].form}里的“{places[0].text}”" if places else "本报告"
    return Finding(
        code="P01",
        severity=Severity.WARNING,
        title="字库没有的字",
        message=f"{first}有字库画不出的字“{character}”（{code}），在改正之前不生成 PDF。",
        where=places,
        found=f"{character}（{code}）",
        expected="GBK 字符集以内的字",
        difference="",
        remedy="改用规范汉字或通用符号；确需使用该字（如姓名、地名）的，请财政局补充字库后重新生成。",
    )


_AROUND = 12  # characters shown either side


def _places(view: ReportView, character: str) -> Iterator[Place]:
    for form in view.forms:
        for text in _texts(form):
            at = text.find(character)
            if at >= 0:
                shown = text[max(at - _AROUND, 0) : at + _AROUND + 1]
                yield Place(form.form, form.sheet, "", shown, form.project or None)


def _texts(thing: Any) -> Iterator[str]:
    """Every text inside a form's view, however deep."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, FormView) or is_dataclass(thing):
        for each in fields(thing):
            yield from _texts(getattr(thing, each.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _texts(part)
