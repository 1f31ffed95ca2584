"""From one evaluation to the view every kind of report is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import explained
from jixiao.model.scores import FormScore
from jixiao.policy import Department, Pack
from jixiao.reports import charts
from jixiao.reports.data import report_json
from jixiao.reports.grids import Copy, grids
from jixiao.reports.mask import has_mobile, mask_mobiles
from jixiao.reports.model import (
    Chart,
    FindingView,
    FormView,
    ReportView,
    TextLine,
    Totals,
)
from jixiao.reports.words import figure, working_view


def report_view(
    pack: Pack,
    evaluation: Evaluation,
    *,
    department: Department | None,
    public: bool,
    filed_on: date | None = None,
    waived: Mapping[str, str] | None = None,
    spread: Sequence[Decimal] = (),
) -> ReportView:
    """The view of one evaluated filing. Pure: the same input gives the same view.

    Args:
        department: the roster's entry; its code and name count over those in the filing.
        public: made for the public. Findings, and what the department said to them, are left
            out unless the pack's ``site.show_findings`` says otherwise, contacts unless ``site.show_contact`` does,
            and mobile numbers are masked wherever they stand.
        filed_on: the day the filing was received.
        waived: reasons of waived findings by :attr:`Finding.fingerprint`; those of the
            evaluation unless said otherwise.
        spread: the recomputed scores of all departments, for a comparison; a public report
            shows it where the pack's ``site.show_spread`` says so.
    """
    submission = evaluation.submission
    site = pack.info.site
    name = department.name if department is not None else submission.unit_name
    competent = pack.department(department.competent or "") if department is not None else None
    main = evaluation.main
    shown = not public or site.show_findings
    reasons = evaluation.waived if waived is None else waived
    view = ReportView(
        year=pack.year,
        unit_code=department.code if department is not None else submission.unit_code,
        unit_name=name,
        bureau=pack.info.bureau.name,
        competent=competent.name if competent is not None else "",
        title=f"{name}{pack.year}年度预算绩效自评报告",
        filed_on=filed_on,
        public=public,
        totals=_totals(main) if main is not None else None,
        forms=_forms(pack, evaluation, personal=not public or site.show_contact),
        charts=_overview(pack, evaluation, spread if not public or site.show_spread else ()),
        missing=() if public else _missing(pack, evaluation),
        findings_shown=shown,
        findings=_findings(evaluation, reasons) if shown else (),
    )
    return masked(view) if public else view


def _findings(evaluation: Evaluation, waived: Mapping[str, str]) -> tuple[FindingView, ...]:
    said = evaluation.submission.explanations
    return tuple(
        FindingView(f, waived.get(f.fingerprint, ""), explained(said, f))
        for f in evaluation.findings
    )


def _missing(pack: Pack, evaluation: Evaluation) -> tuple[str, ...]:
    filed = {data.form for data in evaluation.submission.forms}
    return tuple(f"{id} {pack.forms[id].title}" for id in pack.info.forms if id not in filed)


def _forms(pack: Pack, evaluation: Evaluation, *, personal: bool) -> tuple[FormView, ...]:
    """The filled forms in the year's order, several copies of one in file order."""
    scores = {(s.form, s.project, s.sheet): s for s in evaluation.scores}
    say = cache(pack.title)
    copies = [data for id in pack.info.forms for data in evaluation.submission.of(id)]
    return tuple(
        _form(
            Copy(
                form=pack.forms[data.form],
                data=data,
                score=scores.get((data.form, data.project, data.sheet)),
                say=say,
                personal=personal,
            ),
            n,
        )
        for n, data in enumerate(copies, 1)
    )


def _form(copy: Copy, number: int) -> FormView:
    form, data, score = copy.form, copy.data, copy.score
    chart = None
    if score is not None and score.project is not None:
        # The department's own completion chart stands in the overview.
        chart = charts.completion(f"chart-{number}", "各项指标完成情况", score)
    return FormView(
        anchor=f"form-{number}",
        form=data.form,
        title=form.title,
        project=data.project or "",
        sheet=data.sheet,
        note=copy.say(form.note),
        grids=grids(copy),
        lines=tuple(TextLine(p.text, p.level) for p in data.paragraphs),
        totals=_totals(score) if score is not None else None,
        chart=chart,
        landscape=form.orientation == "landscape",
    )


def _totals(score: FormScore) -> Totals:
    claimed = score.printed_score if score.printed_score is not None else score.claimed_sum
    return Totals(
        printed_weight=figure(score.printed_weight),
        printed=figure(score.printed_score),
        claimed=figure(score.claimed_sum),
        computed_weight=figure(score.computed_weight),
        computed=figure(score.computed_score),
        difference=figure(claimed - score.computed_score),
        grade=score.grade or "",
        notes=tuple(working_view(w, "") for w in (score.scaling, score.cap) if w is not None),
    )


def _overview(pack: Pack, evaluation: Evaluation, spread: Sequence[Decimal]) -> tuple[Chart, ...]:
    submission, main = evaluation.submission, evaluation.main
    drawn = (
        charts.completion("chart-completion", "各项指标完成情况", main) if main else None,
        charts.groups("chart-groups", main) if main else None,
        charts.execution("chart-execution", pack.forms, submission),
        charts.last_year("chart-last-year", pack.forms, submission, pack.title),
        charts.spread("chart-spread", evaluation.total, spread),
    )
    return tuple(chart for chart in drawn if chart is not None)


def masked(view: ReportView) -> ReportView:
    """The same view with every mobile number masked, however deep it stands."""
    # Nearly no filing holds one, and all its texts are in the JSON: looking there is far faster.
    if not has_mobile(report_json(view).decode()):
        return view
    result: ReportView = _masked(view)
    return result


def _masked(thing: Any) -> Any:
    if isinstance(thing, str):
        return mask_mobiles(thing) if has_mobile(thing) else thing
    if isinstance(thing, tuple):
        parts = [_masked(part) for part in thing]
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {each.name: _masked(getattr(thing, each.name)) for each in fields(thing)}
        return replace(thing, **values)
    return thing
