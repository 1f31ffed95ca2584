"""汇总: the county's scores beside a department's, and the bureau's summary of the year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from jixiao.policy import Stage
from jixiao.reports.county_files import summary_files
from jixiao.reports.summary import (
    CountySummary,
    DepartmentSummary,
    county_summary,
    department_summary,
)
from jixiao.store import Store
from jixiao.store.filings import evaluation_records, filing_records, last_changes
from jixiao.year.base import Cycle, file_name
from jixiao.year.form_sets import judged_by
from jixiao.year.queries.status import Standing, each_standing
from jixiao.year.steps.evaluate import evaluate_filing

#: What a summary can be written as.
FORMATS = ("html", "docx", "pdf", "xlsx")


def spread(cycle: Cycle) -> tuple[Decimal, ...]:
    """The recomputed score of every department's newest evaluated filing, lowest first.

    Empty while departments still file: a comparison with the few that were early says little,
    and every new filing would change everybody's report.
    """
    if cycle.day <= cycle.pack.calendar.window(Stage.SUBMIT).closes:
        return ()
    with cycle.store.read() as connection:
        changes = last_changes(connection)
    return _spread(cycle.store, cycle.year, changes)


@lru_cache(maxsize=8)
def _spread(store: Store, year: int, changes: tuple[int, ...]) -> tuple[Decimal, ...]:
    """Kept while nothing changes: every department's public report asks for it."""
    return tuple(sorted(_newest_scores(store, year).values()))


def _newest_scores(store: Store, year: int) -> dict[str, Decimal]:
    """The recomputed score by unit code; departments without one are left out."""
    with store.read() as connection:
        newest = {
            r.unit: r.id for r in filing_records(connection, year) if r.status != "superseded"
        }
        evaluations = evaluation_records(connection, year)
    found = {unit: evaluations.get(id) for unit, id in newest.items()}
    return {
        unit: Decimal(evaluation.total)
        for unit, evaluation in found.items()
        if evaluation is not None and evaluation.total is not None
    }


@dataclass(frozen=True, slots=True)
class Written:
    """The summary and where its files are."""

    summary: CountySummary
    places: tuple[str, ...]


def write_summary(cycle: Cycle, formats: tuple[str, ...]) -> Written:
    """Write the year's summary as it stands on the cycle's day below the reports folder.

    Until the publishing window opens it is a draft and says so on every page.

    Args:
        formats: of ``html``, ``docx``, ``pdf`` and ``xlsx``.
    """
    summary = summarise(cycle)
    mark = "（草稿）" if summary.draft else ""
    name = file_name(f"{cycle.year}年度预算绩效自评汇总{mark}")
    reports = cycle.settings.reports_folder
    places = []
    for format, data in summary_files(summary, formats).items():
        path = f"{cycle.year}/汇总/{name}.{format}"
        reports.write(path, data)
        places.append(reports.link(path))
    return Written(summary, tuple(places))


def summarise(cycle: Cycle) -> CountySummary:
    """Everything the database knows of the year, brought together."""
    before = _newest_scores(cycle.store, cycle.year - 1)
    lines = [_line(cycle, s, before.get(s.department.code)) for s in each_standing(cycle)]
    draft = cycle.day < cycle.pack.calendar.window(Stage.PUBLISH).opens
    return county_summary(cycle.pack, lines, as_of=cycle.day, draft=draft)


def _line(cycle: Cycle, standing: Standing, before: Decimal | None) -> DepartmentSummary:
    department, filing = standing.department, standing.filing
    state = standing.state.sentence
    if filing is None or standing.evaluation is None:
        return DepartmentSummary(
            department.code,
            department.name,
            state,
            filed_on=filing.received_on if filing else None,
            late=filing.late if filing else False,
            last_year=before,
        )
    evaluation = evaluate_filing(cycle, filing)
    return department_summary(
        judged_by(cycle, evaluation.submission),
        evaluation,
        unit_code=department.code,
        unit_name=department.name,
        state=state,
        filed_on=filing.received_on,
        late=filing.late,
        last_year=before,
    )
