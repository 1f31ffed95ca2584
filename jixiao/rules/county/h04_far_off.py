"""H04: a figure ten times that of its peers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.county import cell_of, county_of
from jixiao.rules.support.sources import HOUSE


@rule(
    "H04",
    "数字远大于同类单位",
    Severity.ADVICE,
    name="figures-near-peers",
    source=HOUSE,
    params={"times": "10", "deviations": "5", "below": "1000", "departments": "8"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：按单位规模折算后仍比别人大十倍以上、又远在正常波动之外的数，可能多了一位或小数点错位。
    举例：规模相近的单位办公费都在 15 万元上下，这家 1598 万元。
    怎么改：核对小数点和单位；属实的说明原因。
    """
    about = county_of(facts)
    if about is None:
        return
    county, unit = about
    least, below = int(facts.params["departments"]), float(facts.decimal("below"))
    for outlier in county.outliers(unit, least):
        if outlier.times >= below and county.money(outlier.address):
            continue  # H01
        if outlier.times < float(facts.decimal("times")):
            return  # they come largest first
        if outlier.deviations < float(facts.decimal("deviations")):
            continue
        data, section = cell_of(facts, outlier)
        place = facts.table_place(data, section, *outlier.address[2:])
        expected = plain(round(Decimal(outlier.expected), 2))
        yield Draft(
            message=f"{place.form}“{place.text}”按单位规模折算是 {outlier.peers - 1} 个同类单位"
            f"中间水平（约 {expected}）的 {outlier.times:.0f} 倍。",
            where=(place,),
            found=place.text,
            expected=f"约 {expected}",
            difference=f"{outlier.times:.0f} 倍",
            remedy="核对小数点和单位；属实的说明原因。",
        )
