"""The year's pack and the sample's filings, evaluated once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao.evaluation import Evaluation, evaluate
from jixiao.paths import config_dir, pack_dir
from jixiao.policy import Pack
from jixiao.policy.pack import load_pack
from jixiao.reports.model import ReportView
from jixiao.reports.view import report_view
from jixiao.sample import load_filing
from jixiao.submission import Submission


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(pack_dir(2023))


@pytest.fixture(scope="session")
def filings() -> list[Path]:
    return sorted((config_dir() / "demo" / "filings").glob("*.yaml"))


@pytest.fixture
def submission(pack: Pack) -> Submission:
    """The real department's first filing, with all its defects; a fresh copy for every test."""
    return load_filing(config_dir() / "demo" / "filings" / "jiangyong-1.yaml", pack.forms)


Evaluate = Callable[[Submission], Evaluation]


@pytest.fixture
def evaluated(pack: Pack) -> Evaluate:
    def run(submission: Submission) -> Evaluation:
        return evaluate(pack, submission, department=pack.department(submission.unit_code))

    return run


View = Callable[..., ReportView]


@pytest.fixture
def view(pack: Pack, evaluated: Evaluate) -> View:
    def make(submission: Submission, *, public: bool = True, **more: object) -> ReportView:
        department = pack.department(submission.unit_code)
        given = {"department": department, **more}
        return report_view(pack, evaluated(submission), public=public, **given)  # type: ignore[arg-type]

    return make
