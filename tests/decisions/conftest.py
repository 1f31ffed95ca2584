"""A county in which departments have filed: the sample's filings, straight into the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import Settings
from jixiao.model.submission import Submission, to_json
from jixiao.store.filings import FilingRecord, filing_records, put_delivery, put_filing
from jixiao.workbooks import issue_workbook
from jixiao.year import Cycle, open_cycle, perform

YEAR = 2023
FILINGS = demo_dir() / "filings"


class County:
    """An installation to work on day by day."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def on(self, day: date) -> Cycle:
        return open_cycle(YEAR, day, settings=self.settings)

    def filing(self, name: str) -> Submission:
        return load_filing(FILINGS / f"{name}.yaml", self.on(date(2024, 4, 1)).pack.forms)

    def hand_in(self, cycle: Cycle, submission: Submission, year: int = YEAR) -> None:
        """Keep a filing as the inbox would: the workbook in the archive, the rest in the tables."""
        department = cycle.department(submission.unit_code)
        book = issue_workbook(cycle.pack, department, None, filled=submission)
        content = to_json(submission)
        kept = f"{hashlib.sha256(content).hexdigest()}.xlsx"
        path = cycle.settings.archive / kept
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(book)
        with cycle.store.begin() as connection:
            id = put_delivery(
                connection,
                year,
                name=kept,
                sha256=kept[:64],
                size=len(book),
                kept_as=kept,
                day=cycle.day,
                outcome="filing",
                unit=department.code,
            )
            assert id is not None
            put_filing(
                connection,
                year,
                department.code,
                delivery_id=id,
                sha256=kept[:64],
                day=cycle.day,
                late=False,
                submission=submission,
            )

    def filed(self, name: str, day: date) -> Cycle:
        """A department hands in a sample filing and it is reviewed."""
        cycle = self.on(day)
        self.hand_in(cycle, self.filing(name))
        self.review(cycle)
        return cycle

    def review(self, cycle: Cycle) -> None:
        assert not perform(cycle, "evaluate")[1]

    def filings(self, unit: str) -> list[FilingRecord]:
        with self.on(date(2024, 4, 1)).store.read() as connection:
            return filing_records(connection, YEAR, unit)

    def status(self, unit: str) -> str:
        return self.filings(unit)[-1].status


@pytest.fixture
def county(tmp_path: Path) -> County:
    var = tmp_path / "var"
    return County(Settings(var, f"sqlite:///{var / 'jixiao.db'}"))


@pytest.fixture
def returned(county: County) -> Callable[[], Cycle]:
    """Songxi's first filing is returned with errors; answers the cycle of that day."""
    return lambda: county.filed("songxi-1", date(2024, 4, 1))
