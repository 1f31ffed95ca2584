"""D05: one measure, one figure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.narrative.d07_narrative_and_forms import in_forms
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.measures import Found, clusters, speaks_for_all
from jixiao.rules.support.sources import HOUSE


@rule(
    "D05",
    "同一件事前后数字不同",
    Severity.ERROR,
    name="one-figure-per-measure",
    source=HOUSE,
    params={"part": "0.7"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一个数在报告不同地方、不同项目报告和表里应当一致，不一致必有一处错，公开后会受到质疑。
    举例：正文湘商到位资金 23.95 亿元，招商项目的实际完成情况写 27 亿元。
    怎么改：对照统计资料核实，改正写错的地方；口径不同的写清楚口径。
    """
    for group in clusters(facts, ("amount", "growth", "share")):
        values = _values(group)
        if len(values) > 1:
            values = _without_parts(facts, values)
        if len(values) < 2 or _parts_of_whole(values):
            continue
        if any(in_forms(facts, found.measure.name) for found in group):
            continue  # held against the forms by D07
        main = max(values, key=len)
        odd = [found for value in values if value is not main for found in value]
        said = "、".join(
            _shown(value[0]) for value in (main, *(v for v in values if v is not main))
        )
        name = min((f.measure.name for f in group), key=len)
        what = f"“{name}”的增长率" if group[0].measure.kind == "growth" else f"“{name}”"
        sheets = "、".join(dict.fromkeys(title_of(facts, f.data) for f in (*odd[:1], *main[:1])))
        yield Draft(
            message=f"{what}写了 {len(values)} 个不同的数：{said}（见{sheets}）。",
            where=tuple(dict.fromkeys(f.place() for f in (*odd, *main))),
            found=said,
            expected="前后一致",
            difference=_difference(main[0], odd[0]),
            remedy="对照统计资料核实，改正写错的地方；口径不同的写清楚口径。",
        )


def _values(group: list[Found]) -> list[list[Found]]:
    """Statements by figure; a rounded figure joins the one it was rounded from."""
    values: list[list[Found]] = []
    for found in sorted(group, key=lambda f: -f.measure.places):
        for value in values:
            if value[0].measure.agrees(found.measure):
                value.append(found)
                break
        else:
            values.append([found])
    return values


def _without_parts(facts: Facts, values: list[list[Found]]) -> list[list[Found]]:
    """Without what single projects did of the department's figure: well below it, it is a part."""
    whole = [v for v in values if any(speaks_for_all(facts, f.data) for f in v)]
    if not whole or whole[0][0].measure.kind != "amount":
        return values
    least = max(v[0].measure.amount for v in whole) * facts.decimal("part")
    return [v for v in values if v in whole or v[0].measure.amount >= least]


def _parts_of_whole(values: list[list[Found]]) -> bool:
    """The projects' figures add up to the department's: parts, no contradiction."""
    whole = [v[0].measure.amount for v in values if any(f.project is None for f in v)]
    parts: dict[str, Decimal] = {}
    for value in values:
        for found in value:
            if found.project is not None:
                parts[found.project] = found.measure.amount
    return len(whole) == 1 and len(parts) > 1 and sum(parts.values()) == whole[0]


def _shown(found: Found) -> str:
    measure = found.measure
    unit = measure.unit.symbol if measure.unit is not None else ""
    return f"{measure.number:f}{unit}"


def _difference(a: Found, b: Found) -> str:
    one, other = a.measure, b.measure
    if one.unit is not None and other.unit is not None and one.unit.symbol == other.unit.symbol:
        return f"{plain(other.number - one.number)}{one.unit.symbol}"
    return f"{_shown(b)} − {_shown(a)}"
