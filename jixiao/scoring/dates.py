"""Deadlines and ranks."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from jixiao.model.scores import State, Told
from jixiao.scoring.figures import divide, full, plain, share, times, within
from jixiao.scoring.outcome import Basis, Outcome, figures, person, told
from jixiao.scoring.quantity import descending
from jixiao.values import Deadline, Value


def score_deadline(basis: Basis, weight: Decimal, target: Value, actual: Value) -> Outcome:
    """Met is full; late by the policy's table; not to be told from what was written: a person."""
    table = basis.policy.deadlines
    goal, done = target.deadline, actual.deadline
    if actual.band == "met":  # 已完成, 按时完成
        return _full(basis, weight, f"完成值“{actual.text}”，按期完成")
    if goal is None or done is None or goal == Deadline(edge="by"):
        return person("deadline", f"目标“{target.text}”没有写明期限", table.source)
    years = {d.year for d in (goal, done)}
    if basis.year is None and len(years) > 1 and None in years:
        return person("deadline", f"“{target.text}”和“{actual.text}”没有都写年份", table.source)
    due = _last_day(goal, basis, strict=not table.month_included)
    first, last = _first_day(done, basis), _last_day(done, basis)
    if last <= due:
        return _full(basis, weight, f"期限“{target.text}”，完成值“{actual.text}”，按期完成")
    shares = {_share(basis, due, first), _share(basis, due, last)}
    if first <= due or len(shares) > 1:
        why = f"期限“{target.text}”，完成值“{actual.text}”，看不出是否逾期或晚了多久"
        return person("deadline", why, table.source)
    kept = shares.pop()
    points = within(times(weight, kept), weight, basis.policy.decimals)
    sentence = (
        f"期限“{target.text}”，完成值“{actual.text}”，逾期，按规定得分值的 "
        f"{share(kept)}，{plain(weight)} 分 × {share(kept)} = {plain(points)} 分"
    )
    data = figures(share=kept, weight=weight) | {"due": due.isoformat(), "done": first.isoformat()}
    return Outcome(State.SCORED, points, "deadline", told(sentence, data), table.source)


def _full(basis: Basis, weight: Decimal, why: str) -> Outcome:
    points = full(weight, basis.policy.decimals)

    def explain() -> Told:
        data = figures(share=Decimal(1), weight=weight)
        return f"{why}，得满分 {plain(points)} 分", data

    return Outcome(State.SCORED, points, "deadline", explain, basis.policy.deadlines.source)


def _year(when: Deadline, basis: Basis) -> int:
    # Where neither side nor the filing names a year, both get the same (leap) one.
    return when.year or basis.year or 2000


def _last_day(when: Deadline, basis: Basis, strict: bool = False) -> date:
    """The last day that the words allow; ``strict``: 9月前 ends with August."""
    year, month = _year(when, basis), when.month or 12
    longest = monthrange(year, month)[1]
    if when.day is not None:
        return date(year, month, min(when.day, longest))
    if strict and when.edge == "by" and when.month is not None and not when.end:
        return date(year, month, 1) - timedelta(days=1)
    return date(year, month, longest)


def _first_day(when: Deadline, basis: Basis) -> date:
    """The first day that the words allow."""
    year = _year(when, basis)
    if when.edge == "by" or when.month is None:
        return date(year, 1, 1)
    if when.day is None and not when.end:
        return date(year, when.month, 1)
    return _last_day(when, basis)


def _share(basis: Basis, due: date, done: date) -> Decimal:
    """Share of the weight for this delay: of the steps not passed, the best."""
    kept = [s.share for s in basis.policy.deadlines.late if done <= _later(due, s.months, s.days)]
    return max(kept, default=Decimal(0))


def _later(due: date, months: int | None, days: int | None) -> date:
    """So many months or days later; the last day of a month stays the last day."""
    if days is not None:
        return due + timedelta(days=days)
    count = due.year * 12 + due.month - 1 + (months or 0)
    year, month = count // 12, count % 12 + 1
    longest = monthrange(year, month)[1]
    ends = due.day == monthrange(due.year, due.month)[1]
    return date(year, month, longest if ends else min(due.day, longest))


def score_rank(basis: Basis, weight: Decimal, target: Value, actual: Value) -> Outcome:
    """A rank: lower is better, and both must be among the same competitors."""
    ranks = basis.policy.ranks
    if target.scope != actual.scope:
        why = (
            f"目标的名次范围是“{target.scope or '未写明'}”，"
            f"完成值是“{actual.scope or '未写明'}”，不能比较"
        )
        return person("rank", why, ranks.source)
    goal, done = target.amount, actual.amount
    assert goal is not None  # a rank always has its place, from 1 on
    assert done is not None
    scope = target.scope or ""
    texts = f"{scope}第{plain(goal)}", f"{scope}第{plain(done)}"
    if done > goal:
        return _behind(basis, weight, goal, done, texts)
    points = full(weight, basis.policy.decimals)
    sentence = f"{texts[1]}，目标{texts[0]}，达到目标，得满分 {plain(points)} 分"
    data = figures(target=goal, actual=done, weight=weight)
    explain = told(sentence, data)
    return Outcome(State.SCORED, points, "rank", explain, ranks.source, divide(goal, done))


def _behind(
    basis: Basis, weight: Decimal, goal: Decimal, done: Decimal, texts: tuple[str, str]
) -> Outcome:
    ranks = basis.policy.ranks
    part = descending(
        basis, weight, goal, done, lambda: (plain(goal), plain(done)), ranks.variant, ranks.source
    )
    sentence, data = part.explain()
    explain = told(f"{texts[1]}，目标{texts[0]}：{sentence}", data)
    return part._replace(rule="rank", explain=explain)
