"""Personal data that never stands on a public page."""

from __future__ import annotations

import re

# What people put between the groups of a number. None of these is escaped in JSON, so the same
# expression finds a number in a JSON text as well.
_GAP = r"[ \u00a0\u3000\u200b\-－—·]?"
_MOBILE = re.compile(
    rf"(?<![0-9０-９])((?:(?:\+|＋|00)?(?:86|８６){_GAP})?)"
    rf"([1１][3-9３-９][0-9０-９]){_GAP}[0-9０-９]{{4}}{_GAP}([0-9０-９]{{4}})(?![0-9０-９])"
)

# The same without what may stand around it: a fast first look, which may be wrong one way only.
_PERHAPS = re.compile(rf"[1１][3-9３-９][0-9０-９]{_GAP}[0-9０-９]{{4}}{_GAP}[0-9０-９]{{4}}")


def has_mobile(text: str) -> bool:
    """Whether a mobile number stands anywhere in ``text``; may say yes to a longer number."""
    return _PERHAPS.search(text) is not None


def mask_mobiles(text: str) -> str:
    """``text`` with every mobile number as ``138****0000``.

    A run of more than eleven digits (an amount, a unit code) is left alone; a country code and
    blanks or hyphens between the groups are not taken for a disguise.
    """
    return _MOBILE.sub(r"\1\2****\3", text)


def mask_name(name: str) -> str:
    """A person's name with its first character only: ``张**``. Blank stays blank."""
    name = name.strip()
    if not name or "*" in name:
        return name
    return f"{name[0]}**"
