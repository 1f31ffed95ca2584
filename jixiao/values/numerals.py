"""Numbers as they are written: plain figures, thousands separators, Chinese numerals."""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from jixiao.values.model import NumberError, ValueProblem, quoted
from jixiao.values.normalise import normalise

MOST_DIGITS = 30  # beyond any sum of money; keeps every product exact in CONTEXT
CONTEXT = Context(prec=90, Emax=MAX_EMAX, Emin=MIN_EMIN)

DIGIT = re.compile(r"[0-9]")
# A maximal run that means to be a number; whether it is one is decided by _WELL_FORMED.
FIGURE = re.compile(r"[0-9.,]*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")
_WELL_FORMED = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?P<part>\.[0-9]+)?(?:[eE](?P<exp>[+-]?[0-9]+))?"
)
_NON_FINITE = re.compile(r"[+-]?(?:s?nan|inf|infinity|∞|无穷大?)", re.IGNORECASE)
BLANK_MARKS = re.compile(r"[-—/\\_~]*|无|暂无|空|N/A|n/a|不适用")

DIGITS: dict[str, int] = dict(zip("零〇一二三四五六七八九", (0, *range(10)), strict=True)) | {
    "两": 2
}
DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_FORMAL = str.maketrans("拾佰仟萬億〇", "十百千万亿零")
_D = "一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_SECTION = re.compile(rf"(?:([{_D}])千)?(?:([{_D}])百)?(零?)(?:([{_D}]?)十)?(零?)([{_D}])?")
CHINESE = rf"[零〇{_D}十百千万亿拾佰仟萬億]"


def too_long(number: Decimal) -> bool:
    """Whether a finite number needs more than :data:`MOST_DIGITS` places on either side."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # finite
    return len(digits) > MOST_DIGITS or exponent < -MOST_DIGITS or number.adjusted() >= MOST_DIGITS


def figure(run: str) -> Decimal:
    """The number a run of digits means.

    Raises:
        NumberError: ``malformed_number`` (7,00.0,77 · 7.50.), ``too_large``, ``non_finite``.
    """
    found = _WELL_FORMED.fullmatch(run)
    if not found:
        message = f"{quoted(run)}不是一个写得对的数，读不出来，请改正后重新填写。"
        raise NumberError("malformed_number", message, run)
    exponent = found["exp"]
    if exponent and (len(exponent) > 4 or abs(int(exponent)) >= MOST_DIGITS):
        raise NumberError("non_finite", f"{quoted(run)}超出了数的范围，读不出来。", run)
    if len(run) > MOST_DIGITS + 10:
        message = f"{quoted(run)}有 {len(run)} 位，超过 {MOST_DIGITS} 位，读不出来。"
        raise NumberError("too_large", message, run)
    number = Decimal(run.replace(",", ""))
    if too_long(number):
        raise NumberError("too_large", f"{quoted(run)}超过 {MOST_DIGITS} 位数字，读不出来。", run)
    return Decimal(format(number, "f")) if exponent else number


def chinese_number(text: str) -> Decimal | None:
    """The number a Chinese numeral means (三百, 十二, 两, 二〇二三, 三点五), else ``None``.

    Loose spellings that can be read two ways (一百二, 三万五) are not read.
    """
    if not text or len(text) > MOST_DIGITS:
        return None
    whole, dot, part = text.translate(_FORMAL).partition("点")
    number = _positional(whole) if len(whole) == 4 else None  # a year: 二〇二三
    if number is None:
        number = _scaled(whole)
    if number is None or (dot and not all(c in DIGITS for c in part)) or (dot and not part):
        return None
    return Decimal(f"{number}.{''.join(str(DIGITS[c]) for c in part)}") if dot else Decimal(number)


def _positional(text: str) -> int | None:
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return None


def _scaled(text: str) -> int | None:
    if text == "零":
        return 0
    for sign, scale in (("亿", 100_000_000), ("万", 10_000)):
        upper, found, lower = text.rpartition(sign)
        if not found:
            continue
        high = _scaled(upper)
        low = _scaled(lower.removeprefix("零")) if lower else 0
        loose = bool(lower) and not lower.startswith("零") and (low or 0) * 10 < scale
        if not high or low is None or loose or low >= scale:
            return None
        return high * scale + low
    return _section(text)


def _section(text: str) -> int | None:
    found = _SECTION.fullmatch(text)
    if not found or not text or text.startswith("零"):
        return None
    thousand, hundred, zero, ten, zero2, one = found.groups()
    has_ten = "十" in text
    if has_ten and (
        (ten == "" and (thousand or hundred))
        or (bool(zero) != bool(thousand and not hundred))
        or zero2
    ):
        return None
    skipped = bool(thousand or hundred) and not has_ten and one is not None
    if not has_ten and ((zero and zero2) or bool(zero or zero2) != skipped):
        return None
    tens = DIGITS.get(ten or "一", 1) if has_ten else 0
    digits = (DIGITS.get(thousand or "零", 0), DIGITS.get(hundred or "零", 0), tens)
    return digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + DIGITS.get(one or "零", 0)


def as_text(value: str | Decimal | int | None) -> str:
    """A cell's content as text.

    Raises:
        NumberError: ``non_finite`` or ``too_large`` for a number no cell can mean; checked before
            it is spelt out, so it costs nothing.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        if value.bit_length() > 4 * MOST_DIGITS:
            raise NumberError("too_large", f"这个整数超过 {MOST_DIGITS} 位，读不出来。")
        return str(int(value))
    if not value.is_finite():
        raise NumberError("non_finite", f"{quoted(str(value)[:20])}不是一个数。", str(value)[:20])
    if too_long(value):
        raise NumberError("too_large", f"这个数超过 {MOST_DIGITS} 位数字，读不出来。")
    return format(value, "f")


def refuse_non_finite(clean: str) -> None:
    """Raise ``non_finite`` for NaN, inf, ∞."""
    if _NON_FINITE.fullmatch(clean):
        raise NumberError("non_finite", f"{quoted(clean)}不是一个数。", clean)


def parse_number(text: str | Decimal | int | None) -> Decimal | None:
    """A plain figure cell (1,322.22 · full-width digits · -5): its number, ``None`` for a blank.

    A unit or a percent sign is not plain: use :func:`jixiao.values.parse` for such a cell.

    Raises:
        NumberError: the cell holds anything else; ``characters`` names what could not be read.
    """
    try:
        clean = normalise(as_text(text))
    except NumberError:
        raise
    except ValueProblem as problem:
        raise NumberError(problem.code, problem.message, problem.characters) from problem
    if BLANK_MARKS.fullmatch(clean):
        return None
    refuse_non_finite(clean)
    body = clean[1:] if clean[0] in "+-" else clean
    found = FIGURE.match(body)
    if not found or found.end() != len(body):
        rest = body[found.end() :] if found else body or clean
        message = f"{quoted(clean)}里的{quoted(rest)}读不成数，这里只能填一个数。"
        raise NumberError("malformed_number", message, rest)
    number = figure(body)
    return -number if clean[0] == "-" else number
