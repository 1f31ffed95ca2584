"""Who may not file here, and which ledger decides nothing: each by the name of its refusal."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from jixiao.errors import RefusedFile
from jixiao.installation.settings import Settings
from jixiao.model.submission import Submission
from jixiao.workbooks.ledger import Ledger
from jixiao.year import Cycle, open_cycle
from jixiao.year.officer import ledger
from jixiao.year.steps.arrival import sender


@pytest.fixture
def cycle(tmp_path: Path) -> Cycle:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'jixiao.db'}")
    return open_cycle(2023, date(2024, 3, 1), settings=settings)


@pytest.mark.parametrize(
    ("code", "submission"),
    [
        ("wrong_year", Submission(2022, "12431199MB990505X6", "")),
        ("not_on_roster", Submission(2023, "12431199MB000000XX", "")),
        ("not_on_roster", Submission(None, "", "别县财政局")),
        ("no_identity", Submission(2023, " ", "")),
    ],
)
def test_a_file_of_nobody_here(cycle: Cycle, code: str, submission: Submission) -> None:
    with pytest.raises(RefusedFile) as refused:
        sender(cycle, submission)
    assert refused.value.code == code


def test_a_workbook_that_is_no_ledger(cycle: Cycle) -> None:
    out = io.BytesIO()
    Workbook().save(out)
    with pytest.raises(RefusedFile) as refused:
        ledger.open_ledger(cycle, out.getvalue(), "台账.xlsx")
    assert refused.value.code == "no_ledger"


@pytest.mark.parametrize(("year", "code"), [(2022, "wrong_year"), (2023, "strange_ledger")])
def test_a_ledger_that_decides_nothing_here(
    cycle: Cycle, monkeypatch: pytest.MonkeyPatch, year: int, code: str
) -> None:
    read = Ledger(year=year, token="made elsewhere", rows=())
    monkeypatch.setattr(ledger, "read_ledger", lambda data, name: read)
    with pytest.raises(RefusedFile) as refused:
        ledger.open_ledger(cycle, b"", "台账.xlsx")
    assert refused.value.code == code
