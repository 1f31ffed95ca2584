"""A03: a selection (其中) cannot be more than what it is taken from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure, money_columns, row_ids
from jixiao.rules.support.sources import HOUSE


@rule("A03", "其中项大于所属合计", Severity.ERROR, name="selection-within-total", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：“其中”只列出一部分，任何一项以及它们之和都不可能超过所属的合计。
    举例：公用经费 32.70，其中办公费却填 50.00。
    怎么改：核对办公费等明细与公用经费的口径和单位，改正填错的数。
    """
    for data, section in facts.tables():
        for row in section.rows:
            for column in money_columns(section) if row.selection else ():
                parent = figure(data, section, row.id, column.id)
                if parent is None:
                    continue
                parts = {
                    each: value
                    for child in row.selection
                    for each in row_ids(data, section, section.row(child))
                    if (value := figure(data, section, each, column.id)) is not None
                }
                total = sum(parts.values(), Decimal(0))
                over = [each for each, value in parts.items() if value > parent]
                if total <= parent:
                    continue
                name = facts.row_title(data, section, row.id)
                title = facts.column_title(data, section, column.id)
                what = facts.row_title(data, section, over[0]) if over else "各其中项之和"
                amount = parts[over[0]] if over else total
                yield Draft(
                    message=f"{data.form}“{what}”的{title} {plain(amount)} "
                    f"大于“{name}” {plain(parent)}。",
                    where=(
                        *(facts.table_place(data, section, e, column.id) for e in over or parts),
                        facts.table_place(data, section, row.id, column.id),
                    ),
                    found=plain(amount),
                    expected=f"不大于 {plain(parent)}",
                    difference=plain(amount - parent),
                    remedy="核对明细与合计的口径和单位，改正填错的一个。",
                )
