"""G06: no personal mobile number in what will be published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import PRIVACY

_MOBILE = re.compile(r"1(?<![0-9]1)[3-9][0-9]{9}(?![0-9])")


@rule("G06", "公开材料里有个人手机号", Severity.WARNING, name="no-mobile-numbers", source=PRIVACY)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：自评报告和登记表要上网公开，个人手机号属于个人信息，不能直接登出。
    举例：登记表的联系电话和报告里都写了 11 位手机号。
    怎么改：改填办公电话；只能留手机的，中间四位写成星号。
    """
    places = [
        Place(place.form, place.sheet, place.cell, _masked(place.text), place.project)
        for place in _texts(facts)
    ]
    if places:
        yield Draft(
            message=f"公开材料里有 {len(places)} 处个人手机号。",
            where=tuple(places),
            found="11 位手机号",
            expected="办公电话，或中间四位用星号",
            remedy="改填办公电话；只能留手机的，中间四位写成星号。",
        )


def _texts(facts: Facts) -> Iterator[Place]:
    """Places of what goes public and holds a mobile number."""
    for data, section in facts.tables("register"):
        for row in section.rows:
            for column in section.columns:
                if _MOBILE.search(data.get(f"{section.id}.{row.id}.{column.id}").text):
                    yield facts.table_place(data, section, row.id, column.id)
    for data, paragraph in facts.paragraphs():
        if len(paragraph.text) > 10 and _MOBILE.search(paragraph.text):
            yield facts.place(data, paragraph, paragraph.text)


def _masked(text: str) -> str:
    found = _MOBILE.search(text)
    assert found is not None  # only places with a number come here
    start = max(0, found.start() - 12)
    around = text[start : found.end() + 12]
    return _MOBILE.sub(lambda m: m.group()[:3] + "****" + m.group()[-4:], around)
