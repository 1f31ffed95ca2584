"""A number against a number: higher is better, lower is better, exactly, a range, a target of 0."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from jixiao.model.scores import State, Told
from jixiao.scoring.figures import (
    ONE,
    ZERO,
    divide,
    full,
    minus,
    multiple,
    percent,
    plain,
    quotient_text,
    share,
    shown,
    shown_amount,
    times,
    within,
)
from jixiao.scoring.outcome import Basis, Outcome, figures, person, told
from jixiao.values import Comparator, Value, adopt, commensurable

_SCORED, _EQ = State.SCORED, Comparator.EQ  # a member of an Enum is slow to look up before 3.12
_DOWN = frozenset({Comparator.LE, Comparator.LT})


def score_quantity(basis: Basis, weight: Decimal, target: Value, actual: Value) -> Outcome:
    """Points of one figure against its target.

    Source: the direction, ``=`` and range rules of the provincial self-evaluation forms; each
    variant is the policy's.
    """
    pair = aligned(target, actual)
    if isinstance(pair, str):
        return person("different_units", pair, basis.higher_source)
    goal, done, note = pair
    ranged = done.low is not None and done.high is not None
    outcome = (_range_filed if ranged else _one)(basis, weight, goal, done)
    return _noted(outcome, note) if note else outcome


def _noted(outcome: Outcome, note: str) -> Outcome:
    def explain() -> Told:
        sentence, data = outcome.explain()
        return f"{sentence}（{note}）", data

    return outcome._replace(explain=explain)


def aligned(target: Value, actual: Value) -> tuple[Value, Value, str] | str:
    """Both values in one base unit with a note, or why they cannot be compared.

    A figure without a unit takes the other side's: 771.32 beside 771.32万元 is 万元. Where the
    other side is a percentage, a figure up to 1 could be meant either way and is left alone.
    """
    ours, theirs = target.unit, actual.unit
    if ours is theirs:
        return target, actual, ""
    if ours is not None and theirs is not None:
        if commensurable(ours, theirs):
            return target, actual, ""
        return f"目标单位是“{ours.symbol}”，完成值单位是“{theirs.symbol}”，不是同一类单位，不能比较"
    unit = ours or theirs
    if unit is None or unit.factor == 1:
        return target, actual, ""
    bare, side = (target, "目标") if ours is None else (actual, "完成值")
    if not any((bare.amount, bare.low, bare.high)):
        return target, actual, ""  # 0 is 0 in every unit
    filled = adopt(bare, unit)
    if filled is bare:
        return f"{side}“{bare.text}”没有写单位，看不出是不是“{unit.symbol}”"
    note = f"{side}没有写单位，按“{unit.symbol}”计算"
    return (filled, actual, note) if ours is None else (target, filled, note)


def _one(basis: Basis, weight: Decimal, target: Value, actual: Value) -> Outcome:
    goal, done = target.amount, actual.amount
    assert goal is not None  # a quantity without an error has its amount
    assert done is not None
    if target.low is not None and target.high is not None:
        return _range(basis, weight, target, actual, done)
    if goal == ZERO:
        return _zero(basis, weight, target, actual, done)
    if goal < ZERO:
        return _negative(basis, weight, target, actual, goal, done)
    if target.comparator in _DOWN:
        texts = _texts(target, actual)
        return lower(basis, weight, goal, max(done, ZERO), texts)
    return _higher(basis, weight, target, actual, goal, done)


def _higher(
    basis: Basis, weight: Decimal, target: Value, actual: Value, goal: Decimal, done: Decimal
) -> Outcome:
    decimals = basis.decimals
    ratio = divide(done if done >= ZERO else ZERO, goal)
    short = ratio < ONE
    points = within(times(weight, ratio), weight, decimals) if short else full(weight, decimals)
    explain = partial(_compared, weight, points, ratio, target, actual)
    rule = "equals" if target.comparator is _EQ else "higher_is_better"
    outcome = Outcome(_SCORED, points, rule, explain, basis.higher_source, ratio)
    if ratio < basis.over_from:
        return outcome
    return _over(basis, weight, outcome, ratio, target, actual)


def _compared(
    weight: Decimal, points: Decimal, ratio: Decimal, target: Value, actual: Value
) -> Told:
    data = figures(target=target.amount, actual=actual.amount, ratio=ratio, weight=weight)
    data["direction"] = target.comparator.value
    if ratio >= ONE:
        sign = "=" if ratio == ONE else ">"
        return f"{shown(actual)} {sign} {shown(target)}，达到目标，得满分 {plain(points)} 分", data
    part = percent(ratio, weight, points)
    quotient = f"{shown(actual)} ÷ {shown(target)} = {part}"
    if actual.amount is not None and actual.amount < 0:
        quotient = f"完成值 {shown(actual)} 为负数，按 0 计，0 ÷ {shown(target)} = {part}"
    return f"{quotient}，{plain(weight)} 分 × {part} = {plain(points)} 分", data


def _over(
    basis: Basis, weight: Decimal, outcome: Outcome, ratio: Decimal, target: Value, actual: Value
) -> Outcome:
    """Over-achievement from the threshold on: a reason is due, or points come off."""
    policy = basis.policy
    over = policy.over_achievement
    points = outcome.points or ZERO
    said = f"得满分 {plain(points)} 分，须说明超额原因"
    if over.mode == "deduct":
        fixed = over.variant == "fixed"
        off = over.points if fixed else times(weight, minus(ratio, ONE))
        how = (
            f"按规定扣 {plain(off)} 分" if fixed else f"按偏离度 {multiple(minus(ratio, ONE))} 扣分"
        )
        points = within(minus(weight, off), weight, policy.decimals)
        said = f"{how}，{plain(weight)} 分扣后得 {plain(points)} 分"

    def explain() -> Told:
        quotient = f"{shown(actual)} ÷ {shown(target)} = {multiple(ratio)}"
        sentence = f"{quotient}，达到目标的 {share(over.threshold)} 以上，{said}"
        return sentence, outcome.explain()[1] | {"over": "1"}

    if over.mode == "explain":
        return outcome._replace(explain=explain)
    rule = f"over_achievement_{over.variant}"
    return outcome._replace(points=points, rule=rule, explain=explain, source=over.source)


Texts = Callable[[], tuple[str, str]]


def _texts(target: Value, actual: Value) -> Texts:
    return lambda: (shown(target), shown(actual))


def lower(basis: Basis, weight: Decimal, goal: Decimal, done: Decimal, texts: Texts) -> Outcome:
    """Lower is better, ``goal`` above 0 and ``done`` at least 0, under the policy's variant."""
    kind = basis.policy.lower
    return descending(basis, weight, goal, done, texts, kind.variant, kind.source)


