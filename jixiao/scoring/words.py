"""Words instead of figures: three bands of the weight, and the claimed score inside one stands."""

from __future__ import annotations

from decimal import Decimal

from jixiao.model.scores import State, Told
from jixiao.scoring.figures import ZERO, full, minus, plain, rounded, squashed, times, within
from jixiao.scoring.outcome import Basis, Outcome, figures, person
from jixiao.values import Value

_TITLES = {"met": "达成预期", "partly": "部分达成预期", "not_met": "未达成预期"}


def score_words(
    basis: Basis, weight: Decimal, claimed: Decimal | None, target: Value, actual: Value
) -> Outcome:
    """Points of a qualitative result.

    A claimed score inside the band of the words stands. Outside it the nearest score inside
    the band is the computed one. The bands are half open, so the best score of a lower band is
    one last decimal below the next band.

    Source: 达成预期 / 部分达成 / 未达成 of the provincial forms, cut points from the policy.
    """
    kind, decimals = basis.policy.qualitative, basis.policy.decimals
    source = kind.source
    same = squashed(target.text) == squashed(actual.text)
    band = "met" if same else actual.band
    if band is None:
        return person("qualitative", f"完成值“{actual.text}”看不出属于哪一档", source)
    cuts = {"met": kind.met, "partly": kind.partly, "not_met": ZERO}
    low = within(times(weight, cuts[band]), weight, decimals)
    if band == "met":
        high = full(weight, decimals)
    else:
        above = kind.met if band == "partly" else kind.partly
        step = Decimal(1).scaleb(-decimals)
        high = max(low, minus(within(times(weight, above), weight, decimals), step))

    def span() -> str:
        limits = f"{plain(low)} 至 {plain(high)} 分之间"
        return f"“{actual.text}”属于“{_TITLES[band]}”，得分应在 {limits}"

    if claimed is None:
        return person("qualitative", f"{span()}，没有可用的自评分", source)
    points = min(max(rounded(claimed, decimals), low), high)

    def explain() -> Told:
        data = figures(low=low, high=high, claimed=claimed, weight=weight) | {"band": band}
        if low <= claimed <= high:
            return f"{span()}，自评 {plain(claimed)} 分在其中，得 {plain(points)} 分", data
        how = f"自评 {plain(claimed)} 分不在其中，按最近的 {plain(points)} 分计"
        return f"{span()}，{how}", data | {"outside": "1"}

    return Outcome(State.SCORED, points, "qualitative", explain, source)
