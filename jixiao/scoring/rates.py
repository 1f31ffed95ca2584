"""What a rate is worth, by the policy's tables."""

from __future__ import annotations

from decimal import Decimal

from jixiao.policy.rates import Scale
from jixiao.scoring.figures import (
    HUNDRED,
    ONE,
    ZERO,
    minus,
    percent,
    plain,
    share,
    times,
    within,
)


def worth(scale: Scale, rate: Decimal, weight: Decimal, decimals: int) -> tuple[Decimal, str]:
    """Points for a rate and the half sentence that says how.

    Args:
        scale: the table: steps, ceilings, a slope, or none of them (weight × min(rate, 1)).
        rate: 1 is 100%; for a deviation 0 is on time or on budget.
    """
    if scale.slope is not None:
        return _sloped(scale, rate, weight, decimals)
    if scale.proportional:
        points = within(times(weight, min(max(rate, ZERO), ONE)), weight, decimals)
        if rate >= ONE:
            return points, f"得满分 {plain(points)} 分"
        part = percent(max(rate, ZERO), weight, points)
        return points, f"{plain(weight)} 分 × {part} = {plain(points)} 分"
    share_of, said = _step(scale, rate)
    points = within(times(weight, share_of), weight, decimals)
    return points, f"{said}，{plain(weight)} 分 × {share(share_of)} = {plain(points)} 分"


def _step(scale: Scale, rate: Decimal) -> tuple[Decimal, str]:
    for floor in scale.falling:
        if rate >= floor.min:
            return floor.share, f"不低于 {share(floor.min)}"
    for ceiling in scale.rising:
        if rate <= ceiling.max:
            return ceiling.share, f"不高于 {share(ceiling.max)}"
    if scale.falling:
        return ZERO, f"低于 {share(scale.falling[-1].min)}"
    return ZERO, f"高于 {share(scale.rising[-1].max)}"


def _sloped(scale: Scale, rate: Decimal, weight: Decimal, decimals: int) -> tuple[Decimal, str]:
    slope = scale.slope
    assert slope is not None  # asked before
    if rate <= slope.full_to:
        points = within(weight, weight, decimals)
        return points, f"不高于 {share(slope.full_to)}，得满分 {plain(points)} 分"
    above = times(minus(rate, slope.full_to), HUNDRED)
    points = within(minus(weight, times(above, slope.lose)), weight, decimals)
    return points, (
        f"高出 {share(slope.full_to)}，每高 1 个百分点扣 {plain(slope.lose)} 分，"
        f"{plain(weight)} 分扣后得 {plain(points)} 分"
    )
