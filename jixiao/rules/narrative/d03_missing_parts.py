"""D03: the required sub-sections are all there."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place, title_of
from jixiao.rules.support.sources import FORMS


@rule(
    "D03",
    "缺少规定的小节",
    Severity.ADVICE,
    name="subsections-present",
    source=FORMS.at("自评报告正文和附件7 的提纲"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：提纲里的小节各有要交代的内容，缺了不一定是错，但审核时要多看一眼。
    举例：“二、项目资金使用及管理情况”下没有“项目资金管理情况分析”。
    怎么改：按提纲补上小节；内容已经写在别处的，加上小标题。
    """
    for data in facts.submission.forms:
        section = facts.forms[data.form].narrative
        if section is None or not data.paragraphs:
            continue
        present = {p.heading for p in data.paragraphs if p.heading is not None}
        missing = [
            child
            for heading in section.headings
            if heading.id in present
            for child in heading.children
            if child.required and child.id not in present
        ]
        if not missing:
            continue
        names = "、".join(f"{h.number}{h.title}" for h in missing)
        yield Draft(
            message=f"{title_of(facts, data)}的报告缺少小节：{names}。",
            where=tuple(sheet_place(data, f"缺“{h.title}”") for h in missing),
            found="（没有这个标题）",
            expected=names,
            remedy="按提纲补上小节；内容已经写在别处的，加上小标题。",
        )
