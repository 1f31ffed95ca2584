"""One worker against two at the same stage: ``python -m benchmarks.workers``.

A Prefect server on PostgreSQL, workers beside it as processes of their own, a made-up county whose
filings are all evaluated. Its reports are rendered by the flow ``render``, first with one worker
alone, then by two workers for shares, each time in a copy of the same installation. Every
worker that does this work, with all it starts, is held to one core of its own, so that it stands
for a machine of one core; database, server and the run that only shares out take what is left.

The time is from the start of the first run to the end of the last, as Prefect recorded it, with
the starts of the runs' own processes. Every report must have been rendered once, by either.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.bench import ROOT, machine
from benchmarks.kinds import YEAR
from benchmarks.laid_out import LaidOut, lay_out
from flows.server import SHARES
from jixiao.installation.paths import pack_dir
from jixiao.installation.settings import Settings
from jixiao.policy import Stage, load_pack
from jixiao.policy.roster import roster_file
from jixiao.store.store import history
from jixiao.store.targets import put_targets
from jixiao.year import Cycle, approve, open_cycle
from jixiao.year.runner import perform
from tests.conftest import server_address
from tests.operator.province import Province, province, workers

DEPARTMENTS = 300  # more than are task runs of their own, so that the stage is shared out
SECONDS = 1800.0  # a stage may take


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers")
    parser.add_argument("--departments", type=int, default=DEPARTMENTS)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print(machine(), flush=True)
    pack = load_pack(pack_dir(YEAR))
    with tempfile.TemporaryDirectory() as folder, databases(4) as (records, first, *copies):
        place = Path(folder)
        county = lay_out(place / "county", pack, words.departments, words.seed)
        evaluated = Settings(place / "evaluated", first)
        day = evaluate_all(county, evaluated)
        with province(ROOT, place / "server", records) as served:
            took = [
                rendered(served, copied(evaluated, place / f"by-{n}", to), n, day)
                for n, to in enumerate(copies, 1)
            ]
    for n, (seconds, done) in enumerate(took, 1):
        print(f"{n} worker{'s' * (n > 1)}: {seconds:7.1f} s, {done / seconds:5.2f} departments/s")
    print(f"two in {took[1][0] / took[0][0]:.2f} of the time of one; every report rendered once")


@contextmanager
def databases(count: int) -> Iterator[list[str]]:
    """Addresses of so many new databases, dropped at the end."""
    server = create_engine(server_address(), isolation_level="AUTOCOMMIT")
    names = [f"jixiao_bench_{uuid.uuid4().hex[:12]}" for _ in range(count)]
    with server.connect() as connection:
        for name in names[:2]:
            connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield [server.url.set(database=n).render_as_string(hide_password=False) for n in names]
    finally:
        with server.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def evaluate_all(county: LaidOut, settings: Settings) -> date:
    """Bring the year to where every filing is evaluated and no report is rendered; that day."""
    roster = roster_file(settings.var, YEAR)
    roster.parent.mkdir(parents=True)
    shutil.copyfile(roster_file(county.folder, YEAR), roster)
    calendar = open_cycle(YEAR, settings=settings).pack.calendar
    issue = open_cycle(YEAR, calendar.window(Stage.ISSUE).opens, settings=settings)
    for member in county.members():
        with issue.store.begin() as connection:
            put_targets(connection, member.targets, source="", problems=[], day=issue.day)
        approve(issue, member.department.code, "周明远")
    must(issue, "issue")
    settings.inbox.mkdir(parents=True)
    for path in county.files():
        shutil.copyfile(path, settings.inbox / path.name)
    review = open_cycle(YEAR, calendar.window(Stage.REVIEW).opens, settings=settings)
    must(review, "collect")
    must(review, "evaluate")
    return review.day


def must(cycle: Cycle, step: str) -> None:
    _, failed = perform(cycle, step)
    if failed:
        raise RuntimeError(f"{step}: {failed}")


def copied(settings: Settings, var: Path, database: str) -> Settings:
    """The same installation once more."""
    shutil.copytree(settings.var, var)
    server = create_engine(
        make_url(database).set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        names = [make_url(address).database for address in (database, settings.database)]
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": names[1]},
        )
        connection.execute(text(f"CREATE DATABASE {names[0]} TEMPLATE {names[1]}"))
    server.dispose()
    return Settings(var, database)


def rendered(served: Province, settings: Settings, number: int, day: date) -> tuple[float, int]:
    """Seconds so many workers take for the stage, and how many reports they rendered."""
    before = {r["id"] for flow in ("render", "share") for r in served.runs(flow)}
    names = [f"machine-{n}" for n in range(number)] if number > 1 else []
    with (
        workers(served, settings, f"desk-{number}") as desk,
        workers(served, settings, *names, pool=SHARES) as machines,
    ):
        for core, worker in enumerate(machines or desk):
            os.sched_setaffinity(worker.process.pid, {core})
        run = served.start("render", year=YEAR, day=str(day))
        served.wait(run, "Completed", "Failed", "Crashed", seconds=SECONDS)
        served.settle(SECONDS)
    assert served.over_badly() == []
    runs = [r for f in ("render", "share") for r in served.runs(f) if r["id"] not in before]
    assert len(runs) == (1 if number == 1 else 1 + number), [r["name"] for r in runs]
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        done = Counter(e.unit for e in history(connection, YEAR) if e.what == "rendered")
    assert set(done.values()) == {1}, done
    begun = min(datetime.fromisoformat(r["start_time"]) for r in runs)
    ended = max(datetime.fromisoformat(r["end_time"]) for r in runs)
    return (ended - begun).total_seconds(), len(done)


if __name__ == "__main__":
    main()
