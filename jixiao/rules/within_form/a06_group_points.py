"""A06: points printed in a group header equal the weights of the group's rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.model.submission import Cell
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import indicator_place
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import bare


@rule("A06", "一级指标分值与各行之和不符", Severity.ERROR, name="group-points-match", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：一级指标名后印的分值是本组各行分值之和，不等说明有一行的分值填错或漏了一行。
    举例：产出指标印 70 分，各行分值加起来是 65 分。
    怎么改：核对本组各行的分值与批复的目标表，改正填错的一个。
    """
    for data in facts.submission.forms:
        for group in data.groups:
            printed = number(Cell(group.points or ""))
            if printed is None:
                continue
            rows = [
                row
                for row in data.indicators
                if bare(row.level1) == bare(group.level1) and not row.name.blank
            ]
            weights = [number(row.weight) for row in rows]
            if not rows or None in weights:
                continue
            total = sum((w for w in weights if w is not None), Decimal(0))
            if total == printed:
                continue
            yield Draft(
                message=f"{data.form}“{group.level1}”印 {plain(printed)} 分，"
                f"本组各行分值之和为 {plain(total)} 分。",
                where=(
                    facts.place(data, group.cell, f"{group.level1} {plain(printed)} 分"),
                    *(indicator_place(facts, data, row, "weight") for row in rows),
                ),
                found=plain(printed),
                expected=plain(total),
                difference=plain(printed - total),
                remedy="核对本组各行的分值，改正填错的一行或组标题里的分值。",
            )
