"""A01: a complete breakdown must add up to its parent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.breakdowns import breakdowns
from jixiao.rules.support.cells import places_of
from jixiao.rules.support.sources import HOUSE


@rule(
    "A01",
    "分项之和与合计不符",
    Severity.ERROR,
    name="parts-make-total",
    source=HOUSE,
    params={"tolerance": "0.05"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：合计行是各分项的完整构成，两边不等说明至少有一个数填错，后面的对账都会跟着错。
    举例：公务接待 4.36、出国 2.00、公务用车 1.14，三公经费却填 7.60。
    怎么改：先核对各分项的决算数，再改合计；空白的分项按 0 计。
    """
    for each in breakdowns(facts):
        standing, parent = each.standing, each.parent
        if parent is None or not standing:
            continue
        total = sum(standing.values(), Decimal(0))
        cell = each.data.get(f"{each.section.id}.{each.row}.{each.column}")
        if abs(total - parent) <= _rounding(facts, places_of(cell), total):
            continue
        added = " + ".join(plain(value) for value in standing.values())
        yield Draft(
            message=f"{each.data.form}“{each.name(facts)}”的{each.title(facts)}为 {plain(parent)}，"
            f"各分项之和为 {plain(total)}，相差 {plain(abs(parent - total))}。",
            where=(each.place(facts), *(each.place(facts, part) for part in standing)),
            found=plain(parent),
            expected=f"{added} = {plain(total)}" if len(standing) > 1 else plain(total),
            difference=plain(parent - total),
            remedy="核对合计与各分项，改正填错的一个；分项须列全。",
        )


def _rounding(facts: Facts, printed: int, total: Decimal) -> Decimal:
    """Half a unit of the parent's last printed digit, where the parts are finer than it."""
    exponent = total.normalize().as_tuple().exponent
    finer = isinstance(exponent, int) and -exponent > printed
    half = Decimal(5).scaleb(-printed - 1)
    return min(half, facts.decimal("tolerance")) if finer else Decimal(0)
