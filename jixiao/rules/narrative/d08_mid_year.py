"""D08: a year-end report does not speak from the middle of the year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.measures import PLANS
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal

_WORDS = re.compile(
    r"(?:今年|20[0-9]{2}年)以来|今年来|截至(?:目前|当前|现在)|到目前为止|目前(?=已|共|全|[0-9])|"
    r"(?:数量|总量|全年)?预计(?=全|可|将|[0-9完达到])|上半年以来"
)


@rule("D08", "年终报告用了年中的说法", Severity.ADVICE, name="no-mid-year-wording", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：年度自评说的是全年结果，“今年以来”“截至目前”“预计”说明沿用了年中材料，数字也可能不是全年数。
    举例：截至目前已举办 3 次签约活动；总量预计全市第 4。
    怎么改：改成全年的说法，并核对数字是不是全年数。
    """
    for data in facts.submission.forms:
        places: list[Place] = []
        words: list[str] = []
        for paragraph in data.paragraphs:
            if paragraph.level or paragraph.section in PLANS:
                continue
            for word, around in _said(paragraph.text):
                words.append(word)
                places.append(facts.place(data, paragraph, around))
        if places:
            said = "、".join(dict.fromkeys(words))
            yield Draft(
                message=f"{title_of(facts, data)}的报告有 {len(places)} 处年中的说法：{said}。",
                where=tuple(places),
                found=said,
                expected="全年的说法",
                difference=f"{len(places)} 处",
                remedy="改成全年的说法，并核对数字是不是全年数。",
            )


@lru_cache(maxsize=2048)
def _said(text: str) -> tuple[tuple[str, str], ...]:
    """Each mid-year word with the words around it. Cached by text."""
    plain = normal(text)
    return tuple(
        (m.group(), plain[max(0, m.start() - 6) : m.end() + 14]) for m in _WORDS.finditer(plain)
    )
