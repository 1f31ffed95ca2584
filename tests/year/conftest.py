"""The sample's year played without Prefect, on a database of either kind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from jixiao.cli.demo import play_days
from jixiao.demo.sample import Script, load_script
from jixiao.demo.sink import Sink
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import Settings
from jixiao.year import Cycle, Done, advance, open_cycle

YEAR = 2023
LAST = date(2024, 11, 5)


@dataclass
class Played:
    """A played year: where it lies and what was done on the way."""

    settings: Settings
    script: Script
    done: list[Done]

    def cycle(self, day: date = LAST) -> Cycle:
        return open_cycle(YEAR, day, settings=self.settings)

    def play(self) -> list[Done]:
        """Play the whole script (again); answers what was done."""
        return play(self.settings, self.script)

    def count(self, table: str) -> int:
        with self.cycle().store.read() as connection:
            found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            return found

    def messages(self) -> list[dict[str, str]]:
        lines = (self.settings.var / "notices.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


@contextmanager
def listening(settings: Settings) -> Iterator[None]:
    """A real HTTP sink behind every channel of the pack."""
    names = [f"JIXIAO_CHANNEL_{n}" for n in ("DEPARTMENTS", "BUREAU", "OPERATORS")]
    with Sink(settings.var / "notices.jsonl") as sink:
        for name in names:
            os.environ[name] = f"{sink.url.rstrip('/')}/{name.rsplit('_', 1)[1].lower()}"
        try:
            yield
        finally:
            for name in names:
                del os.environ[name]


def play(settings: Settings, script: Script) -> list[Done]:
    done: list[Done] = []

    def forward(day: date) -> None:
        did, failed = advance(open_cycle(YEAR, day, settings=settings))
        assert not failed, failed
        done.extend(did)

    with listening(settings):
        play_days(settings, script, demo_dir(), forward)
    return done


def _played(settings: Settings) -> Played:
    settings.var.mkdir(parents=True, exist_ok=True)
    script = load_script(demo_dir() / "script.yaml")
    return Played(settings, script, play(settings, script))


@pytest.fixture(scope="session")
def sqlite_year(tmp_path_factory: pytest.TempPathFactory) -> Played:
    var = tmp_path_factory.mktemp("year")
    return _played(Settings(var, f"sqlite:///{var / 'jixiao.db'}"))


@pytest.fixture(scope="session")
def postgres_year(tmp_path_factory: pytest.TempPathFactory, year_database: str) -> Iterator[Played]:
    var = tmp_path_factory.mktemp("year-pg")
    played = _played(Settings(var, year_database))
    yield played
    played.cycle().store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def year(request: pytest.FixtureRequest) -> Played:
    """The played year, on SQLite and on PostgreSQL."""
    name = "sqlite_year" if request.param == "sqlite" else "postgres_year"
    played: Played = request.getfixturevalue(name)
    return played


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[date], Cycle]:
    """Cycles of an installation in which nothing has happened yet."""
    settings = Settings(tmp_path / "var", f"sqlite:///{tmp_path / 'jixiao.db'}")
    return lambda day: open_cycle(YEAR, day, settings=settings)
