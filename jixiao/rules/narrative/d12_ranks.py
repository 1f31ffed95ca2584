"""D12: one rank for one thing."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.measures import Found, clusters
from jixiao.rules.support.sources import HOUSE


@rule("D12", "同一件事的排名不同", Severity.ERROR, name="one-rank-per-measure", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：排名只有一个，一处写全省第一、一处写全市第一，读者不知道信哪个。“第二”和“第2”视为相同。
    举例：入统规模工业企业 12 家，一处写全省排名第 1，一处写全市排名第一。
    怎么改：对照通报核实范围和名次，统一写法。
    """
    for group in clusters(facts, ("rank",)):
        kinds: dict[tuple[str, int], list[Found]] = {}
        for found in group:
            key = found.measure.scope, int(found.measure.number)
            kinds.setdefault(key, []).append(found)
        scopes: dict[str, set[int]] = {}
        for scope, place in kinds:
            scopes.setdefault(scope, set()).add(place)
        two_places = any(len(places) > 1 for places in scopes.values())
        two_scopes = len(scopes) > 1 and len({place for _, place in kinds}) == 1
        if not two_places and not two_scopes:
            continue
        order = sorted(kinds, key=lambda key: len(kinds[key]))
        said = "、".join(f"{scope}第{place}" for scope, place in reversed(order))
        name = min((f.measure.name for f in group), key=len)
        yield Draft(
            message=f"“{name}”的排名前后不同：{said}。",
            where=tuple(dict.fromkeys(f.place() for key in order for f in kinds[key])),
            found=said,
            expected="同一个排名",
            remedy="对照通报核实范围和名次，统一写法。",
        )
