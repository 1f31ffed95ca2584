"""Paragraphs of a report put under the headings of its form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from jixiao.forms import Heading, NarrativeSection
from jixiao.intake.text import key
from jixiao.submission import Paragraph

_LEVELS = (
    (1, re.compile(r"^([一二三四五六七八九十]+)[、.]")),
    (2, re.compile(r"^(\([一二三四五六七八九十]+\))")),
    (3, re.compile(r"^(\d+)[、.](?!\d)")),
    (4, re.compile(r"^(\(\d+\)|\d+\)|[①-⑳])")),
)
_LONGEST = {1: 45, 2: 45, 3: 25, 4: 20}
_SENTENCE = re.compile("[。,;:!?]")


def split_number(text: str) -> tuple[int, str, str]:
    """Level by the form of the number (0 without one), the number, and the rest (keys)."""
    plain = key(text)
    for level, pattern in _LEVELS:
        match = pattern.match(plain)
        if match:
            return level, match[1], plain[match.end() :]
    return 0, "", plain


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
    if len(text) > 120:
        return None, 0
    level, _, rest = split_number(text)
    title = _SENTENCE.split(rest, maxsplit=1)[0]
    for heading, names in _names(section):
        if title in names:
            return heading, level or heading.level
    sentence = _SENTENCE.search(rest) or text.rstrip().endswith("。")
    if level and len(key(text)) <= _LONGEST[level] and (level <= 2 or not sentence):
        return None, level
    return None, 0


def _names(section: NarrativeSection) -> list[tuple[Heading, frozenset[str]]]:
    return _cached_names(_Ticket(section))


class _Ticket:
    """A section by identity: hashing a whole form for every line would cost more than it saves."""

    def __init__(self, section: NarrativeSection) -> None:
        self.section = section

    def __hash__(self) -> int:
        return id(self.section)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ticket) and other.section is self.section


@lru_cache(maxsize=64)
def _cached_names(ticket: _Ticket) -> list[tuple[Heading, frozenset[str]]]:
    return [
        (h, frozenset(_SENTENCE.split(key(n), maxsplit=1)[0] for n in (h.title, *h.aliases)))
        for h in ticket.section.walk()
    ]
