"""D02: the required sections are all there."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place, title_of
from jixiao.rules.support.sources import FORMS


@rule(
    "D02",
    "缺少规定的部分",
    Severity.ERROR,
    name="sections-present",
    source=FORMS.at("自评报告正文和附件7 的提纲"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：报告按统一提纲写，缺一部分就少一项必须交代的内容。
    举例：项目报告没有“其他需要说明的问题”这一部分。
    怎么改：按提纲补上缺的部分；标题用提纲里的说法。
    """
    for data in facts.submission.forms:
        section = facts.forms[data.form].narrative
        if section is None or not data.paragraphs:
            continue
        present = {p.heading for p in data.paragraphs if p.heading is not None}
        missing = [h for h in section.headings if h.required and h.id not in present]
        if not missing:
            continue
        names = "、".join(f"{h.number}、{h.title}" for h in missing)
        yield Draft(
            message=f"{title_of(facts, data)}的报告缺少：{names}。",
            where=tuple(sheet_place(data, f"缺“{h.number}、{h.title}”") for h in missing),
            found="（没有这个标题）",
            expected=names,
            difference=f"缺 {len(missing)} 部分",
            remedy="按提纲补上缺的部分；标题用提纲里的说法。",
        )
