"""Ranks: 全市第二 = 全市第2, 全省排名第1, 前三, 第1名."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from jixiao.values.numerals import CHINESE, chinese_number

_SCOPES = "全国|全省|全市|全县|全区|全州|全盟|全旗|全疆|全乡|全镇|全系统"
_RANK = re.compile(
    rf"(?P<label>[^0-9;,()]{{0,16}}?)(?:{_SCOPES})?"
    r"(?P<ranked>[^0-9;,()]{0,6}?(?:排名|排在|排位|位居|位列|名列|居|列|排|综合|位次))?(?:为|在|保持|到|进入)?"
    rf"(?:{_SCOPES})?(?P<how>第|前)?(?P<n>[0-9]{{1,4}}|{CHINESE}{{1,5}})(?P<noun>名|位)?"
    r"(?P<within>(?:及|或)?(?:以上|以内|之内|内|以前))?"
)
_SCOPE = re.compile(_SCOPES)
_MAYBE = re.compile(r"第|前|排|名|位|居|列")


@dataclass(frozen=True, slots=True)
class Rank:
    """A place: its number, among whom, and whether 前 or 以内 makes it a bound."""

    place: Decimal
    scope: str | None
    bound: bool


def read_rank(text: str, named: bool, scope: str | None) -> Rank | None:
    """The rank a text means, ``None`` if it is something else (第三方, 第1期, 3名).

    Args:
        text: normalised, without a sign.
        named: the indicator's name speaks of a rank, so that a bare ``5`` is one.
        scope: among whom, as the name says.
    """
    if len(text) > 60 or not (named or _MAYBE.search(text)) or "倒数" in text:
        return None
    found = _RANK.fullmatch(text)
    if not found:
        return None
    ranked = found["how"] or found["ranked"]
    if not ranked and not (named and not found["label"]):
        return None
    # 提前3, 目前三: the 前 of another word; 列5 needs the noun or 第 to be a rank.
    if found["how"] == "前" and found["label"].endswith(("提", "目", "以", "之", "空")):
        return None
    loose = found["ranked"] and not found["ranked"].endswith(("排名", "位次"))
    if loose and not found["how"] and not found["noun"]:
        return None
    digits = found["n"]
    place = Decimal(digits) if digits.isascii() else chinese_number(digits)
    if place is None or not 1 <= place <= 9999:
        return None
    said = _SCOPE.search(text)
    among = said.group() if said else scope
    return Rank(place, among, found["how"] == "前" or bool(found["within"]))
