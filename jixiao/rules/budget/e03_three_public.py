"""E03: 三公经费 neither above last year nor above budget."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import breaks_up, figure
from jixiao.rules.support.lines import family, spending
from jixiao.rules.support.sources import RUBRIC


@rule(
    "E03",
    "三公经费超上年或超预算",
    Severity.WARNING,
    name="three-public-not-rising",
    source=RUBRIC.at("三公经费变动率"),
    params={"row": "three_public"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：三公经费要求只减不增，比上年增加或超过预算都要说明原因。
    举例：上年三公经费 7.60 万元，本年 8.50 万元。
    怎么改：核对数字；确实增加的，在自评报告里说明原因和依据。
    """
    for data, section in spending(facts, "last_final", "budget", "final"):
        if not any(row.id == facts.params["row"] for row in section.rows):
            continue
        for row in family(section, facts.params["row"]):
            final = figure(data, section, row, "final")
            if final is None or breaks_up(data, section, row, "final") not in {None, final}:
                continue  # A01 says which figure to mend first
            limits = ("last_final", "budget") if row == facts.params["row"] else ("budget",)
            over = {
                column: limit
                for column in limits
                if (limit := figure(data, section, row, column)) is not None and final > limit
            }
            if not over:
                continue
            said = "、".join(
                f"{facts.column_title(data, section, c)} {plain(v)}" for c, v in over.items()
            )
            lowest = min(over.values())
            yield Draft(
                message=f"{data.form}“{facts.row_title(data, section, row)}”决算 {plain(final)}，"
                f"高于{said}。",
                where=(
                    facts.table_place(data, section, row, "final"),
                    *(facts.table_place(data, section, row, column) for column in over),
                ),
                found=plain(final),
                expected=f"不高于 {plain(lowest)}",
                difference=plain(final - lowest),
                remedy="核对数字；确实增加的，在自评报告里说明原因和依据。",
            )