def descending(
    basis: Basis,
    weight: Decimal,
    goal: Decimal,
    done: Decimal,
    texts: Texts,
    variant: str,
    source: str,
) -> Outcome:
    """Full up to the goal; above it by ``ratio`` goal ÷ done, or ``linear`` 1 − (done − goal) ÷ goal.

    Args:
        texts: gives goal and actual as the sentence writes them.
    """
    decimals = basis.decimals
    ratio = divide(goal, done) if done else None
    excess = divide(minus(done, goal), goal) if done > goal and variant == "linear" else None
    if ratio is None or done <= goal:
        kept, points = ONE, full(weight, decimals)
    else:
        kept = ratio if excess is None else max(ZERO, minus(ONE, excess))
        points = within(times(weight, kept), weight, decimals)

    def explain() -> Told:
        data = figures(target=goal, actual=done, ratio=ratio, weight=weight) | {"direction": "<="}
        goal_text, done_text = texts()
        if done <= goal:
            sign = "=" if done == goal else "<"
            said = f"没有超过目标，得满分 {plain(points)} 分"
            return f"{done_text} {sign} {goal_text}，{said}", data
        part = percent(kept, weight, points)
        product = f"{plain(weight)} 分 × {part} = {plain(points)} 分"
        if excess is None:
            quotient = f"{goal_text} ÷ {done_text} = {part}"
            return f"{done_text} > {goal_text}，{quotient}，{product}", data
        data["excess"] = quotient_text(excess)
        quotient = f"（{done_text} − {goal_text}）÷ {goal_text} = 超出 {multiple(excess)}"
        said = product if kept else f"达到目标的两倍，得 {plain(points)} 分"
        return f"{quotient}，{said}", data

    return Outcome(_SCORED, points, f"lower_is_better_{variant}", explain, source, ratio)


