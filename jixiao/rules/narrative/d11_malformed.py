"""D11: figures in the text are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal

# Every alternative begins with a digit that follows none, so that the search can skip text.
_BROKEN = re.compile(
    r"[0-9](?<![0-9][0-9])(?<![0-9][.,][0-9])(?:"
    r"[0-9]{0,5}(?:19|20)[0-9]{2}年"  # 732023年: a count and a year run together
    r"|(?<=2)0[0-9]{2}[0-9]{2,4}日"  # 2023919日: year, month and day run together
    r"|[0-9]*\.[0-9]+\.[0-9]+(?:万元|亿元|元|%|家|个)"
    r"|[0-9]*(?:,[0-9]{1,2})+(?![0-9])(?:\.[0-9]*)?(?:万元|亿元|元)"
    r"|[0-9.]*(?:万元|亿元|%|人次)[0-9.]+(?:万元|亿元|%|人次)"  # words left out between
    r")"
)


@rule("D11", "文字里的数字不完整", Severity.ERROR, name="figures-in-text-whole", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：数字连在一起或断开，读者看不出是多少，公开后无法更改。
    举例：部门报告写“73家。2023年”，项目报告里成了“732023年”；“1.48亿元0.89亿元”中间缺了文字。
    怎么改：照原稿把漏掉的单位、标点和文字补上。
    """
    for data in facts.submission.forms:
        places: list[Place] = []
        found: list[str] = []
        for paragraph in data.paragraphs:
            for broken, around in _broken(paragraph.text):
                found.append(broken)
                places.append(facts.place(data, paragraph, around))
        if places:
            yield Draft(
                message=f"{title_of(facts, data)}的报告有 {len(places)} 处数字不完整："
                f"{'、'.join(found)}。",
                where=tuple(places),
                found="、".join(found),
                expected="完整的数字、单位和标点",
                difference=f"{len(places)} 处",
                remedy="照原稿把漏掉的单位、标点和文字补上。",
            )


@lru_cache(maxsize=2048)
def _broken(text: str) -> tuple[tuple[str, str], ...]:
    """Each broken figure with the words around it. Cached by text."""
    plain = normal(text)
    return tuple(
        (m.group(), plain[max(0, m.start() - 12) : m.end() + 6]) for m in _BROKEN.finditer(plain)
    )
