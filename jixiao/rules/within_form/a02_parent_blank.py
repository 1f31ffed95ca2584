"""A02: children stand, the parent is blank, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.breakdowns import breakdowns
from jixiao.rules.support.sources import HOUSE


@rule("A02", "合计与分项只填了一边", Severity.WARNING, name="total-and-parts-filled", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：分项有数而合计空白，或合计有数而分项全空，都没法核对构成，也影响上下年对比。
    举例：专项资金上年决算 1286.48，上一级的项目支出上年决算是空白。
    怎么改：把空白的一边补齐；确实没有金额的填 0。
    """
    for each in breakdowns(facts):
        standing, parent = each.standing, each.parent
        total = sum(standing.values(), Decimal(0))
        required = each.column in each.section.row(each.row).required  # A13 asks for it
        blank = each.data.get(f"{each.section.id}.{each.row}.{each.column}").blank
        if parent is None and blank and total and not required:
            yield Draft(
                message=f"{each.data.form}“{each.name(facts)}”的{each.title(facts)}空白，"
                f"分项却有 {plain(total)}。",
                where=(each.place(facts), *(each.place(facts, part) for part in standing)),
                found="（空白）",
                expected=plain(total),
                difference=plain(total),
                remedy=f"填上分项之和 {plain(total)}，没有金额的填 0。",
            )
        elif parent and not standing and each.parts:
            yield Draft(
                message=f"{each.data.form}“{each.name(facts)}”的{each.title(facts)}为 "
                f"{plain(parent)}，分项全部空白。",
                where=(each.place(facts), *(each.place(facts, part) for part in each.parts)),
                found=plain(parent),
                expected="分项填写构成",
                remedy="按来源或用途把分项填上，没有金额的填 0。",
            )
