"""C07: no full marks for a negative saving."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.saving import savings
from jixiao.rules.support.sources import FORMS


@rule(
    "C07",
    "成本超支却给成本节约率高分",
    Severity.ERROR,
    name="no-high-points-for-overspending",
    source=FORMS.at("附件4", "成本节约率=(计划成本-实际成本)/计划成本×100%"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：成本节约率 =（计划成本 − 实际成本）÷ 计划成本，超支时为负数，不能得满分。
    举例：补助金额计划 300 万元、实际 367.32 万元，成本节约率 −22.44%，附件4 却给 8/8。
    怎么改：按实际成本重算成本节约率并扣分；成本目标经批准调整过的，先改附件3 的目标值。
    """
    for saving in savings(facts):
        if saving.rate >= 0 or not saving.too_high:
            continue
        assert saving.row.claimed is not None
        yield Draft(
            message=f"{title_of(facts, saving.data)}成本节约率给 {plain(saving.row.claimed)} 分，"
            f"而{saving.words}，成本节约率为 {saving.rate * 100:.2f}%。",
            where=saving.places,
            found=plain(saving.row.claimed),
            expected=plain(saving.points) if saving.points is not None else "低于满分",
            difference=f"成本节约率 {saving.rate * 100:.2f}%",
            remedy="按实际成本重算成本节约率并扣分；成本目标经批准调整过的，先改目标值。",
        )
