"""One department's workbooks, issued for real, and a drop folder to hand them in at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from jixiao.demo.fill import fill
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import Settings
from jixiao.store.filings import DeliveryRecord, FilingRecord, delivery_records, filing_records
from jixiao.store.targets import issued_records
from jixiao.year import Cycle, approve, open_cycle, perform

SONGXI = "12431199MB990505X6"
YEAR = 2023


@dataclass
class Bureau:
    """An installation in which one department may file."""

    settings: Settings
    day: date = date(2024, 3, 1)

    @property
    def cycle(self) -> Cycle:
        return open_cycle(YEAR, self.day, settings=self.settings)

    def drop(self, name: str, data: bytes) -> None:
        self.settings.inbox_folder.write(name, data)

    def collect(self) -> list[str]:
        """Look at the drop folder; what was done with each file."""
        done, failed = perform(self.cycle, "collect")
        assert failed == {}
        return [d.did for d in done]

    def issued(self, kind: str = "evaluation") -> bytes:
        return self.settings.delivery_folder.read(self.issued_path(kind))

    def issued_path(self, kind: str = "evaluation") -> str:
        with self.cycle.store.read() as connection:
            return next(
                r.path
                for r in reversed(issued_records(connection, YEAR))
                if (r.unit, r.kind) == (SONGXI, kind)
            )

    def filled(self, file: str = "filings/songxi-2.yaml", kind: str = "evaluation") -> bytes:
        forms = self.cycle.pack.forms
        return fill(self.issued(kind), load_filing(demo_dir() / file, forms), forms)

    def arrived(self) -> list[DeliveryRecord]:
        with self.cycle.store.read() as connection:
            return delivery_records(connection, YEAR)

    def filings(self) -> list[FilingRecord]:
        with self.cycle.store.read() as connection:
            return filing_records(connection, YEAR, SONGXI)


def opened(settings: Settings) -> Bureau:
    """Songxi's targets approved and its workbook out."""
    bureau = Bureau(settings, date(2022, 12, 1))
    perform(bureau.cycle, "targets")
    bureau.drop("目标.xlsx", bureau.filled("targets/songxi.yaml", "targets"))
    bureau.collect()
    bureau.day = date(2023, 1, 10)
    approve(bureau.cycle, SONGXI, "周明远")
    bureau.day = date(2024, 2, 20)
    perform(bureau.cycle, "issue")
    bureau.day = date(2024, 3, 1)
    return bureau


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    var = tmp_path / "var"
    return opened(Settings(var, f"sqlite:///{var / 'jixiao.db'}"))


@pytest.fixture
def bureau_at(tmp_path: Path) -> Callable[..., Bureau]:
    """An installation with settings of its own."""
    var = tmp_path / "var"
    return lambda **given: opened(Settings(var, f"sqlite:///{var / 'jixiao.db'}", **given))
