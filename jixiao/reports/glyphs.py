"""What the fonts cannot draw in a finished report: said instead of a PDF that leaves it out.

The rule P01 finds it in the filing already. Here the whole report is looked at once more, since the
roster's and the pack's words stand in it too, and a filing may have been checked without the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from jixiao.fonts.glyphs import undrawable
from jixiao.model.findings import Finding, Place
from jixiao.policy.model import RuleSetting
from jixiao.reports.data import report_json
from jixiao.reports.model import FormView, ReportView
from jixiao.rules.print import p01_glyphs


def glyph_findings(view: ReportView) -> tuple[Finding, ...]:
    """A finding for every character of a report that no embedded font can draw."""
    missing = undrawable(report_json(view).decode())
    return tuple(_finding(view, character) for character in missing)


def _finding(view: ReportView, character: str) -> Finding:
    draft = p01_glyphs.undrawn(character, tuple(_places(view, character)))
    return p01_glyphs.check.finish(draft, RuleSetting())


def _places(view: ReportView, character: str) -> Iterator[Place]:
    for form in view.forms:
        for text in _texts(form):
            if character in text:
                place = Place(form.form, form.sheet, "", text, form.project or None)
                yield p01_glyphs.around(place, character)


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
