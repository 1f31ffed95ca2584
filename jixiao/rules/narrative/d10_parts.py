"""D10: parts stated in a sentence make the stated total."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.model.submission import FormData, Paragraph
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.narrative import clean
from jixiao.rules.support.sources import HOUSE

_FIGURE = re.compile(
    r"(?<![0-9A-Za-z.])(?P<n>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(?P<unit>万元|亿元|元|人次|人|家|个|件|项|处|条|场次|场|次|户|起|座|台|吨|亩)"
    r"(?P<bound>以上|以下|以内)?"
)
_COMPLETE = re.compile(r"[,:]?(?:包括|由|分为|分别是|分别为)")
_LOOSE = re.compile(r"[,:]?(?:其中|主要有|主要是|主要为|主要用于)|:")
_MOST_PARTS = 40  # more figures in one sentence are a list, not a breakdown
_TRIGGER = re.compile("其中|包括|由|分为|分别|主要|:|合计|共计|总计")
_SUM = re.compile(r"(?:合计|共计|总计)(?:为|是)?$")


@dataclass(frozen=True, slots=True)
class _Part:
    number: Decimal
    start: int
    end: int


@rule(
    "D10",
    "分项之和与所说的总数不符",
    Severity.ERROR,
    name="parts-in-text-make-total",
    source=HOUSE,
    params={"near": "0.10"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：一句话里先说总数再列分项，分项加起来应等于总数，不等必有一个写错。
    举例：排查隐患 454 处，其中商贸 115 处、餐饮 280 处、工业 49 处，加起来只有 444。
    怎么改：核对总数和各分项，改正写错的一个；只列一部分的用“其中”并说明还有其他。
    """
    near = facts.decimal("near")
    wrong: dict[str, tuple[Decimal, list[Decimal], list[Place]]] = {}
    for data, paragraph in facts.paragraphs():
        if paragraph.level:
            continue
        for sentence, total, parts in _mismatches(paragraph.text, near):
            entry = wrong.setdefault(sentence, (total, parts, []))
            entry[2].append(_place(facts, data, paragraph, sentence))
    for total, parts, places in wrong.values():
        added = sum(parts, Decimal(0))
        yield Draft(
            message=f"所说的总数是 {plain(total)}，各分项之和是 {plain(added)}，"
            f"相差 {plain(abs(total - added))}。",
            where=tuple(places),
            found=" + ".join(plain(p) for p in parts) + f" = {plain(added)}",
            expected=plain(total),
            difference=plain(added - total),
            remedy="核对总数和各分项，改正写错的一个。",
        )


def _place(facts: Facts, data: FormData, paragraph: Paragraph, sentence: str) -> Place:
    return facts.place(data, paragraph, sentence[:80])


Mismatch = tuple[str, Decimal, list[Decimal]]


@lru_cache(maxsize=2048)
def _mismatches(text: str, near: Decimal) -> tuple[Mismatch, ...]:
    """Sentences whose parts do not make their total, with both. Cached by text."""
    if not any(c.isdigit() for c in text):
        return ()
    return tuple(_sentences(clean(text), near))


def _sentences(text: str, near: Decimal) -> Iterator[Mismatch]:
    for sentence in re.split("[。;；]", text):
        if not _TRIGGER.search(sentence):
            continue
        figures: dict[str, list[_Part]] = {}
        for match in _FIGURE.finditer(sentence):
            after = sentence[match.end() : match.end() + 1]
            if match["bound"] and after and after not in ",、:()":
                continue
            number = Decimal(match["n"].replace(",", ""))
            unit = "家" if match["unit"] == "个" else match["unit"]
            figures.setdefault(unit, []).append(_Part(number, match.start(), match.end()))
        for parts in figures.values():
            if 2 < len(parts) <= _MOST_PARTS:
                yield from _first_is_total(sentence, parts, near)
                yield from _last_is_total(sentence, parts, near)


def _first_is_total(sentence: str, parts: list[_Part], near: Decimal) -> Iterator[Mismatch]:
    """``454处,其中115处,290处,49处``: after 其中 only a near miss is a slip."""
    for position, total in enumerate(parts[:-2]):
        rest = [part.number for part in parts[position + 1 :]]
        follows = sentence[total.end : total.end + 6]
        complete = _COMPLETE.match(follows) is not None
        if not complete and not _LOOSE.match(follows):
            continue
        added = sum(rest, Decimal(0))
        if added == total.number or not total.number:
            continue
        if abs(added - total.number) / total.number <= (near * 3 if complete else near):
            yield sentence, total.number, rest
        return


def _last_is_total(sentence: str, parts: list[_Part], near: Decimal) -> Iterator[Mismatch]:
    """``54万元、50万元……合计771.32万元``: any run of the figures before it may be its parts."""
    for position, total in enumerate(parts):
        before = [part.number for part in parts[:position]]
        if len(before) < 2 or not _SUM.search(sentence[: total.start][-5:]):
            continue
        runs = [before[start:] for start in range(len(before) - 1)]
        if total.number in before or any(sum(run) == total.number for run in runs):
            continue
        if total.number and abs(sum(before) - total.number) / total.number <= near:
            yield sentence, total.number, before
