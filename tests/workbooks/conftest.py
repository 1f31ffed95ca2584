"""Demonstration filings, and what a filing says apart from where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jixiao.demo.sample import load_filing
from jixiao.model.submission import Cell, FormData, Submission
from jixiao.model.targets import TargetSet, from_submission
from jixiao.policy import Department, Pack
from jixiao.workbooks import issue_workbook

FILINGS = sorted((Path(__file__).resolve().parents[2] / "demo/filings").glob("*.yaml"))
PROPOSALS = sorted((Path(__file__).resolve().parents[2] / "demo/targets").glob("*.yaml"))


def _said(cell: Cell) -> str:
    return "" if cell.blank else cell.text


def _form(data: FormData) -> dict[str, Any]:
    # The rubric's weights are printed on the form; a filing need not repeat them.
    values = {
        id: cell.text
        for id, cell in {**data.cells, **data.labels}.items()
        if not cell.blank and not (data.form == "附件4" and id.endswith(".weight"))
    }
    rows = [
        (r.level1, r.level2, *map(_said, (r.name, r.target, r.actual, r.weight, r.score)))
        for r in data.indicators
    ]
    return {
        "values": values,
        "rows": rows,
        "explanations": [_said(r.explanation) for r in data.indicators],
        "groups": [(g.level1, g.points) for g in data.groups],
        "total": (data.total_weight.text, data.total_score.text),
        "paragraphs": [(p.text, p.section, p.heading, p.level) for p in data.paragraphs],
    }


@pytest.fixture
def content() -> Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]:
    """Everything a submission says, by form and project, without sheets and addresses."""
    return lambda submission: {(f.form, f.project): _form(f) for f in submission.forms}


@pytest.fixture
def cells() -> Callable[[Submission], Iterator[Cell]]:
    """Every cell of a submission."""

    def walk(submission: Submission) -> Iterator[Cell]:
        for data in submission.forms:
            yield from data.cells.values()
            yield from data.labels.values()
            for row in data.indicators:
                yield from (row.name, row.target, row.actual, row.weight, row.score)
            yield from (g.cell for g in data.groups)
            if data.indicators:
                yield from (data.total_weight, data.total_score)

    return walk


@pytest.fixture(params=FILINGS, ids=lambda p: p.stem)
def any_filing(request: pytest.FixtureRequest, pack: Pack) -> Submission:
    """Each filing of the demonstration."""
    return load_filing(request.param, pack.forms)


@pytest.fixture(params=PROPOSALS, ids=lambda p: p.stem)
def proposal(request: pytest.FixtureRequest, pack: Pack) -> Submission:
    """Each department's proposed targets."""
    return load_filing(request.param, pack.forms)


@pytest.fixture(scope="session")
def filing(pack: Pack) -> Submission:
    """The filing that keeps every defect of the published report."""
    return load_filing(FILINGS[0], pack.forms)


@pytest.fixture(scope="session")
def department(pack: Pack, filing: Submission) -> Department:
    found = pack.department(filing.unit_code)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def targets(filing: Submission) -> TargetSet:
    return from_submission(filing, 2023, filing.unit_code)


@pytest.fixture(scope="session")
def issued(pack: Pack, department: Department, targets: TargetSet) -> bytes:
    """The workbook as the department receives it."""
    return issue_workbook(pack, department, targets)


@pytest.fixture(scope="session")
def filled(pack: Pack, department: Department, targets: TargetSet, filing: Submission) -> bytes:
    """The workbook with the whole filing in it."""
    return issue_workbook(pack, department, targets, filled=filing)
