"""D13: the report in the workbook and in Word are one report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from jixiao.model.findings import Place, Severity
from jixiao.model.submission import Conflict, Paragraph
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import cut


@rule(
    "D13",
    "工作簿与 Word 的报告不同",
    Severity.WARNING,
    name="word-agrees-with-workbook",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一份报告交了两个版本，读者和审核人不知道以哪个为准；这里一律以 Word 为准。
    举例：工作簿里写“全年培训 600 人次”，一同送来的 Word 报告写“全年培训 627 人次”。
    怎么改：核对两份报告，把不同的地方改成一致；或只送一份。
    """
    found = sorted(facts.submission.conflicts, key=lambda c: (c.form, c.project or ""))
    for (form, project), group in groupby(found, key=lambda c: (c.form, c.project)):
        conflicts = list(group)
        name = f"{form}《{project}》" if project else form
        headings = "、".join(f"“{c.heading or '开头'}”" for c in conflicts[:3])
        yield Draft(
            message=f"{name}在工作簿和 Word 里有 {len(conflicts)} 节文字不同：{headings}"
            f"{'等' if len(conflicts) > 3 else ''}，已以 Word 为准。",
            where=tuple(place for c in conflicts for place in _places(c)),
            found=cut(conflicts[0].dropped.text),
            expected=cut(conflicts[0].kept.text),
            remedy="核对两份报告，把不同的地方改成一致；或只送一份。",
        )


def _places(conflict: Conflict) -> Iterator[Place]:
    def place(paragraph: Paragraph) -> Place:
        return Place(
            conflict.form, paragraph.sheet, paragraph.cell, cut(paragraph.text), conflict.project
        )

    yield place(conflict.dropped)
    yield place(conflict.kept)