def _zero(basis: Basis, weight: Decimal, target: Value, actual: Value, done: Decimal) -> Outcome:
    """A target of 0 has no ratio: it is met or it is not."""
    zero, decimals = basis.policy.zero, basis.decimals
    sign = target.comparator
    if not target.stated and sign not in _DOWN:
        sign = Comparator.EQ if zero.unstated_is_equal else Comparator.GE
    met = {
        Comparator.GE: done >= 0,
        Comparator.GT: done > 0,
        Comparator.LT: done < 0,
    }.get(sign, done <= 0)
    points = full(weight, decimals) if met else ZERO
    how = "达到目标，得满分" if met else "没有达到目标，得"
    sentence = f"目标 {sign.value} 0，完成值 {shown(actual)}，{how} {plain(points)} 分"
    data = figures(target=ZERO, actual=done, weight=weight) | {"direction": sign.value}
    return Outcome(_SCORED, points, "zero_target", told(sentence, data), zero.source)


def _negative(
    basis: Basis, weight: Decimal, target: Value, actual: Value, goal: Decimal, done: Decimal
) -> Outcome:
    """A target below 0 (growth of −5%): met is full, a shortfall has no ratio."""
    source = basis.higher_source
    met = done <= goal if target.comparator in _DOWN else done >= goal
    if not met:
        why = f"目标 {shown(target)} 为负数，完成值 {shown(actual)} 没有达到目标，不能按比例计分"
        return person("negative_target", why, source)
    points = full(weight, basis.decimals)
    sentence = f"完成值 {shown(actual)}，目标 {shown(target)}，达到目标，得满分 {plain(points)} 分"
    data = figures(target=goal, actual=done, weight=weight)
    data["direction"] = target.comparator.value
    return Outcome(_SCORED, points, "negative_target", told(sentence, data), source)


def _range(basis: Basis, weight: Decimal, target: Value, actual: Value, done: Decimal) -> Outcome:
    """至少4,最多24: inside is full, below and above by the one-sided rules."""
    low, high = target.low, target.high
    assert low is not None  # asked by the caller
    assert high is not None
    source = basis.higher_source
    texts = shown_amount(low, target), shown_amount(high, target)
    if low <= done <= high:
        points = full(weight, basis.decimals)
        sentence = f"{shown(actual)} 在 {texts[0]} 至 {texts[1]} 之间，得满分 {plain(points)} 分"
        data = figures(low=low, high=high, actual=done, weight=weight)
        return Outcome(_SCORED, points, "range", told(sentence, data), source, ONE)
    bound = low if done < low else high
    if bound <= 0:
        why = f"完成值 {shown(actual)} 不在 {texts[0]} 至 {texts[1]} 之间，不能按比例计分"
        return person("range", why, source)
    if done < low:
        one = target._replace(amount=low, low=None, high=None, comparator=Comparator.GE)
        outcome = _higher(basis, weight, one, actual, low, done)
    else:
        outcome = lower(basis, weight, high, done, lambda: (texts[1], shown(actual)))
    sentence, data = outcome.explain()
    explain = told(sentence, data | figures(low=low, high=high))
    return outcome._replace(rule="range", explain=explain)


def _range_filed(basis: Basis, weight: Decimal, target: Value, actual: Value) -> Outcome:
    """An actual that is itself a range scores only where both its ends come to the same points."""
    ends = [
        _one(basis, weight, target, actual._replace(amount=end, low=None, high=None))
        for end in (actual.low, actual.high)
    ]
    if ends[0].points is not None and ends[0].points == ends[1].points:
        return ends[0]
    why = f"完成值“{actual.text}”是一个范围，看不出实际完成多少"
    return person("actual_is_range", why, basis.higher_source)
