"""Flow and worker killed together, then the server: the run ends Crashed and Retry goes on."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.automations import SILENCE, ZOMBIE
from jixiao.cycle import open_cycle
from jixiao.store.store import history
from tests.operator.served import Served, descendants, serving, wait_for
from tests.operator.year import YEAR, settings_in

pytestmark = pytest.mark.prefect

OPENING = date(2022, 11, 15)
#: The server looks for silent runs every few seconds.
STATED = SILENCE.seconds + 60


@pytest.fixture(scope="module")
def served(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(root, tmp_path_factory.mktemp("crashing")) as running:
        yield running


def kill(served: Served, *words: str) -> int:
    """SIGKILL for every process of ours whose command line has one of these words."""
    victims = [
        pid
        for pid, args in descendants(served.process.pid).items()
        if any(w in args for w in words)
    ]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    return len(victims)


def test_flow_and_worker_killed_together(served: Served) -> None:
    settings = settings_in(served.var)
    open_cycle(YEAR, OPENING, settings=settings)
    # Whoever holds the database keeps the run at work for as long as we like.
    with sqlite3.connect(
        settings.database.removeprefix("sqlite:///"), isolation_level=None
    ) as holder:
        holder.execute("BEGIN IMMEDIATE")
        run = served.start("targets", year=YEAR, day=str(OPENING))
        served.wait(run, "Running")
        wait_for(lambda: heartbeats(served, run), "a heartbeat")
        assert kill(served, "prefect worker", "prefect.engine") >= 2
        holder.execute("ROLLBACK")
    holder.close()

    state = served.wait(run, "Crashed", seconds=STATED + 60)
    assert "心跳" in state["message"], state
    served.ask(
        f"/flow_runs/{run}/set_state",
        {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True},
    )
    # The worker was started again by then, and what was not done is done.
    assert served.wait(run, "Completed", "Failed", seconds=STATED)["name"] == "Completed"
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        done = Counter(e.unit for e in history(connection, YEAR) if e.what == "targets_issued")
    assert len(done) == 6
    assert set(done.values()) == {1}


def heartbeats(served: Served, run: str) -> int:
    found = served.ask(
        "/events/filter",
        {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]},
                    "resource": {"id": [f"prefect.flow-run.{run}"]}}},
    )  # fmt: skip
    return len(found["events"])


def test_a_killed_server_comes_back_with_everything(served: Served) -> None:
    assert kill(served, "prefect server start") == 1

    def back() -> bool:
        try:
            return any(a["name"] == ZOMBIE for a in served.ask("/automations/filter", {}))
        except OSError:
            return False

    wait_for(back, "the server to come back")
    run = served.start("targets", year=YEAR, day=str(OPENING))
    assert served.wait(run, "Completed", seconds=240)["message"] == "没有待办"
