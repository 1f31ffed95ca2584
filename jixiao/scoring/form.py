"""A whole form and a whole submission: rows, what is never added twice, total, cap and grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from jixiao.model.forms import Form, Scope, TableSection
from jixiao.model.scores import FormScore, RowScore, State, Working
from jixiao.model.submission import NOTHING, Cell, FormData, Submission
from jixiao.policy.scoring import ScoringPolicy
from jixiao.scoring.department import Filled, score_department
from jixiao.scoring.execution import doubled, score_execution
from jixiao.scoring.figures import (
    ZERO,
    added,
    divide,
    minus,
    percent,
    plain,
    points_of,
    rounded,
    share,
    squashed,
    times,
)
from jixiao.scoring.indicator import is_empty, score_indicator
from jixiao.scoring.outcome import Basis, basis_for, figures
from jixiao.scoring.rubric import printed_total, score_rubric


def score_form(
    form: Form,
    data: FormData,
    policy: ScoringPolicy,
    sources: Mapping[str, str],
    *,
    project_form: Filled | None = None,
    others: Mapping[str, Filled] | None = None,
    year: int | None = None,
) -> FormScore | None:
    """The scored form, or ``None`` for one that carries no scores.

    What is scored follows from the roles of the form's sections: ``execution`` and
    ``indicators`` add up to one total, a ``rubric`` stands alone.

    Args:
        sources: source key → title of the pack's documents.
        project_form: the same project's form with execution and indicators, for the rates of a
            rubric that gives no figures of its own.
        others: department forms of the filing by id, for the department rubric.
        year: fiscal year evaluated, for deadlines that name no year.
    """
    basis = basis_for(policy, sources, year)
    rubric = form.role("rubric")
    department = policy.department_rubric
    if rubric is not None:
        execution, rows = _project_side(basis, project_form)
        scored = score_rubric(basis, rubric, data, execution, rows)
        printed, cell = printed_total(rubric, data)
        return _total(basis, data, scored, (), printed, cell)
    if form.role("execution") is not None or form.indicators is not None:
        scored, extra = _scored_rows(basis, form, data)
        printed = points_of(data.total_weight)[0]
        return _total(basis, data, scored, extra, printed, data.total_score)
    if department.enabled and department.form == form.id:
        scored = score_department(basis, form, data, dict(others or {}))
        return _total(basis, data, scored, (), None, NOTHING)
    return None


def score_submission(
    forms: Mapping[str, Form],
    submission: Submission,
    policy: ScoringPolicy,
    sources: Mapping[str, str],
    *,
    aliases: Mapping[str, str] | None = None,
) -> list[FormScore]:
    """Every form of a filing that carries scores, in file order.

    A rubric looks for its project's own form by the project's name.

    Args:
        forms: the year's forms by id; a filled form that is not among them is left out.
        aliases: a project's other name → its name, for this match only.
    """
    names = {squashed(other): squashed(name) for other, name in (aliases or {}).items()}
    filled = [(forms[data.form], data) for data in submission.forms if data.form in forms]
    department = {
        form.id: (form, data) for form, data in reversed(filled) if form.scope is Scope.DEPARTMENT
    }
    scores = []
    for form, data in filled:
        score = score_form(
            form,
            data,
            policy,
            sources,
            project_form=_project_form(filled, data, names) if form.role("rubric") else None,
            others=department,
            year=submission.year,
        )
        if score is not None:
            scores.append(score)
    return scores


def grade(score: Decimal, policy: ScoringPolicy) -> str:
    """The grade of a total by the policy's bands: 优 良 中 差."""
    bands = policy.grades.descending
    return next((band.grade for band in bands if score >= band.min), bands[-1].grade)


def _project_form(
    filled: Sequence[Filled], rubric: FormData, names: Mapping[str, str]
) -> Filled | None:
    """The form with indicators that a rubric's project has, matched by name."""

    def name_of(data: FormData) -> str:
        written = squashed(data.project or "")
        return names.get(written, written)

    wanted = name_of(rubric)
    return next(
        (
            (form, data)
            for form, data in filled
            if wanted and form.indicators is not None and name_of(data) == wanted
        ),
        None,
    )


