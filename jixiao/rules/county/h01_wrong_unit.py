"""H01: figures in 元 where the county fills in 万元."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.county import County, cell_of, county_of
from jixiao.rules.support.sources import HOUSE


@rule(
    "H01",
    "疑似把元填进了万元列",
    Severity.ADVICE,
    name="figures-in-ten-thousands",
    source=HOUSE,
    params={"times": "1000", "departments": "8"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一格里，别的单位都是几十万元，这家按规模折算后大上千倍，多半是按元填的。
    举例：公务接待全县中位数 4.20 万元，这家填 43600。
    怎么改：对照决算报表，换算成万元；确实是这个数的，说明原因。
    """
    about = county_of(facts)
    if about is None:
        return
    county, unit = about
    times, least = float(facts.decimal("times")), int(facts.params["departments"])
    size = county.size(unit)
    if len(county.filings) >= least and size >= times:
        yield _draft(
            _largest(facts, county, unit, least),
            f"全部金额约为同类单位的 {size:.0f} 倍",
            "与各单位相当的数",
            f"{size:.0f} 倍",
        )
    far = [o for o in county.outliers(unit, least) if o.times >= times and county.money(o.address)]
    if far:
        places = []
        for outlier in far:
            data, section = cell_of(facts, outlier)
            places.append(facts.table_place(data, section, *outlier.address[2:]))
        first = far[0]
        yield _draft(
            tuple(places),
            f"{places[0].text}，为同类单位的 {first.times:.0f} 倍",
            f"约 {first.expected:.2f}",
            f"{first.times:.0f} 倍",
        )


def _largest(facts: Facts, county: County, unit: str, least: int) -> tuple[Place, ...]:
    """The places of the department's three largest figures."""
    money = [o for o in county.outliers(unit, least) if county.money(o.address)]
    places = []
    for outlier in money[:3]:
        data, section = cell_of(facts, outlier)
        places.append(facts.table_place(data, section, *outlier.address[2:]))
    return tuple(places)


def _draft(where: tuple[Place, ...], found: str, expected: str, difference: str) -> Draft:
    return Draft(
        message=f"{found}（已按单位规模折算），疑似按元填报。",
        where=where,
        found=found,
        expected=expected,
        difference=difference,
        remedy="对照决算报表，换算成万元；确实是这个数的，说明原因。",
    )
