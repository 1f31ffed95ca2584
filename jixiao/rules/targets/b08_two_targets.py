"""B08: one indicator, one target."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, title_of
from jixiao.rules.support.pairs import GENERIC, Stated, shared
from jixiao.rules.support.rows import same_value
from jixiao.rules.support.sources import HOUSE


@rule(
    "B08",
    "同一指标在两张表里目标不同",
    Severity.WARNING,
    name="one-target-per-indicator",
    source=HOUSE,
    params={"generic": GENERIC, "part": "0.7"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：部门表和项目表说的是同一件事，目标值应当一致，否则无法判断完成没有完成。
    举例：部门表“科技型企业入库”目标 90 家，项目表同名指标目标 80 家。
    怎么改：对照批复的目标表统一；确实口径不同的，在指标名称里写清楚。“61亿元以上”与“61亿元”视为相同。
    """
    for stated in shared(facts, facts.words("generic")):
        first = stated[0]
        odd = [
            s
            for s in stated[1:]
            if not same_value(first.target, s.target) and not _part(facts, first, s)
        ]
        if not odd or any(s.target.error for s in stated):
            continue
        values = [f"{title_of(facts, s.data)} {s.target.text.strip()}" for s in (first, *odd)]
        if any(not s.target.text.strip() for s in (first, *odd)):
            continue
        yield Draft(
            message=f"“{first.row.name}”的目标值在不同的表里不一致：{'；'.join(values)}。",
            where=tuple(
                indicator_place(facts, s.data, s.indicator, "target") for s in (first, *odd)
            ),
            found="；".join(values),
            expected="同一指标目标一致",
            remedy="对照批复的目标表统一目标值；口径不同的，在指标名称里写清楚。",
        )


def _part(facts: Facts, first: Stated, other: Stated) -> bool:
    """A project's target well below the department's: its part of it."""
    whole, part = first.target.amount, other.target.amount
    if first.data.project is not None or other.data.project is None:
        return False
    return whole is not None and part is not None and part < whole * facts.decimal("part")
