"""H02: a report does not hold another department's sentences."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.county import county_of
from jixiao.rules.support.sources import HOUSE

_NAMED = 3  # other departments named in a message


@rule(
    "H02",
    "报告与别的单位一字不差",
    Severity.ADVICE,
    name="no-text-shared-by-departments",
    source=HOUSE,
    params={"shortest": "60"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：各单位的职能和成效不同，六十字以上的段落一字不差，多半是互相抄用。
    举例：两个单位的“存在问题”是同一段话。
    怎么改：按本单位的实际情况改写；引用统一文件的，注明文件名称。
    """
    about = county_of(facts)
    if about is None:
        return
    county, unit = about
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    shared = county.shared(unit, int(facts.params["shortest"]))
    for at, (text, _, others) in enumerate(shared):
        groups.setdefault(tuple(others), []).append((text, at))
    for codes, texts in groups.items():
        names = "、".join(county.names.get(code, code) for code in codes[:_NAMED])
        more = f"等 {len(codes)} 个单位" if len(codes) > _NAMED else ""
        count = f"等 {len(texts)} 段" if len(texts) > 1 else ""
        yield Draft(
            message=f"报告里“{texts[0][0][:24]}……”{count}与{names}{more}的报告一字不差。",
            where=tuple(shared[at][1] for _, at in texts),
            found=f"{len(texts)} 段相同，最长 {max(len(text) for text, _ in texts)} 个字",
            expected="按本单位的实际情况写",
            difference=f"{len(texts)} 段",
            remedy="按本单位的实际情况改写；引用统一文件的，注明文件名称。",
        )
