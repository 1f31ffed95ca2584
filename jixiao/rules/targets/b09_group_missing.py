"""B09: no whole group of indicators is missing."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place, title_of
from jixiao.rules.support.rows import approved
from jixiao.rules.support.sources import FORMS
from jixiao.rules.support.text import bare


@rule(
    "B09",
    "缺少整组指标",
    Severity.WARNING,
    name="indicator-groups-present",
    source=FORMS.at("附件2、附件3 的一级指标"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：产出、效益、满意度各看一个方面，缺了一组就看不出钱花得有没有效果。
    举例：项目表只有产出和满意度指标，效益指标一行也没有。
    怎么改：补上这一组指标并分配分值；确实不适用的写明理由。
    """
    for data in facts.submission.forms:
        section = facts.forms[data.form].indicators
        if section is None or not data.indicators:
            continue
        targets = approved(facts, data)
        agreed = {bare(row.level1) for row in targets.rows} if targets is not None else None
        present = {bare(row.level1) for row in data.indicators if not row.name.blank}
        for group in section.groups:
            names = {bare(name) for name in (group.title, *group.aliases)}
            if group.weight is None or names & present:
                continue
            if agreed is not None and not names & agreed:
                continue  # the set was approved without this group
            header = next((g for g in data.groups if bare(g.level1) in names), None)
            place = (
                facts.place(data, header.cell, group.title)
                if header is not None
                else sheet_place(data, group.title)
            )
            yield Draft(
                message=f"{title_of(facts, data)}没有{group.title}。",
                where=(place,),
                found="0 行",
                expected="至少 1 行",
                remedy=f"补上{group.title}并分配分值；确实不适用的写明理由。",
            )
