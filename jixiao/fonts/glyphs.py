"""Which characters the shipped fonts can draw.

A PDF shows nothing at all, silently, where its fonts lack a character; so it is looked for before.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

#: The folder of the fonts, of their licence and of the list of what both can draw.
FONTS = Path(__file__).resolve().parent

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
    """The characters of ``text`` that no font can draw, each once, in code order."""
    missing = set(text) - covered()
    return sorted(c for c in missing if not _SHAPELESS.match(c)) if missing else []
