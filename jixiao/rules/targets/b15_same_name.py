"""B15: an indicator stands once in a form."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.submission import IndicatorRow
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, title_of
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal


@rule("B15", "同一张表里指标重复", Severity.WARNING, name="no-duplicate-indicators", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一项指标列两次，等于把它的分值算了两遍。
    举例：电商人才培训在数量指标和社会效益指标里各列一次，目标相同。
    怎么改：保留一行，把另一行的分值分给其他指标。
    """
    for data in facts.submission.forms:
        seen: dict[tuple[str, str], list[IndicatorRow]] = {}
        for row in data.indicators:
            if not row.name.blank and not row.target.blank:
                key = normal(row.name.text), normal(row.target.text)
                seen.setdefault(key, []).append(row)
        for rows in seen.values():
            if len(rows) < 2:
                continue
            name = rows[0].name.text
            yield Draft(
                message=f"{title_of(facts, data)}“{name}”列了 {len(rows)} 次，目标相同。",
                where=tuple(indicator_place(facts, data, row, "name") for row in rows),
                found=f"{len(rows)} 行",
                expected="1 行",
                difference=f"多 {len(rows) - 1} 行",
                remedy="保留一行，把另一行的分值分给其他指标。",
            )
