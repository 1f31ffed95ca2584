"""One indicator row: read its cells once, choose the rule, give points with their working."""

from __future__ import annotations

from decimal import Decimal

from jixiao.model.scores import RowScore, State, Told
from jixiao.model.submission import IndicatorRow
from jixiao.policy.scoring import Direction
from jixiao.scoring.dates import score_deadline, score_rank
from jixiao.scoring.figures import ZERO, points_of, squashed
from jixiao.scoring.outcome import Basis, Outcome, nothing, person, told
from jixiao.scoring.quantity import aligned, score_quantity
from jixiao.scoring.words import score_words
from jixiao.values import Comparator, Kind, Value, parse

# Looked up once: a member of an Enum is slow to look up before Python 3.12.
_QUANTITY, _BLANK = Kind.QUANTITY, Kind.BLANK
_KINDS = {
    Kind.QUANTITY: "数字",
    Kind.QUALITATIVE: "文字",
    Kind.DATE: "时间",
    Kind.RANK: "名次",
    Kind.BLANK: "空白",
}


def is_empty(row: IndicatorRow) -> bool:
    """A spare row: nothing but perhaps its group."""
    return (
        row.name.blank
        and row.target.blank
        and row.actual.blank
        and row.weight.blank
        and row.score.blank
    )


def direction_of(policy: Direction, level1: str, level2: str, name: str) -> Comparator:
    """Which way is better where the target does not say it: by name, by group, by default."""
    said = squashed(name) if policy.overrides else ""
    for override in policy.overrides:
        wanted = squashed(override.name)
        if wanted == said or (override.match == "contains" and wanted in said):
            return override.comparator
    levels = squashed(level1), squashed(level2)
    for group in policy.groups:
        if any(group.contains in level for level in levels):
            return group.comparator
    return policy.default


def score_indicator(basis: Basis, row: IndicatorRow, number: int) -> RowScore:
    """The score of one row; ``number`` is its place in the form's list, from 0."""
    weight, weight_error = points_of(row.weight)
    claimed, _ = points_of(row.score)
    target, actual = _values(basis, row)
    errors = (
        row.target.problem or _error(target),
        row.actual.problem or _error(actual),
        weight_error,
    )
    if any(errors):
        outcome = _unreadable(basis, errors)
    elif squashed(actual.text) in basis.not_applicable:
        outcome = _not_applicable(basis, actual.text.strip())
    elif weight is None or target.kind is _BLANK or actual.kind is _BLANK:
        outcome = _missing(basis, weight, target, actual)
    elif target.parts or actual.parts:
        outcome = _several(basis, weight, claimed, target, actual)
    else:
        outcome = _single(basis, weight, claimed, target, actual)
    return RowScore(
        "indicator",
        row.name.text.strip(),
        str(number),
        outcome.state,
        weight,
        claimed,
        outcome.points,
        outcome.working(basis),
        row.weight,
        row.score,
        target,
        actual,
        outcome.ratio,
        row,
    )


def _values(basis: Basis, row: IndicatorRow) -> tuple[Value, Value]:
    name, unit, bands = row.name.text, row.unit.text, basis.bands
    direction = direction_of(basis.policy.direction, row.level1, row.level2, name)
    return (
        parse(
            row.target.text,
            name=name,
            unit=unit,
            sign=row.sign.text,
            direction=direction,
            bands=bands,
        ),
        parse(row.actual.text, name=name, unit=unit, role="actual", bands=bands),
    )


def _error(value: Value) -> str | None:
    """Why a value cannot be read, if so; every part of it counts."""
    if value.error is None and value.parts:
        return next((part.error for part in value.parts if part.error), None)
    return value.error


def _unreadable(basis: Basis, errors: tuple[str | None, str | None, str | None]) -> Outcome:
    """The first of the errors in target, actual and weight."""
    titles = ("指标值", "完成值", "分值")
    title, error = next(pair for pair in zip(titles, errors, strict=True) if pair[1])
    why = f"{title}读不出来：{(error or '').rstrip('。')}"
    return nothing(State.UNREADABLE, "unreadable", why, basis.policy.blanks.source)


def _not_applicable(basis: Basis, text: str) -> Outcome:
    rule = basis.policy.not_applicable
    if not rule.enabled:
        why = f"完成值填“{text}”，本年没有启用不适用指标的规则"
        return person("not_applicable", why, rule.source)
    sentence = f"“{text}”：本行不计分，分值按比例分摊到其他各行"
    return Outcome(State.NOT_SCORED, ZERO, "not_applicable", told(sentence), rule.source)


def _missing(basis: Basis, weight: Decimal | None, target: Value, actual: Value) -> Outcome:
    absent = (
        ("分值", weight is None),
        ("指标值", target.kind is _BLANK),
        ("完成值", actual.kind is _BLANK),
    )
    why = f"{'、'.join(title for title, is_absent in absent if is_absent)}空白，无法计分"
    return nothing(State.BLANK, "blank", why, basis.policy.blanks.source)


def _single(
    basis: Basis, weight: Decimal, claimed: Decimal | None, target: Value, actual: Value
) -> Outcome:
    wanted, found = target.kind, actual.kind
    if wanted is found is _QUANTITY:
        return score_quantity(basis, weight, target, actual)
    if wanted is found is Kind.DATE:
        return score_deadline(basis, weight, target, actual)
    if wanted is found is Kind.RANK:
        return score_rank(basis, weight, target, actual)
    if found is Kind.QUALITATIVE and wanted in (Kind.QUALITATIVE, Kind.DATE):
        return score_words(basis, weight, claimed, target, actual)
    why = (
        f"指标值“{target.text}”是{_KINDS[target.kind]}，"
        f"完成值“{actual.text}”是{_KINDS[actual.kind]}，不能比较"
    )
    return person("different_kinds", why, basis.higher_source)


def _several(
    basis: Basis, weight: Decimal, claimed: Decimal | None, target: Value, actual: Value
) -> Outcome:
    """Several values in one cell: each target with its own actual, the worst counts."""
    wanted = target.parts or (target,)
    left = list(actual.parts or (actual,))
    results: list[Outcome] = []
    for part in wanted:
        match = next((v for v in left if _fit(part, v)), None)
        if match is None:
            why = f"指标值里的“{part.text}”在完成值“{actual.text}”里没有对应的数"
            return person("two_values", why, basis.higher_source)
        left.remove(match)
        results.append(_single(basis, weight, claimed, part, match))
    unsure = next((r for r in results if r.points is None), None)
    if unsure is not None:
        return unsure
    worst = min(results, key=lambda r: (r.points or ZERO, r.ratio if r.ratio is not None else ZERO))
    if len(results) == 1:
        return worst

    def explain() -> Told:
        sentence, data = worst.explain()
        why = f"一格有 {len(results)} 个指标值，按较差的一个计"
        return f"{why}：{sentence}", data | {"part": worst.rule}

    return worst._replace(rule="two_values", explain=explain)


def _fit(target: Value, actual: Value) -> bool:
    """Whether an actual can answer this part of the target."""
    if target.kind is not actual.kind:
        return target.kind is Kind.DATE and actual.kind is Kind.QUALITATIVE
    return target.kind is not Kind.QUANTITY or not isinstance(aligned(target, actual), str)
