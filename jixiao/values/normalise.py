"""From what a clerk typed to one spelling: NFKC, no spaces, one glyph a sign."""

from __future__ import annotations

import re
import unicodedata

from jixiao.values.model import ValueProblem, quoted

LONGEST = 2000  # characters; no value in a cell comes near it

# Control characters other than tab and line breaks, direction marks and overrides, lone
# surrogates, tags: they make a cell read differently from how it looks.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u180e\u200c-\u200f\u2028-\u202e"
    "\u2061-\u206f\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_NOTHING = re.compile("[\u200b\u2060\ufeff]")  # left behind by copying from a web page
_SPLIT_DIGITS = re.compile(r"[0-9.,]\s+[0-9.,]")
_GLYPHS = str.maketrans(
    {
        "≧": "≥",
        "⩾": "≥",
        "≦": "≤",
        "⩽": "≤",
        "═": "=",
        "﹦": "=",
        "﹥": ">",
        "﹤": "<",
        "−": "-",
        "‑": "-",
        "‐": "-",
        "–": "—",
        "―": "—",
        "─": "—",
        "〜": "~",
        "∼": "~",
        "○": "〇",
        "．": ".",
        "。": ";",
        "；": ";",
        "，": ",",
        "％": "%",
        "﹪": "%",
        "【": "(",
        "】": ")",
        "〔": "(",
        "〕": ")",
        "[": "(",
        "]": ")",
        "㎜": "mm",
    }
)
_DOUBLED = (("大于等于", "≥"), ("大于或等于", "≥"), ("小于等于", "≤"), ("小于或等于", "≤"))
_SIGNS = re.compile(r">=|=>|<=|=<|==")
_ONE_SIGN = {">=": "≥", "=>": "≥", "<=": "≤", "=<": "≤", "==": "="}
# Characters whose digits belong to a unit; any other circled, raised or fraction digit would
# silently join the number beside it under NFKC (10² would become 102).
_UNIT_SIGNS = frozenset("㎡㎥㎢㎠㎤㎣㎟")
_EXPONENTS = frozenset("²³")


def normalise(text: str) -> str:
    """One spelling of ``text``: NFKC, spaces dropped, sign glyphs unified, line breaks joined.

    A line break stands for ``;`` where a new value begins after it.

    Raises:
        ValueProblem: ``too_long``, ``control_characters``, or ``malformed_number`` for digits
            that are split by a space or are not plain digits.
    """
    if len(text) > LONGEST:
        raise ValueProblem("too_long", f"内容有 {len(text)} 个字，超过 {LONGEST} 个字，读不了。")
    found = _CONTROL.search(text)
    if found:
        bad = found.group()
        message = f"内容里有看不见的控制字符{quoted(bad)}，请删去后重新填写。"
        raise ValueProblem("control_characters", message, bad)
    if not unicodedata.is_normalized("NFKC", text):
        _refuse_odd_digits(text)
        text = unicodedata.normalize("NFKC", text)
    text = _NOTHING.sub("", text).translate(_GLYPHS).strip()
    if len(text.split()) > 1:
        text = _without_spaces(text)
    if "于" in text:
        for words, sign in _DOUBLED:
            text = text.replace(words, sign)
    return _SIGNS.sub(lambda m: _ONE_SIGN[m.group()], text)


def _refuse_odd_digits(text: str) -> None:
    before = ""
    for char in text:
        if char > "\x7f" and char not in _UNIT_SIGNS and not char.isdecimal():
            folded = unicodedata.normalize("NFKC", char)
            after_unit = (before.isascii() and before.isalpha()) or before == "米"
            raised = char in _EXPONENTS and after_unit
            if not raised and any(c.isdigit() for c in folded):
                message = f"{quoted(char)}不是普通数字，读不出是哪个数，请改用普通数字填写。"
                raise ValueProblem("malformed_number", message, char)
        before = char


def _without_spaces(text: str) -> str:
    split = _SPLIT_DIGITS.search(text)
    if split:
        bad = split.group()
        message = f"数字被空格或换行断开了（{quoted(bad)}），读不出是一个数还是两个数。"
        raise ValueProblem("malformed_number", message, bad)
    joined = ""
    for line in text.splitlines():
        words = "".join(line.split())
        if joined and words and _starts_value(words) and _ends_value(joined):
            joined += ";"
        joined += words
    return joined


def _starts_value(line: str) -> bool:
    return line[0] in "≥≤><=0123456789"


def _ends_value(line: str) -> bool:
    return line[-1] not in "≥≤><=" and any(c in "0123456789" for c in line)
