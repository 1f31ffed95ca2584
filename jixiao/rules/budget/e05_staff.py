"""E05: staff within the establishment."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure
from jixiao.rules.support.lines import spending
from jixiao.rules.support.sources import RUBRIC


@rule(
    "E05",
    "在职人数超编制",
    Severity.WARNING,
    name="staff-within-establishment",
    source=RUBRIC.at("在职控制率"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：在职人数超过编制数，超出的人员经费没有预算依据，评分标准按超编扣分。
    举例：编制 41 人，实际在职 45 人。
    怎么改：核对人数口径（只填在编在职）；确实超编的说明消化计划。
    """
    for data, section in spending(facts, "establishment", "actual"):
        for row in section.rows:
            limit = figure(data, section, row.id, "establishment")
            actual = figure(data, section, row.id, "actual")
            if limit is None or actual is None or actual <= limit:
                continue
            yield Draft(
                message=f"{data.form}实际在职 {plain(actual)} 人，超过编制 {plain(limit)} 人。",
                where=(
                    facts.table_place(data, section, row.id, "actual"),
                    facts.table_place(data, section, row.id, "establishment"),
                ),
                found=plain(actual),
                expected=f"不超过 {plain(limit)}",
                difference=plain(actual - limit),
                remedy="核对人数口径（只填在编在职）；确实超编的说明消化计划。",
            )
