"""One quantity: sign, number, unit, bound; or a range of two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jixiao.values.hints import Hint
from jixiao.values.model import Comparator, NumberError, Unit, ValueProblem, quoted
from jixiao.values.numerals import CHINESE, CONTEXT, DIGIT, FIGURE, chinese_number, figure
from jixiao.values.units import GENERIC, as_money, to_base, unit_at

GE, LE, GT, LT, EQ = Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT, Comparator.EQ
SIGNS = {"≥": GE, "≤": LE, ">": GT, "<": LT, "=": EQ}

# Words before the number. A soft word binds a target only: an actual that 达到 95% is 95%.
_BEFORE = {
    GE: "不少于 不低于 不小于 不得少于 不得低于 不得小于 不下于 至少 最少 最低 高于等于 不低于等于",
    GT: "大于 高于 超过 多于 突破",
    LE: "不超过 不高于 不大于 不多于 不得超过 不得高于 不得多于 未超过 未超 不超 至多 最多 最高 "
    "控制在 低于等于",
    LT: "小于 低于 少于 不足 不到 未满 不满",
    EQ: "等于",
}
_SOFT = "达到 达 力争达到 力争 确保达到 确保 实现 保持在 保持"
_WORDS = {word: sign for sign, words in _BEFORE.items() for word in words.split()}
_SOFT_WORDS = frozenset(_SOFT.split())


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_HEAD = re.compile(
    r"(?P<label>.*?)"
    rf"(?P<word>[≥≤><=]|{_alternatives([*_WORDS, *_SOFT_WORDS])})?(?:到|至|在|为|:)?"
    r"(?P<about>大约|约为|约|将近|接近|近|≈|~)?"
    r"(?P<currency>[¥$€£])?(?P<minus>[+-])?"
)
_AFTER = {"以上": GE, "以下": LE, "以内": LE, "之内": LE, "内": LE, "封顶": LE}
_TAIL = re.compile(
    r"(?P<noun>[^0-9;]*?)(?P<about>左右|上下|余|多)?(?:及|或|含|及其)?"
    r"(?P<bound>以上|以下|以内|之内|(?<![年市省国县境室区乡镇场])内|封顶)?(?P<about2>左右|上下)?(?:含)?(?:的)?"
)
_RANGE = re.compile(r"[-—~]+|至|到")
_IN_BRACKETS = re.compile(r"\((?P<inside>[^()]*)\)?")
_CLOSED = re.compile(r"\(?含(?:本数)?\)?")
_LABEL = re.compile(r"[^\W\d_]|[“”\"'‘’《》()·:、+/&-]")
_NEGATIVE = ("未", "没", "没有", "不", "无", "非", "不能", "难以", "尚未")
_NOT_A_UNIT = re.compile(
    rf"以上|以下|以内|^[年月日号前后第比约近]|[内余多]|左右|上下|封顶|{CHINESE}"
)
LONGEST_WORDS = 14  # around a number; more than that is a sentence and nobody's value
_CHINESE = re.compile(
    rf"(?P<head>(?:[≥≤><=]|{_alternatives([*_WORDS, *_SOFT_WORDS])})?(?:约|近|将近)?)"
    rf"(?P<n>{CHINESE}+(?:点{CHINESE}+)?)(?P<tail>.*)"
)
_PERCENT = re.compile(rf"(百|千)分之({CHINESE}+(?:点{CHINESE}+)?|[0-9.]+)")
# Zero targets in words; other words with 零 (零距离) are not counts.
_ZERO = re.compile(r"零(?:事故|投诉|差错|发生|上访|违规|违纪|案件|死亡|伤亡|感染|失误|增长|新增)")


@dataclass(slots=True)
class Reading:
    """A quantity in the making; ``comparator`` is ``None`` where none was written."""

    amount: Decimal
    unit: Unit | None
    comparator: Comparator | None = None
    soft: bool = False
    approximate: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    comparison: str | None = None


def read_quantity(text: str, hint: Hint, cell_unit: Unit | None) -> Reading | None:
    """The quantity a text holds, ``None`` where it is words.

    Args:
        text: normalised, one value.
        hint: what the indicator's name says.
        cell_unit: what the separate unit cell says.

    Raises:
        ValueProblem: there is a number, but it or what stands around it cannot be read.
    """
    if "分之" in text:
        text = _PERCENT.sub(_percent, text)
    if "百分百" in text:
        text = text.replace("百分百", "100%")
    if not DIGIT.search(text):
        return _in_chinese(text, hint, cell_unit)
    text, comparison = _without_brackets(text)
    found = FIGURE.search(text)
    if found is None:
        return None
    head = _HEAD.fullmatch(text[: found.start()])
    assert head is not None  # the label takes whatever the rest leaves
    label, tail = head["label"], text[found.end() :]
    words = _words_only(label)
    if words and (len(label) > LONGEST_WORDS or label.endswith(_NEGATIVE)):
        return None
    if words and label[-1:].isascii() and label[-1:].isalpha():
        return None  # A4, PM2.5: the digits are part of a name
    number = figure(found.group().rstrip(",") if not tail else found.group())
    if not words:
        raise _unreadable(text, label)
    number = -number if head["minus"] == "-" else number
    word = head["word"] or ""
    reading = Reading(number, None, comparison=comparison, soft=word in _SOFT_WORDS)
    reading.comparator = SIGNS.get(word) or _WORDS.get(word) or (GE if reading.soft else None)
    reading.approximate = bool(head["about"])
    return _finish(reading, text, tail, head["currency"] or "", hint, cell_unit)


def _percent(found: re.Match[str]) -> str:
    number = found[2] if found[2][0] in "0123456789." else chinese_number(found[2])
    if number is None:
        return found.group()
    return f"{number}{'%' if found[1] == '百' else '‰'}"


def _in_chinese(text: str, hint: Hint, cell_unit: Unit | None) -> Reading | None:
    zero = _ZERO.fullmatch(text)
    if zero:
        return Reading(Decimal(0), cell_unit)
    found = _CHINESE.fullmatch(text)
    if not found:
        return None
    digits, magnitude = found["n"], ""
    for sign in ("万亿", "亿", "万"):  # 三十五亿 is 35 亿: the same unit as in figures
        if digits.endswith(sign) and len(digits) > len(sign):
            digits, magnitude = digits.removesuffix(sign), sign
            break
    number = chinese_number(digits)
    unit, _, rest = unit_at(magnitude + found["tail"])
    tail = _TAIL.fullmatch(rest)
    # Without a known unit and nothing else behind it, a numeral is part of a word (一般, 十分好).
    if number is None or (unit is None and (found["tail"] or magnitude)) or not tail:
        return None
    if tail["noun"]:
        return None
    return read_quantity(f"{found['head']}{number}{magnitude}{found['tail']}", hint, cell_unit)


def _without_brackets(text: str) -> tuple[str, str | None]:
    """The text without its remarks in brackets, and the remark if it holds figures."""
    if "(" not in text:
        return text, None
    remark: list[str] = []

    def drop(found: re.Match[str]) -> str:
        inside = found["inside"]
        unit, _, rest = unit_at(inside)
        if found.start() and text[found.start() - 1] in "0123456789" and unit and not rest:
            return inside  # 15000(M3)
        if DIGIT.search(inside):
            remark.append(inside)
        return ""

    bare = _IN_BRACKETS.sub(drop, _CLOSED.sub("", text))
    if not DIGIT.search(bare):
        return text.replace("(", "").replace(")", ""), None
    return bare, remark[0] if remark else None


def _words_only(text: str) -> bool:
    return all(_LABEL.fullmatch(c) for c in text)


def _unreadable(text: str, rest: str) -> ValueProblem:
    if DIGIT.search(rest):
        message = f"{quoted(text)}里的{quoted(rest)}读不成一个数，请改成一个数加一个单位。"
        return NumberError("malformed_number", message, rest)
    message = f"{quoted(text)}里的{quoted(rest)}读不出来，请改成一个数加一个单位。"
    return ValueProblem("unreadable", message, rest)


def _finish(
    reading: Reading, text: str, tail: str, currency: str, hint: Hint, cell_unit: Unit | None
) -> Reading | None:
    """Read what follows the number: unit, second bound, 以上, a noun."""
    over = tail[:1] in ("余", "多", "几")
    unit, over_unit, rest = unit_at(tail[1:] if over else tail)
    reading.approximate |= over or over_unit
    between = _RANGE.match(rest)
    second = FIGURE.match(rest, between.end()) if between else None
    if between and second:
        return _range(reading, unit, rest, second, hint, cell_unit)
    found = _TAIL.fullmatch(rest)
    if not found:
        raise _unreadable(text, rest)
    noun = found["noun"]
    if noun and unit is None:
        unit, noun = _new_unit(noun, text)
    if len(noun) > LONGEST_WORDS:
        return None
    if not _words_only(noun):
        raise _unreadable(text, noun)
    reading.approximate |= bool(found["about"] or found["about2"])
    reading.comparator = _joined(reading, _AFTER.get(found["bound"] or ""), text)
    if currency:
        unit = _with_currency(unit, currency)
    reading.unit, number = _settle_unit(reading.amount, unit, hint, cell_unit, text)
    if reading.unit and reading.unit.symbol == "年" and abs(number) >= 1000:
        bad = f"{format(number, 'f')}年"
        raise NumberError("malformed_number", f"{quoted(bad)}不是一个年份，读不出来。", bad)
    reading.amount = to_base(number, reading.unit)
    return reading


def _new_unit(noun: str, text: str) -> tuple[Unit | None, str]:
    """A word nobody knows, kept as a measure word of its own; or left a mere noun."""
    if len(noun) > 8 or not noun.isalpha() or noun.startswith("完成"):
        return None, noun
    if _NOT_A_UNIT.search(noun):
        raise _unreadable(text, noun)
    return Unit(noun, noun, "count", Decimal(1)), ""


def _joined(reading: Reading, after: Comparator | None, text: str) -> Comparator | None:
    before = reading.comparator
    if after is None:
        return before
    if before is None or reading.soft:
        reading.soft = False
        return after
    if {before, after} in ({GE, GT}, {LE, LT}) or before == after:
        return before  # 超过100家以上
    message = f"{quoted(text)}前后的比较词互相矛盾，请只写一个。"
    raise ValueProblem("contradictory_comparator", message, text)


def _with_currency(unit: Unit | None, sign: str) -> Unit:
    money, _, _ = unit_at(sign)
    assert money is not None  # every sign of the pattern stands in the table
    if unit is None or unit.dimension != "magnitude":
        return money
    return Unit(f"{unit.symbol}{money.base}", money.base, money.dimension, unit.factor)


def _settle_unit(
    number: Decimal, unit: Unit | None, hint: Hint, cell_unit: Unit | None, text: str
) -> tuple[Unit | None, Decimal]:
    """The unit that holds, from the text, the unit cell and the name, in this order.

    Raises:
        ValueProblem: ``mixed_units`` where text and unit cell contradict each other.
    """
    around = cell_unit or hint.unit
    if unit is None:
        return around, number
    if unit.dimension == "magnitude":
        if around is None:
            if unit.symbol[-1] in "万亿" and not hint.counted:
                return as_money(unit), number
            return None, CONTEXT.multiply(number, unit.factor)
        if around.base in ("元",) or around.dimension.startswith("currency"):
            symbol = f"{unit.symbol}{around.base}"
            return Unit(symbol, around.base, around.dimension, unit.factor), number
        if around.factor == 1:
            return around, CONTEXT.multiply(number, unit.factor)
        raise _mixed(unit, around, text)
    if cell_unit is not None and not _fits(unit, cell_unit):
        raise _mixed(unit, cell_unit, text)
    return unit, number


def _fits(unit: Unit, cell: Unit) -> bool:
    # 个 in the unit cell of 10家 or of 600人 is a careless cell, not a contradiction.
    return unit.dimension == cell.dimension or bool({unit.base, cell.base} & GENERIC)


def _mixed(unit: Unit, cell: Unit, text: str) -> ValueProblem:
    message = (
        f"{quoted(text)}的单位是“{unit.symbol}”，单位栏或另一处是“{cell.symbol}”，两者不一致。"
    )
    return ValueProblem("mixed_units", message, unit.symbol)


def _range(
    reading: Reading,
    unit: Unit | None,
    rest: str,
    second: re.Match[str],
    hint: Hint,
    cell_unit: Unit | None,
) -> Reading:
    upper, over, tail = unit_at(rest[second.end() :])
    found = _TAIL.fullmatch(tail)
    if not found or not _words_only(found["noun"]) or len(found["noun"]) > LONGEST_WORDS:
        raise _unreadable(rest, tail)
    noun = found["noun"]
    if noun and upper is None:
        upper, noun = _new_unit(noun, rest)
    if unit and upper and unit.dimension == "magnitude":  # 1万-2万人
        unit = Unit(unit.symbol + upper.base, upper.base, upper.dimension, unit.factor)
    first_unit, low = _settle_unit(reading.amount, unit or upper, hint, cell_unit, rest)
    last_unit, high = _settle_unit(figure(second.group()), upper or unit, hint, cell_unit, rest)
    if first_unit and last_unit and first_unit.base != last_unit.base:
        raise _mixed(first_unit, last_unit, rest)
    reading.unit = last_unit
    reading.low, reading.high = to_base(low, first_unit), to_base(high, last_unit)
    if reading.low > reading.high:
        message = f"范围的下限大于上限（{quoted(rest)}），读不出来。"
        raise ValueProblem("malformed_range", message, rest)
    reading.amount = reading.low
    reading.approximate |= over
    reading.comparator, reading.soft = GE, False
    return reading
