"""D09: a paragraph is not pasted under several projects."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.model.forms import Scope
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.measures import narratives
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal


@rule(
    "D09",
    "不同项目的报告用了同一段话",
    Severity.WARNING,
    name="no-text-shared-by-projects",
    source=HOUSE,
    params={"shortest": "40"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：每个项目的管理和成效各不相同，一字不差的段落说明没有按项目写。
    举例：四个项目的“组织实施情况”是同一段话。
    怎么改：按各项目的实际情况分别写；确实相同的只在一处写，其他地方写“同上”并注明。
    """
    shortest = int(facts.params["shortest"])
    seen: dict[str, dict[str, Place]] = {}
    for data in narratives(facts, Scope.PROJECT):
        for paragraph in data.paragraphs:
            if len(paragraph.text) < shortest or paragraph.heading is not None:
                continue
            text = normal(paragraph.text)
            if len(text) >= shortest:
                places = seen.setdefault(text, {})
                place = facts.place(data, paragraph, text[:30] + "……")
                places.setdefault(data.project or data.sheet, place)
    groups: dict[tuple[str, ...], list[str]] = {}
    for text, places in seen.items():
        if len(places) > 1:
            groups.setdefault(tuple(places), []).append(text)
    for names, texts in groups.items():
        more = f"等 {len(texts)} 段" if len(texts) > 1 else ""
        yield Draft(
            message=f"{len(names)} 个项目（{'、'.join(names)}）的报告用了同样的话："
            f"“{texts[0][:24]}……”{more}。",
            where=tuple(seen[text][name] for text in texts for name in names),
            found="、".join(f"{len(text)} 个字" for text in texts) + "完全相同",
            expected="按各项目的实际情况写",
            difference=f"{len(texts)} 段",
            remedy="按各项目的实际情况分别改写。",
        )
