"""Who filed and for which year, told by the content and not by the file's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from jixiao.model.submission import Submission
from jixiao.spreadsheet.text import key

_YEAR = re.compile(r"(20\d\d)年度")
_CODE = re.compile(r"(?<![0-9A-Z])[159][0-9A-HJ-NPQRTUWXY]{17}(?![0-9A-Z])")
_HEADLINE = 60  # longer texts are prose, and prose names other years too


def year_of(texts: Iterable[str]) -> int | None:
    """The year that titles and headers name most often as ``2023年度``."""
    years: Counter[int] = Counter()
    for text in texts:
        if len(text) <= _HEADLINE and "年" in text:
            years.update(int(y) for y in _YEAR.findall(key(text)))
    return years.most_common(1)[0][0] if years else None


def code_of(texts: Iterable[str]) -> str:
    """The first text that is or holds an 18-character unit code."""
    for text in texts:
        if len(text) >= 18:
            match = _CODE.search(text)
            if match:
                return match[0]
    return ""


def name_unit(submission: Submission, texts: Iterable[str]) -> None:
    """Fills in unit code and name from the forms where nothing surer has said them."""
    if submission.unit_name and submission.unit_code:
        return
    for data in submission.forms:
        for id, cell in data.cells.items():
            if cell.blank:
                continue
            if id == "identity.unit.value" and not submission.unit_name:
                submission.unit_name = cell.text
            elif id.endswith(".unit_code") and not submission.unit_code:
                submission.unit_code = cell.text
    if not submission.unit_name:
        names = (d.get("register.register.unit_name") for d in submission.forms)
        submission.unit_name = next((n.text for n in names if not n.blank), "")
    if not submission.unit_code:
        submission.unit_code = code_of(texts)
