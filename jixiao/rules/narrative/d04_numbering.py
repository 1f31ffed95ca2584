"""D04: numbered headings and enumerations count on without gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.model.submission import FormData, Paragraph
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal
from jixiao.values import chinese_number

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_TOP = re.compile(rf"({_NUMERAL})[、.．]")
_SECOND = re.compile(rf"[(（]({_NUMERAL})[)）]")
_LISTED = re.compile(r"(?:^|(?<=[。；;：:，,)）]))([一二三四五六七八九十])是")


@rule("D04", "序号不连续", Severity.WARNING, name="numbering-continuous", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：序号跳号、重号，多半是删改后漏了一段或套用了别的报告，读者找不到内容。
    举例：一、二、四、五、五；或“一是……二是……三是……三是……”。
    怎么改：从“一”开始依次编号，检查跳过的号是不是漏了内容。
    """
    for data in facts.submission.forms:
        wrong = [*_headings(facts, data), *_lists(facts, data)] if data.paragraphs else []
        if not wrong:
            continue
        said = "；".join(text for text, _ in wrong)
        yield Draft(
            message=f"{title_of(facts, data)}的序号不连续：{said}。",
            where=tuple(place for _, place in wrong),
            found=said,
            expected="从“一”开始依次编号",
            difference=f"{len(wrong)} 处",
            remedy="从“一”开始依次编号，检查跳过的号是不是漏了内容。",
        )


def _headings(facts: Facts, data: FormData) -> Iterator[tuple[str, Place]]:
    last, inner = 0, 0
    for paragraph in data.paragraphs:
        if not paragraph.level:
            continue
        level, shown, number = _numeral(paragraph.text)
        if level == 1:
            if number != last + 1:
                yield _jump(facts, data, paragraph, shown, last)
            last, inner = number, 0
        elif level == 2:
            if number != inner + 1:
                yield _jump(facts, data, paragraph, shown, inner)
            inner = number


@lru_cache(maxsize=2048)
def _numeral(text: str) -> tuple[int, str, int]:
    """Level of a heading by how it is numbered (0: not at all), the numeral and its value."""
    plain = normal(text)
    top, second = _TOP.match(plain), _SECOND.match(plain)
    if top is not None:
        return 1, top.group(1), _value(top.group(1))
    if second is not None:
        return 2, f"({second.group(1)})", _value(second.group(1))
    return 0, "", 0


def _jump(
    facts: Facts, data: FormData, paragraph: Paragraph, shown: str, before: int
) -> tuple[str, Place]:
    after = f"第 {before} 之后" if before else "开头"
    return f"{after}是“{shown}”", facts.place(data, paragraph, paragraph.text.strip())


def _lists(facts: Facts, data: FormData) -> Iterator[tuple[str, Place]]:
    for paragraph in data.paragraphs:
        if paragraph.level or "是" not in paragraph.text:
            continue
        for said, words in _gaps(paragraph.text):
            yield said, facts.place(data, paragraph, words)


@lru_cache(maxsize=2048)
def _gaps(text: str) -> tuple[tuple[str, str], ...]:
    """Where 一是…二是… of a paragraph does not count on, with the words there. Cached by text."""
    plain, last, found = normal(text), 0, []
    for match in _LISTED.finditer(plain):
        number = _value(match.group(1))
        if number not in {last + 1, 1} and last:
            words = plain[match.start() : match.start() + 20]
            found.append((f"“{match.group(1)}是”前面是第 {last} 条", words))
        last = number
    return tuple(found)


def _value(numeral: str) -> int:
    return int(chinese_number(numeral) or 0)
