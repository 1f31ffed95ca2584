"""Comparing what people wrote: one normal form for headers, labels and titles."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_SPACE_OR_QUOTE = re.compile("[\\s\u200b\ufeff“”‘’\"'「」]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ENUMERATION = re.compile(
    r"^(?:\((?:\d+|[一二三四五六七八九十]+)\)|(?:\d+|[一二三四五六七八九十]+)[、.)]|[①-⑳])"
)
_AMONG = re.compile(r"^其中[:,、]?")
_POINTS = re.compile(r"^(?P<name>.*?)\((?P<points>\d+(?:\.\d+)?)分?\)$")

#: a label and its value in one cell: ``项目名称：…``
INLINE = re.compile(r"^(?P<label>[^:：]{2,30})[:：](?P<value>.*)$", re.DOTALL)

# What neither XML nor a database takes: controls, halves of pairs, the two that are no character.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# No more digits than the sums and number formats of a sheet can take.
_FIGURE = re.compile(
    r"[-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,2})?%?"
)


def legal(text: str) -> str:
    """The text without characters that no file may hold; two halves of a pair are one again."""
    if _ILLEGAL.search(text) is None:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _ILLEGAL.sub("", whole)


def whole_number(text: str, most: int) -> int | None:
    """A count as a file gives it, ``most`` at most; ``None`` for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return min(int(digits), most) if len(digits) < 10 else most


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """The text for comparison: NFKC, no white space, no quotes, no colon at the end."""
    return _SPACE_OR_QUOTE.sub("", unicodedata.normalize("NFKC", text)).rstrip(":。")


@lru_cache(maxsize=65536)
def bare(text: str) -> str:
    """The key without brackets: ``年初预算数（万元）`` → ``年初预算数``."""
    return _BRACKETS.sub("", key(text))


@lru_cache(maxsize=65536)
def loose(text: str) -> str:
    """The key without 其中, enumeration and points: ``其中：1、公车购置（4分）`` → ``公车购置``."""
    stripped = _AMONG.sub("", key(text))
    stripped = _AMONG.sub("", _ENUMERATION.sub("", stripped))
    match = _POINTS.match(stripped)
    return match["name"] if match else stripped


def split_points(text: str) -> tuple[str, str | None]:
    """``产出指标（70分）`` → ``("产出指标", "70")``; no points → ``None``."""
    match = _POINTS.match(key(text))
    return (match["name"], match["points"]) if match else (key(text), None)


def with_year(text: str, year: int | None) -> str:
    """A form's text with ``{year}`` and ``{last_year}`` filled in; dropped when unknown."""
    if "{" not in text:
        return text
    if year is None:
        return text.replace("{year}年", "").replace("{last_year}年", "")
    return text.replace("{year}", str(year)).replace("{last_year}", str(year - 1))


def without_year(text_key: str) -> str:
    """A key without ``2023年度`` / ``2023年``."""
    return re.sub(r"20\d\d年度?", "", text_key)


def number(text: str) -> Decimal | None:
    """A plain figure or a percentage; ``None`` for anything else."""
    plain = key(text).replace(",", "")
    if not _FIGURE.fullmatch(plain):
        return None
    return Decimal(plain[:-1]).scaleb(-2) if plain.endswith("%") else Decimal(plain)
