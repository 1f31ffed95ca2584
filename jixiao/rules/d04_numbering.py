"""D04: numbered headings and enumerations count on without gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jixiao.findings import Place, Severity
from jixiao.rules._cells import title_of
from jixiao.rules._text import normal
from jixiao.rules.base import Draft, Facts, rule
from jixiao.submission import FormData, Paragraph
from jixiao.values import chinese_number

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_TOP = re.compile(rf"({_NUMERAL})[、.．]")
_SECOND = re.compile(rf"[(（]({_NUMERAL})[)）]")
_LISTED = re.compile(r"(?:^|(?<=[。；;：:，,)）]))([一二三四五六七八九十])是")


@rule("D04", "序号不连续", Severity.WARNING)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：序号跳号、重号，多半是删改后漏了一段或套用了别的报告，读者找不到内容。
    举例：一、二、四、五、五；或“一是……二是……三是……三是……”。
    怎么改：从“一”开始依次编号，检查跳过的号是不是漏了内容。
    """
    for data in facts.submission.forms:
        wrong = [*_headings(facts, data), *_lists(facts, data)]
        if not wrong:
            continue
        said = "；".join(text for text, _ in wrong)
        yield Draft(
            message=f"{title_of(facts, data)}的报告序号不连续：{said}。",
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
        text = normal(paragraph.text)
        top, second = _TOP.match(text), _SECOND.match(text)
        if top is not None:
            number, inner = _value(top.group(1)), 0
            if number != last + 1:
                yield _jump(facts, data, paragraph, top.group(1), last)
            last = number
        elif second is not None:
            number = _value(second.group(1))
            if number != inner + 1:
                yield _jump(facts, data, paragraph, f"({second.group(1)})", inner)
            inner = number


def _jump(
    facts: Facts, data: FormData, paragraph: Paragraph, shown: str, before: int
) -> tuple[str, Place]:
    after = f"第 {before} 之后" if before else "开头"
    return f"{after}是“{shown}”", facts.place(data, paragraph, paragraph.text.strip())


def _lists(facts: Facts, data: FormData) -> Iterator[tuple[str, Place]]:
    for paragraph in data.paragraphs:
        for said, words in () if paragraph.level else _gaps(paragraph.text):
            yield said, facts.place(data, paragraph, words)


@lru_cache(maxsize=2048)
def _gaps(text: str) -> tuple[tuple[str, str], ...]:
    """Where 一是…二是… of a paragraph does not count on, with the words there. Cached by text."""
    if "是" not in text:
        return ()
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
