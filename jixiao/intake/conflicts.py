"""Where the narrative in a workbook and the Word report handed in with it do not say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jixiao.model.submission import Conflict, FormData, Paragraph
from jixiao.spreadsheet.text import key


def conflicts(book: Iterable[FormData], report: Iterable[FormData]) -> Iterator[Conflict]:
    """One conflict for every heading under which both have text and the texts differ.

    A report of a project is compared with the workbook's report of the same project; where
    there is one of either, those two are compared whatever they call the project.
    """
    written = [d for d in book if any(_is_text(p) for p in d.paragraphs)]
    for told in (d for d in report if d.paragraphs):
        same = [d for d in written if d.form == told.form]
        named = [d for d in same if key(d.project or "") == key(told.project or "")]
        for data in named or (same if len(same) == 1 else []):
            yield from _sections(data, told)


def _is_text(paragraph: Paragraph) -> bool:
    return paragraph.heading is None and bool(paragraph.text.strip())


def _sections(dropped: FormData, kept: FormData) -> Iterator[Conflict]:
    titles = {p.heading: p.text for p in (*dropped.paragraphs, *kept.paragraphs) if p.heading}
    ours, theirs = _by_section(dropped), _by_section(kept)
    for section in (s for s in ours if s in theirs):
        if _joined(ours[section]) != _joined(theirs[section]):
            kept_one, dropped_one = _first_difference(theirs[section], ours[section])
            yield Conflict(kept.form, kept.project, titles.get(section, ""), kept_one, dropped_one)


def _by_section(data: FormData) -> dict[str, list[Paragraph]]:
    found: dict[str, list[Paragraph]] = {}
    for paragraph in data.paragraphs:
        if _is_text(paragraph):
            found.setdefault(paragraph.section, []).append(paragraph)
    return found


def _joined(paragraphs: list[Paragraph]) -> str:
    """The text without regard to how it is cut into paragraphs."""
    return key("".join(p.text for p in paragraphs))


def _first_difference(
    kept: list[Paragraph], dropped: list[Paragraph]
) -> tuple[Paragraph, Paragraph]:
    for one, other in zip(kept, dropped, strict=False):
        if key(one.text) != key(other.text):
            return one, other
    return kept[-1], dropped[-1]
