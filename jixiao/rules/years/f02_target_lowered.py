"""F02: a target below what was reached last year."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.submission import IndicatorRow
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.projects import earlier_names
from jixiao.rules.support.rows import LOWER, is_cost
from jixiao.rules.support.sources import TARGETS
from jixiao.rules.support.text import bare
from jixiao.values import IncomparableUnits, Kind, compare, parse


@rule(
    "F02", "目标低于上年完成值", Severity.WARNING, name="target-not-below-last-year", source=TARGETS
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：目标定得比去年已经做到的还低，超额完成就没有意义。
    举例：去年引进项目 43 个，今年目标 30 个。
    怎么改：说明目标降低的原因；没有原因的，下年按上年实绩定目标。
    """
    if facts.prior is None:
        return
    before: dict[tuple[str, str, str], IndicatorRow] = {}
    for data in facts.prior.forms:
        for row in data.indicators:
            before[data.form, bare(data.project or ""), bare(row.name.text)] = row
    for data, score in scored(facts):
        for each in score.rows:
            if each.indicator is None or each.target is None or is_cost(each):
                continue
            names = earlier_names(facts, data.project or "")
            last = next(
                (
                    found
                    for project in sorted(names)
                    if (found := before.get((data.form, project, bare(each.name)))) is not None
                ),
                None,
            )
            if last is None or each.target.kind is not Kind.QUANTITY:
                continue
            if each.target.comparator in LOWER:
                continue
            reached = parse(
                last.actual.text, name=last.name.text, unit=last.unit.text, role="actual"
            )
            try:
                lowered = compare(each.target, reached) < 0
            except IncomparableUnits:
                continue
            if not lowered:
                continue
            yield Draft(
                message=f"{title_of(facts, data)}“{each.name}”目标 {each.target.text.strip()}，"
                f"低于上年完成值 {last.actual.text.strip()}。",
                where=(indicator_place(facts, data, each.indicator, "target"),),
                found=each.target.text.strip(),
                expected=f"不低于 {last.actual.text.strip()}",
                remedy="说明目标降低的原因；没有原因的，下年按上年实绩定目标。",
            )
