"""Paragraphs of a report put under the headings of its form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jixiao.model.forms import Heading, NarrativeSection
from jixiao.model.submission import Paragraph
from jixiao.spreadsheet.text import key

# Group n is the number of a heading of level n.
_NUMBER = re.compile(
    r"([一二三四五六七八九十]+)[、.]"
    r"|(\([一二三四五六七八九十]+\))"
    r"|(\d+)[、.](?!\d)"
    r"|(\(\d+\)|\d+\)|[①-⑳])"
)
_LONGEST = {1: 45, 2: 45, 3: 25, 4: 20}
_LONGEST_HEADING = 120  # characters, with what people add behind it
_SENTENCE = re.compile("[。,;:!?]")


def split_number(text: str) -> tuple[int, str, str]:
    """Level by the form of the number (0 without one), the number, and the rest (keys)."""
    plain = key(text)
    match = _NUMBER.match(plain)
    if match is None or match.lastindex is None:
        return 0, "", plain
    return match.lastindex, match[match.lastindex], plain[match.end() :]


def place(section: NarrativeSection, lines: Iterable[tuple[str, str, str]]) -> list[Paragraph]:
    """Paragraphs in order, each under the innermost known heading above it.

    Args:
        lines: (text, sheet, cell) of every paragraph.
    """
    above: list[tuple[int, str]] = []
    placed = []
    for text, sheet, cell in lines:
        heading, level = heading_of(section, text)
        if level:
            above = [known for known in above if known[0] < level]
            if heading is not None:
                above.append((level, heading.id))
        placed.append(
            Paragraph(
                text,
                sheet,
                cell,
                above[-1][1] if above else "",
                heading.id if heading else None,
                level,
            )
        )
    return placed


def heading_of(section: NarrativeSection, text: str) -> tuple[Heading | None, int]:
    """The form's heading that a text is, and its level; ``(None, 0)`` for plain text.

    The number does not decide, since people number wrongly; what follows the first comma,
    colon or full stop does not either, since they add explanations.
    """
    if len(text) > _LONGEST_HEADING:
        return None, 0
    known = _SECTIONS.get(id(section))
    if known is None:
        if len(_SECTIONS) >= _MOST_SECTIONS:
            _SECTIONS.clear()
        known = _SECTIONS[id(section)] = _Headings(section)
    return known[text]


class _Headings(dict[str, tuple[Heading | None, int]]):
    """A section's answers to :func:`heading_of`, kept because headings come again in every file.

    The section is kept in here so that its id stays its own.
    """

    def __init__(self, section: NarrativeSection) -> None:
        super().__init__()
        self.section = section
        self.names: dict[str, Heading] = {}
        for heading in section.walk():
            for name in (heading.title, *heading.aliases):
                self.names.setdefault(_SENTENCE.split(key(name), maxsplit=1)[0], heading)

    def __missing__(self, text: str) -> tuple[Heading | None, int]:
        if len(self) >= _MOST_TEXTS:
            self.clear()
        found = self[text] = self._told(text)
        return found

    def _told(self, text: str) -> tuple[Heading | None, int]:
        level, _, rest = split_number(text)
        heading = self.names.get(_SENTENCE.split(rest, maxsplit=1)[0])
        if heading is not None:
            return heading, level or heading.level
        sentence = _SENTENCE.search(rest) or text.rstrip().endswith("。")
        if level and len(key(text)) <= _LONGEST[level] and (level <= 2 or not sentence):
            return None, level
        return None, 0


_SECTIONS: dict[int, _Headings] = {}
_MOST_SECTIONS = 64
_MOST_TEXTS = 8192
