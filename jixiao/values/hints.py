"""What an indicator's name says about its values: a unit, a date, a rank, a head count."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from jixiao.values.model import Unit, ValueProblem
from jixiao.values.normalise import normalise
from jixiao.values.units import as_money, unit_at

LONGEST_NAME = 400
# 新增冷藏库容量(M3), the closing bracket may be lost; 单位:万元 as well.
_UNIT = re.compile(r"[(](?:单位[::]?)?(?P<unit>[^()]{1,10})[)]?$")
_TIMELY = re.compile(r"时限|时间|年限|期限|日期|工期|进度|时效|年内|年度内|按期|按时|及时")
_RANKED = re.compile(r"排名|位次|名次")
_SCOPE = re.compile(r"全国|全省|全市|全县|全区|全州")
_COUNTED = re.compile(r"人次|人数|次数|户数|家数|件数|份数|个数|台数|数量|场次|面积|容量|里程|产量")


class Hint(NamedTuple):
    """What a name says.

    Attributes:
        unit: the unit in brackets at the name's end, if it is a known one.
        timely: the name speaks of a date.
        ranked: the name speaks of a rank; ``scope`` says among whom.
        counted: the name counts something, so a bare 3万 is not money.
    """

    unit: Unit | None = None
    timely: bool = False
    ranked: bool = False
    scope: str | None = None
    counted: bool = False


NO_HINT = Hint()


@lru_cache(maxsize=4096)
def hint(name: str) -> Hint:
    """The hints of an indicator's name; none from a name that cannot be read."""
    if not name or len(name) > LONGEST_NAME:
        return NO_HINT
    try:
        clean = normalise(name)
    except ValueProblem:
        return NO_HINT  # the name is not the value: its own checks report it
    found = _UNIT.search(clean)
    unit = known_unit(found["unit"]) if found else None
    timely, ranked = bool(_TIMELY.search(clean)), bool(_RANKED.search(clean))
    counted = bool(_COUNTED.search(clean))
    if not (unit or timely or ranked or counted):
        return NO_HINT
    among = _SCOPE.search(clean)
    return Hint(unit, timely, ranked, among.group() if among else None, counted)


def known_unit(text: str) -> Unit | None:
    """The unit, if the whole text is one that the table knows; a bare 万 counts as 万元."""
    unit, over, rest = unit_at(text)
    if unit is None or over or rest:
        return None
    return as_money(unit) if unit.dimension == "magnitude" else unit