def _project_side(
    basis: Basis, project_form: Filled | None
) -> tuple[tuple[TableSection, FormData] | None, list[RowScore]]:
    if project_form is None:
        return None, []
    form, data = project_form
    section = form.role("execution")
    execution = (section, data) if section is not None else None
    return execution, _indicators(basis, data)


def _indicators(basis: Basis, data: FormData) -> list[RowScore]:
    return [
        score_indicator(basis, row, number)
        for number, row in enumerate(data.indicators)
        if not is_empty(row)
    ]


def _scored_rows(
    basis: Basis, form: Form, data: FormData
) -> tuple[list[RowScore], tuple[RowScore, ...]]:
    """Rows that carry points, and those of 其中 rows that only look as if they did."""
    rows: list[RowScore] = []
    extra: tuple[RowScore, ...] = ()
    section = form.role("execution")
    if section is not None:
        total = score_execution(basis, section, data)
        rows = [total] if total is not None else []
        extra = tuple(doubled(basis, section, data))
    return rows + _indicators(basis, data), extra


def _total(
    basis: Basis,
    data: FormData,
    rows: Sequence[RowScore],
    extra: tuple[RowScore, ...],
    printed_weight: Decimal | None,
    printed_score: Cell,
) -> FormScore:
    weight = added(row.weight for row in rows)
    total = added(row.standing for row in rows)
    total, scaling = _scaled(basis, rows, weight, total)
    total = rounded(total, basis.policy.decimals)
    total, cap = _capped(basis, rows, total)
    empty = all(row.state is State.BLANK and row.claimed is None for row in rows)
    return FormScore(
        form=data.form,
        project=data.project,
        sheet=data.sheet,
        rows=tuple(rows),
        printed_weight=printed_weight,
        printed_score=points_of(printed_score)[0],
        computed_weight=weight,
        claimed_sum=added(row.claimed for row in rows),
        computed_score=total,
        grade=None if empty else grade(total, basis.policy),
        doubled=extra,
        cap=cap,
        scaling=scaling,
    )


def _scaled(
    basis: Basis, rows: Sequence[RowScore], weight: Decimal, total: Decimal
) -> tuple[Decimal, Working | None]:
    """The weight of rows that do not apply, spread over the others in proportion."""
    not_scored = State.NOT_SCORED
    out = [row.weight or ZERO for row in rows if row.state is not_scored]
    gone = added(out)
    left = minus(weight, gone)
    if not any(out) or left <= 0:
        return total, None
    after = divide(times(total, weight), left)
    shown = rounded(after, basis.policy.decimals)
    sentence = (
        f"有 {len(out)} 行不适用（{plain(gone)} 分），"
        f"{plain(total)} 分 × {plain(weight)} ÷ {plain(left)} = {plain(shown)} 分"
    )
    source = basis.policy.not_applicable.source
    data = figures(before=total, weight=weight, applicable=left, after=shown)
    return after, Working("scaling", sentence, basis.title(source), data)


def _capped(
    basis: Basis, rows: Sequence[RowScore], total: Decimal
) -> tuple[Decimal, Working | None]:
    """The total under the policy's cap for this execution rate, if it has one that bites."""
    caps = basis.policy.caps
    rate = next((row.ratio for row in rows if row.kind == "execution"), None)
    if not caps.enabled or rate is None:
        return total, None
    step = next((step for step in caps.ascending if rate < step.below), None)
    if step is None or total <= step.cap:
        return total, None
    sentence = (
        f"预算执行率 {percent(rate)} 低于 {share(step.below)}，"
        f"总分最多 {plain(step.cap)} 分，{plain(total)} 分改计 {plain(step.cap)} 分"
    )
    data = figures(rate=rate, before=total, cap=step.cap)
    return step.cap, Working("cap", sentence, basis.title(caps.source), data)
