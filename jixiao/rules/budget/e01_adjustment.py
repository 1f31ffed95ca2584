"""E01: a large adjustment during the year needs an explanation."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.lines import explained, growth
from jixiao.rules.support.sources import RUBRIC


@rule(
    "E01",
    "年中预算调整过大没有说明",
    Severity.WARNING,
    name="adjustment-explained",
    source=RUBRIC.at("预算控制率"),
    params={"limit": "0.30"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：（全年预算 − 年初预算）÷ 年初预算超过三成，说明年初预算编得不准，评分标准对此不给分，须说明原因。
    举例：年初预算 798 万元、全年预算 1322.22 万元，调整 65.69%，报告里没有一句说明。
    怎么改：在自评报告里写明追加或调整了多少、为什么、谁批准的。
    """
    limit = facts.decimal("limit")
    if explained(facts, ("预算",)):
        return
    for data, section in facts.tables("execution"):
        row = section.rows[0].id
        if not {"initial", "annual"} <= {c.id for c in section.columns}:
            continue
        change = growth(data, section, row, "initial", "annual")
        if change is None or abs(change[2]) <= limit:
            continue
        yield Draft(
            message=f"{title_of(facts, data)}年初预算 {plain(change[0])}、全年预算 {plain(change[1])}，"
            f"调整 {change[2] * 100:.2f}%，自评报告没有说明原因。",
            where=(
                facts.table_place(data, section, row, "annual"),
                facts.table_place(data, section, row, "initial"),
            ),
            found=f"{change[2] * 100:.2f}%",
            expected=f"不超过 {limit * 100:.0f}%，或写明原因",
            difference=plain(change[1] - change[0]),
            remedy="在自评报告里写明追加或调整的金额、原因和批准文件。",
        )
