"""What a department wrote into the column 单位说明 of an annotated workbook."""

from __future__ import annotations

import re

from jixiao.spreadsheet.grid import Grid
from jixiao.spreadsheet.marker import EXPLANATION, FINGERPRINT
from jixiao.spreadsheet.text import key

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
MOST = 2000  # characters of one explanation


def read_explanations(grid: Grid) -> dict[str, str]:
    """The explanations by the fingerprint of the finding they explain; blank ones are left out."""
    found: dict[str, str] = {}
    columns: dict[str, int] = {}
    for row in range(grid.height):
        texts = dict(grid.starts(row))
        titles = {key(t): c for c, t in texts.items()}
        if EXPLANATION in titles and FINGERPRINT in titles:
            columns = titles
            continue
        if not columns:
            continue
        finding = texts.get(columns[FINGERPRINT], "").strip()
        text = texts.get(columns[EXPLANATION], "").strip()
        if text and _FINGERPRINT.fullmatch(finding):
            found[finding] = text[:MOST]
    return found
