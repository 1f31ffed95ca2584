"""A full disk, a database that is gone for a while, a power cut while the site is put in place."""

from __future__ import annotations

import json
import resource
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from jixiao.demo.sink import Sink
from jixiao.installation.delivery import Folder
from jixiao.installation.settings import Settings
from jixiao.store.db import migrate
from jixiao.store.store import history
from jixiao.year import Cycle, open_cycle, outstanding, perform
from jixiao.year.steps import targets as targets_step
from tasks.trouble import explain
from tests.operator.aside import CUTS, Aside
from tests.operator.year import YEAR, Prepared, canonical, play, settings_in, tree

OPENING = date(2022, 11, 15)
ISSUE = date(2024, 2, 20)
PUBLISH = date(2024, 9, 2)
SONGXI = "12431199MB990505X6"
CHANNELS = ("DEPARTMENTS", "BUREAU", "OPERATORS")


@contextmanager
def told_to(file: Path) -> Iterator[None]:
    """Every channel of the pack leads to one file."""
    with Sink(file) as sink, pytest.MonkeyPatch.context() as patch:
        for name in CHANNELS:
            patch.setenv(f"JIXIAO_CHANNEL_{name}", sink.address(name.lower()))
        yield


def messages(file: Path) -> Counter[tuple[str, str]]:
    """What was told; every installation told beside its own folder names files below it."""
    said = file.read_text("utf-8").replace(str(file.parent / "var"), "<var>")
    lines = map(json.loads, said.splitlines())
    return Counter((line["title"], line["message"]) for line in lines)


def units(cycle: Cycle, what: str) -> Counter[str | None]:
    """How often something was done, by department."""
    with cycle.store.read() as connection:
        return Counter(e.unit for e in history(connection, YEAR) if e.what == what)


