"""The year's pack and the sample's filings, evaluated once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Cell, FormData, IndicatorRow, Paragraph, Submission
from jixiao.policy import Pack
from jixiao.policy.pack import load_pack
from jixiao.reports.model import ReportView
from jixiao.reports.view import report_view


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(pack_dir(2023))


@pytest.fixture(scope="session")
def filings() -> list[Path]:
    return sorted((demo_dir() / "filings").glob("*.yaml"))


@pytest.fixture
def submission(pack: Pack) -> Submission:
    """The real department's first filing, with all its defects; a fresh copy for every test."""
    return load_filing(demo_dir() / "filings" / "jiangyong-1.yaml", pack.forms)


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


@pytest.fixture
def text_of(need: Callable[[str], str], tmp_path: Path) -> Callable[[bytes], str]:
    """What a PDF says, read out of it by poppler."""
    program = Path(need("pdftoppm")).with_name("pdftotext")

    def read(data: bytes) -> str:
        file = tmp_path / "x.pdf"
        file.write_bytes(data)
        done = subprocess.run([program, str(file), "-"], check=True, capture_output=True)
        return done.stdout.decode()

    return read


@pytest.fixture(scope="session")
def hostile() -> Callable[[str], Submission]:
    """Makes a filing that says a text wherever a filing can say something."""
    return hostile_filing


def hostile_filing(text: str) -> Submission:
    cell = Cell(text, text, text)
    return Submission(
        year=2023,
        unit_code=text,
        unit_name=text,
        forms=[
            FormData(
                "附件2",
                text,
                text,
                None,
                cells={
                    "identity.unit.value": cell,
                    "execution.total.annual": cell,
                    "goals.goal.expected": cell,
                },
                indicators=[IndicatorRow(text, text, *[cell] * 6)],
                total_score=Cell(text, text, text, text),
            ),
            FormData("附件1", text, labels={"spending.project[1]": cell}),
            FormData(
                "附件3",
                text,
                project=text,
                indicators=[IndicatorRow("产出指标", text, *[cell] * 6)],
            ),
            FormData(
                "自评报告",
                text,
                paragraphs=[Paragraph(text, text, text, level=n) for n in (0, 1, 5)],
            ),
        ],
    )
