"""Years that are played for their notices, against a real receiver and by a clock of their own."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jixiao.cli.demo import play_days
from jixiao.demo.sample import Script, load_script
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import ZONE, Settings
from jixiao.notices import Entry, failed, merged, sent, waiting
from jixiao.policy import Pack
from jixiao.store.tables import outbox
from jixiao.year import STEPS, Cycle, advance, open_cycle, perform
from jixiao.year.steps.remind import Outbox
from tests.receiver import Receiver

YEAR = 2023
DEMO = demo_dir()
CHANNELS = ("DEPARTMENTS", "BUREAU", "OPERATORS")


def morning(day: date, hour: int = 10) -> datetime:
    """An hour of this day in Shanghai, as the clock of a played day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


@contextmanager
def reached(receiver: Receiver, mode: str = "ok") -> Iterator[None]:
    """Every channel of the pack leads to the receiver, each by a path of its own."""
    names = [f"JIXIAO_CHANNEL_{name}" for name in CHANNELS]
    for name in names:
        os.environ[name] = receiver.url(f"{mode}/{name.rsplit('_', 1)[1].lower()}")
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]


@contextmanager
def clock(moment: Callable[[], datetime]) -> Iterator[None]:
    """Notices are sent by this clock."""
    before = STEPS["notify"]
    STEPS["notify"] = Outbox(moment)
    try:
        yield
    finally:
        STEPS["notify"] = before


@dataclass
class Stand:
    """An installation in the middle of a year, with a receiver behind every channel.

    ``pack`` replaces the year's pack where a test wants another roster or calendar.
    """

    settings: Settings
    receiver: Receiver
    pack: Pack | None = None

    def cycle(self, day: date) -> Cycle:
        cycle = open_cycle(YEAR, day, settings=self.settings)
        return replace(cycle, pack=self.pack) if self.pack else cycle

    def run(self, day: date, *steps: str, hour: int = 10) -> list[str]:
        """Perform steps on a day; answers what was done, in words."""
        done = []
        with clock(lambda: morning(day, hour)):
            for step in steps:
                did, bad = perform(self.cycle(day), step)
                assert not bad, bad
                done += [f"{d.name}：{d.did}" for d in did]
        return done

    def rows(self, **wanted: Any) -> list[dict[str, Any]]:
        """Rows of the outbox with these values, oldest first."""
        query = select(outbox).order_by(outbox.c.id)
        for name, value in wanted.items():
            query = query.where(outbox.c[name] == value)
        with self.cycle(date(2024, 1, 1)).store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def entries(self) -> dict[str, list[Entry]]:
        listings = {"waiting": waiting, "sent": sent, "failed": failed, "merged": merged}
        with self.cycle(date(2024, 1, 1)).store.read() as connection:
            return {name: listing(connection, YEAR) for name, listing in listings.items()}

    def arrived(self) -> Counter[str]:
        """How often each message id arrived."""
        return Counter(ids(self.receiver))

    def messages(self, words: str) -> list[str]:
        """Title and text of what arrived with these words in it."""
        texts = (f"{body['title']}\n{body['message']}" for _, body in self.receiver.received)
        return [text for text in texts if words in text]


def ids(receiver: Receiver) -> list[str]:
    found = []
    for _, body in receiver.received:
        match = re.search(r"消息编号：(JX-[0-9a-f]{16})$", body["message"])
        assert match, body
        found.append(match[1])
    return found


def play(
    settings: Settings, script: Script, before: Callable[[date], None], last: date = date.max
) -> None:
    """Play the demo's year up to a day, by a clock that stands at ten each morning.

    Args:
        before: called with each day before the year is advanced on it.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    today = [date.min]

    def forward(day: date) -> None:
        if day > last:
            return
        today[0] = day
        before(day)
        _, bad = advance(open_cycle(YEAR, day, settings=settings))
        assert not bad, bad

    acts = script.model_copy(update={"steps": tuple(s for s in script.steps if s.date <= last)})
    with clock(lambda: morning(today[0])):
        play_days(settings, acts, DEMO, forward)


@pytest.fixture(scope="session")
def script() -> Script:
    return load_script(DEMO / "script.yaml")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def issued_year(tmp_path_factory: pytest.TempPathFactory, script: Script) -> Path:
    """The year as it stands on the evening the workbooks went out, 20 February 2024."""
    var = tmp_path_factory.mktemp("issued") / "var"
    receiver = Receiver()
    with reached(receiver):
        play(_settings(var), script, lambda day: None, date(2024, 2, 20))
    receiver.close()
    open_cycle(YEAR, settings=_settings(var)).store.close()
    return var


@pytest.fixture
def issued(issued_year: Path, tmp_path: Path, receiver: Receiver) -> Iterator[Stand]:
    """A copy of that year, for one test, with everybody reachable."""
    var = tmp_path / "var"
    shutil.copytree(issued_year, var, symlinks=True)
    with reached(receiver):
        stand = Stand(_settings(var), receiver)
        yield stand
        stand.cycle(date(2024, 1, 1)).store.close()


@pytest.fixture
def fresh(tmp_path: Path, receiver: Receiver) -> Iterator[Stand]:
    """An installation in which nothing has happened yet, with everybody reachable."""
    with reached(receiver):
        stand = Stand(_settings(tmp_path / "var"), receiver)
        yield stand
        stand.cycle(date(2024, 1, 1)).store.close()


def _settings(var: Path) -> Settings:
    return Settings(var, f"sqlite:///{var / 'jixiao.db'}")
