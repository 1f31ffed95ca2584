"""Names and sentences made comparable: one spelling, no decoration, how alike two names are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.fuzz import ratio

_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_SIGNS = re.compile(r"[“”\"'‘’《》<>·:：,，。、;；()（）\[\]【】\-—_/]")
_PROJECT_TAIL = re.compile(
    r"(?:专项资金|专项经费|工作经费|补助资金|专项|经费|资金|项目|支出|工作|专用|年度)+$"
)
_VERBS = re.compile(r"^(?:提高|提升|增加|增强|促进|推动|扩大|改善|带动|新增|完成|实现|加强|保障)+")


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """NFKC without any white space: how all read text is compared."""
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub("", text)


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """A name without its bracketed remark and without signs: ``入统企业数（家）`` → ``入统企业数``."""
    return _SIGNS.sub("", _BRACKETS.sub("", normal(name)))


@lru_cache(maxsize=4096)
def project_core(name: str) -> str:
    """What tells a project's name from another's: ``招商引资工作经费`` → ``招商引资``."""
    plain = bare(name)
    return _PROJECT_TAIL.sub("", plain) or plain


def without_verb(name: str) -> str:
    """``提高工业总产值`` → ``工业总产值``."""
    return _VERBS.sub("", bare(name))


def alike(a: str, b: str) -> float:
    """How alike two normalised texts are, 0 to 1."""
    return ratio(a, b) / 100


def within(short: str, long: str) -> bool:
    """Whether ``short`` is ``long`` with characters left out: 商务经营 in 电子商务集中经营."""
    rest = iter(long)
    return all(char in rest for char in short)


def same_project(a: str, b: str) -> bool:
    """Whether two names mean the same project, allowing for the usual ways names vary."""
    one, two = project_core(a), project_core(b)
    if one == two:
        return True
    short, long = sorted((one, two), key=len)
    if len(short) < 4:
        return False
    return within(short, long) or alike(one, two) >= 0.85


def cut(text: str, length: int = 40) -> str:
    """A text for a sentence or a place: one line, shortened where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[:length] + "……"
