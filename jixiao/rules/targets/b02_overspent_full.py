"""B02: a cost above its target cannot have full points."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.rows import in_one_unit, overspent_full
from jixiao.rules.support.sources import SCORING
from jixiao.values import format_amount


@rule(
    "B02",
    "成本超出目标却得满分",
    Severity.ERROR,
    name="no-full-points-when-overspent",
    source=SCORING.at("越低越好的指标"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：成本指标越低越好，实际超过目标说明没有控制住，应按超出幅度扣分。
    举例：补助金额目标 300 万元、实际 367.32 万元，得分 10/10。
    怎么改：按公式重算得分，并在偏差原因一栏写明超支原因；目标经批准调整过的，附批复并改目标值。
    """
    for data, score in scored(facts):
        for row in score.rows:
            if not overspent_full(row) or row.indicator is None:
                continue
            pair = in_one_unit(row)
            assert pair is not None  # overspent_full looked
            assert row.claimed is not None
            target, actual = pair
            assert target.amount is not None
            assert actual.amount is not None
            over = actual.amount - target.amount
            share = f"，超出 {over / target.amount * 100:.2f}%" if target.amount else ""
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”目标 {target.text.strip()}、"
                f"实际 {actual.text.strip()}{share}，得分却是满分 {plain(row.claimed)} 分。",
                where=tuple(
                    indicator_place(facts, data, row.indicator, which)
                    for which in ("score", "actual", "target")
                ),
                found=plain(row.claimed),
                expected=plain(row.computed) if row.computed is not None else "低于满分",
                difference=f"超出 {format_amount(over, actual.unit)}",
                remedy="按公式重算得分并写明超支原因；目标经批准调整过的，附批复并改目标值。",
            )
