"""B11: a sign that points the wrong way."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.rows import LOWER, is_cost
from jixiao.rules.support.sources import TARGETS
from jixiao.rules.support.text import bare
from jixiao.values import Comparator, Kind

_WORDS = "新增、新建、培育、培训、引进、建设、覆盖率、满意、合格率、增长、产值、交易额、入统、入库"
_LESS = "下降、减少、降低、控制、压减、时限、天数、周期、投诉、事故、成本、费用"


@rule(
    "B11",
    "指标方向写反",
    Severity.WARNING,
    name="direction-fits-indicator",
    source=TARGETS,
    params={"more": _WORDS, "less": _LESS},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：越多越好的指标写成“不超过”，做得越少得分越高，目标就失去了意义。
    举例：新增冷藏库容量 ≤15000 立方米；成本控制 ≥300 万元。
    怎么改：把符号改过来：越多越好用 ≥，越少越好用 ≤。
    """
    more, less = facts.words("more"), facts.words("less")
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or row.target is None or not row.target.stated:
                continue
            if row.target.kind is not Kind.QUANTITY:
                continue
            name = bare(row.name)
            good = any(word in name for word in more) and not any(word in name for word in less)
            up = row.target.comparator in {Comparator.GE, Comparator.GT}
            down = row.target.comparator in LOWER
            if not ((down and good and not is_cost(row)) or (up and is_cost(row) and not good)):
                continue
            right = "不低于（≥）" if down else "不超过（≤）"
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”的目标写“{row.target.text.strip()}”，"
                f"方向应为{right}。",
                where=(indicator_place(facts, data, row.indicator, "target"),),
                found=row.target.text.strip(),
                expected=right,
                remedy="把符号改过来：越多越好用 ≥，越少越好用 ≤。",
            )
