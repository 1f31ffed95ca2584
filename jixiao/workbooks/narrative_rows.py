"""Writing the sheet of a report: the year's headings, and open rows for the text under them."""

from __future__ import annotations

from jixiao.model.forms import Heading, NarrativeSection
from jixiao.spreadsheet.grid import a1
from jixiao.spreadsheet.marker import HINT
from jixiao.spreadsheet.narrative import heading_of
from jixiao.workbooks.tables import Writing

WIDTH = 84.0
ROWS = 6  # open rows under a heading
PARENT_ROWS = 2  # and under one that has headings of its own
_NOTE = f"{HINT}：在各标题下的空格里写，一格一段；不够时在一格里按 Alt+Enter 换行。标题不要改动。"


def write_narrative(w: Writing, section: NarrativeSection, row: int) -> int:
    """Headings and text; answers with the next free row."""
    w.canvas.put(row, 0, _NOTE, "note")
    row += 1
    if w.sheet.project is not None:
        w.canvas.put(row, 0, f"项目名称：{w.sheet.project}", "paragraph")
        row += 1
    if w.sheet.filled:
        return _filed(w, section, row)
    for heading in section.walk():
        row = _heading(w, heading, row)
    return row


def printed(heading: Heading) -> str:
    """A heading with its number as it is printed: ``一、基本情况``, ``（一）基本支出情况``."""
    number = heading.number.replace("(", "（").replace(")", "）")
    return f"{number}{'' if number.endswith('）') else '、'}{heading.title}"


def _heading(w: Writing, heading: Heading, row: int) -> int:
    w.canvas.put(row, 0, printed(heading), "heading" if heading.level == 1 else "subheading")
    w.canvas.grow(row)
    count = PARENT_ROWS if heading.children else ROWS
    first, last = a1((row + 1, 0)), a1((row + count, 0))
    if heading.required and not heading.children:
        w.checks.add(row, f'IF(COUNTA({first}:{last})=0,"未填写；","")', "未填写；")
    for offset in range(1, count + 1):
        w.canvas.put(row + offset, 0, "", "paragraph")
        w.canvas.grow(row + offset)
    return row + count + 1


def _filed(w: Writing, section: NarrativeSection, row: int) -> int:
    """A filed report, paragraph by paragraph as it stands."""
    for paragraph in w.data.paragraphs:
        known = heading_of(section, paragraph.text)[0] is not None
        style = "paragraph" if not known else ("heading" if paragraph.level == 1 else "subheading")
        w.canvas.put(row, 0, paragraph.text, style)
        w.canvas.grow(row)
        row += 1
    return row
