"""D06: a completion rate fits its own target and result."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Place, Severity
from jixiao.model.scores import RowScore
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, scored
from jixiao.rules.support.measure import Measure
from jixiao.rules.support.measures import Found, measures
from jixiao.rules.support.narrative import name_of
from jixiao.rules.support.rows import is_cost
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import alike, bare, within
from jixiao.values import Kind

Goal = tuple[Decimal, Place | None, str, str]


@rule(
    "D06",
    "完成率与目标、完成值算出的不符",
    Severity.ERROR,
    name="completion-rate-fits",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：完成率 = 完成值 ÷ 目标值，报告里写的完成率要和表里的目标、完成值对得上。
    举例：目标 90 家、完成 169 家，完成率应为 187.78%，报告写 188.7%。
    怎么改：重新相除后改正；目标或完成值写错的，先改正它们。
    """
    wrong: dict[tuple[str, Decimal], list[tuple[Found, Goal]]] = {}
    every = measures(facts)
    for position, found in enumerate(every):
        measure = found.measure
        if measure.kind != "completion" or measure.base is None:
            continue
        goal = _stated(every, position) or _indicator(facts, measure.base)
        if goal is None or not goal[0]:
            continue
        exact = measure.base.amount / goal[0] * 100
        if abs(exact - measure.number) > measure.digit * 100:
            key = f"{measure.base.amount.normalize()}/{goal[0].normalize()}", measure.number
            wrong.setdefault(key, []).append((found, goal))
    for (_, printed), places in wrong.items():
        found, goal = places[0]
        base = found.measure.base
        assert base is not None
        exact = base.amount / goal[0] * 100
        where = [f.place() for f, _ in places]
        where += [g[1] for _, g in places[:1] if g[1] is not None]
        yield Draft(
            message=f"“{goal[3]}”完成 {plain(base.number)}、目标 {goal[2]}，"
            f"完成率应为 {exact:.2f}%，写的是 {printed}%。",
            where=tuple(dict.fromkeys(where)),
            found=f"{printed}%",
            expected=f"{exact:.2f}%",
            difference=f"{printed - exact:.2f} 个百分点",
            remedy="重新相除后改正；目标或完成值写错的，先改正它们。",
        )


def _stated(every: list[Found], position: int) -> Goal | None:
    """A target in the same sentence, under the same name."""
    found = every[position]
    base = found.measure.base
    assert base is not None
    for other in reversed(every[max(0, position - 6) : position]):
        if other.data is not found.data or other.measure.sentence != found.measure.sentence:
            return None
        same = other.measure.name == base.name and other.measure.comparable(base)
        if other.measure.target and other.measure.kind == "amount" and same:
            return other.measure.amount, None, plain(other.measure.number), base.name
    return None


def _by_result(facts: Facts) -> dict[Decimal, list[tuple[FormData, RowScore]]]:
    """Indicators that are no costs, by their results."""
    found: dict[Decimal, list[tuple[FormData, RowScore]]] = {}
    for data, score in scored(facts):
        for row in score.rows:
            actual = row.actual.amount if row.actual is not None else None
            if actual is not None and row.indicator is not None and not is_cost(row):
                found.setdefault(actual, []).append((data, row))
    return found


def _indicator(facts: Facts, base: Measure) -> Goal | None:
    """The target of the indicator with this result and a like name."""
    rows = facts.once("results", lambda: _by_result(facts))
    for data, row in rows.get(base.amount, ()):
        target, indicator = row.target, row.indicator
        if target is None or indicator is None:
            continue
        if target.kind is not Kind.QUANTITY or not target.amount:
            continue
        name = name_of(bare(indicator.name.text))
        if alike(name, base.name) >= 0.6 or within(*sorted((name, base.name), key=len)):
            place = indicator_place(facts, data, indicator, "target")
            return target.amount, place, target.text.strip(), indicator.name.text.strip()
    return None