@pytest.mark.parametrize("kind", [".xlsx", ".docx"])
def test_a_full_disk_keeps_one_department_waiting(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    settings = settings_in(tmp_path)
    list(play(prepared, settings, first=date(2022, 12, 15), last=ISSUE - timedelta(days=1)))
    cycle = open_cycle(YEAR, ISSUE, settings=settings)
    write = Folder.write

    def full(self: Folder, name: str, data: bytes) -> str:
        if not (SONGXI in name and name.endswith(kind)):
            return write(self, name, data)
        # From here on the system takes no more than the beginning of a file.
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            return write(self, name, data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    before = tree(settings.deliveries)
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "write", full)
        done, failed = perform(cycle, "issue")
    assert [d.id for d in done] == ["12431199MB9903038L"]
    (error,) = failed.values()
    assert isinstance(error, OSError)
    why, next = explain(error)
    assert "，读写不了" in why
    assert SONGXI in why  # the file, not the temporary one beside it
    assert ".writing-" not in why
    assert next
    # What is there is whole, and nobody was told of a workbook that is not.
    assert set(units(cycle, "issued")) == {"12431199MB9903038L"}
    left = {n for n in tree(settings.deliveries).keys() - before.keys() if SONGXI in n}
    assert not any(n.endswith(kind) or ".writing-" in n for n in left), left
    assert [i.id for i in outstanding(cycle)["issue"]] == [SONGXI]

    done, failed = perform(cycle, "issue")
    assert [d.id for d in done] == [SONGXI]
    assert not failed
    assert set(units(cycle, "issued").values()) == {1}
    assert "issue" not in outstanding(cycle)
    laid = [n for n in tree(settings.deliveries).keys() - before.keys() if SONGXI in n]
    assert sorted(Path(n).suffix for n in laid) == [".docx", ".xlsx"]


@dataclass
class Server:
    """A PostgreSQL server that turns its back on one database."""

    address: str
    name: str

    def __call__(self, *statements: str) -> None:
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement), {"name": self.name})
        engine.dispose()

    def drop_connections(self) -> None:
        self("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")

    def leave(self) -> None:
        self(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        self.drop_connections()

    def come_back(self) -> None:
        self(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


@pytest.mark.postgres
@pytest.mark.parametrize("away", [False, True], ids=["connections dropped", "gone for a while"])
def test_a_database_that_goes_away_in_mid_step(
    need: Callable[[str], str], postgres_address: str, tmp_path: Path, away: bool
) -> None:
    settings = settings_in(tmp_path, postgres_address)
    cycle = open_cycle(YEAR, OPENING, settings=settings)
    migrate(cycle.store.engine)  # another test may have emptied the database meanwhile
    server = Server(need("postgres"), str(make_url(postgres_address).database))
    put, calls = targets_step.put_issued, 0

    def interrupted(*args: Any, **values: Any) -> bool:
        nonlocal calls
        calls += 1
        new = put(*args, **values)
        if calls == 3:  # the row is in, its line in the log and its notice are not
            if away:
                server.leave()
            else:
                server.drop_connections()
        return new

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(targets_step, "put_issued", interrupted)
            done, failed = perform(cycle, "targets")
        assert len(done) == (2 if away else 5)
        assert len(failed) == (4 if away else 1)
        for error in failed.values():
            assert isinstance(error, OperationalError)
            why, next = explain(error)
            assert why.startswith("数据库出错")
            assert "恢复后点 Retry" in next
        if away:
            with pytest.raises(OperationalError):
                outstanding(cycle)
    finally:
        server.come_back()

    assert {i.name for i in outstanding(cycle)["targets"]} == set(failed)
    with told_to(tmp_path / "told.jsonl"):
        again, still = perform(cycle, "targets")
        assert {d.name for d in again} == set(failed)
        assert not still
        assert not perform(cycle, "notify")[1]
    counts = units(cycle, "targets_issued")
    assert len(counts) == 6
    assert set(counts.values()) == {1}
    told = messages(tmp_path / "told.jsonl")
    assert set(told.values()) == {1}
    said = "\n".join(message for _, message in told)
    assert all(d.name in said for d in (*done, *again))
    cycle.store.close()


@pytest.fixture(scope="module")
def eve(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The year as it stands the day before anything is public."""
    folder = tmp_path_factory.mktemp("eve")
    settings = settings_in(folder)
    with told_to(tmp_path_factory.mktemp("told") / "before.jsonl"):
        list(play(prepared, settings, last=PUBLISH - timedelta(days=1)))
    open_cycle(YEAR, settings=settings).store.close()
    return folder


@dataclass(frozen=True)
class Published:
    settings: Settings
    told: Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def undisturbed(
    eve: Path, prepared: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    folder = tmp_path_factory.mktemp("undisturbed")
    settings = settings_in(shutil.copytree(eve, folder / "var"))
    with told_to(folder / "told.jsonl"):
        list(play(prepared, settings, first=PUBLISH))
    return Published(settings, messages(folder / "told.jsonl"))


@pytest.mark.parametrize("cut", CUTS)
def test_a_power_cut_while_the_site_is_put_in_place(
    eve: Path, undisturbed: Published, prepared: Prepared, root: Path, tmp_path: Path, cut: str
) -> None:
    settings = settings_in(shutil.copytree(eve, tmp_path / "var"))
    current = settings.site / "current"
    with told_to(tmp_path / "told.jsonl"):
        with Aside(root, settings, cut) as child:
            assert child.answer() == "ready"
            child.tell(PUBLISH)
            assert child.answer() == ""
            assert child.ended() == -signal.SIGKILL
        # Nobody ever saw half of a site, and nobody was told of a page that is not shown.
        assert current.is_symlink() == (cut == "switched")
        assert not units(open_cycle(YEAR, PUBLISH, settings=settings), "published")
        list(play(prepared, settings, first=PUBLISH))

    assert tree(current) == tree(undisturbed.settings.site / "current")
    assert [p.name for p in (settings.site / "versions").iterdir()] == [
        p.name for p in (undisturbed.settings.site / "versions").iterdir()
    ]
    assert canonical(settings)["events"] == canonical(undisturbed.settings)["events"]
    assert messages(tmp_path / "told.jsonl") == undisturbed.told
    assert set(undisturbed.told.values()) == {1}
