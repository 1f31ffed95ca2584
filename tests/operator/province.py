"""A Prefect server on PostgreSQL that asks for a login, and workers beside it, each a process of
its own as the units of deployments/systemd would start them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from flows.server import HEARTBEAT_SECONDS, POOL, answers, free_port, server_environment
from jixiao.installation.settings import Settings
from tests.operator.served import (
    START,
    Served,
    clean_environment,
    command,
    descendants,
    wait_for,
)
from tests.operator.year import YEAR

LOGIN = "caizheng:mi-ma-8842-Zz"
#: States a run does not leave by itself.
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(frozen=True)
class Province(Served):
    """A server alone, with what its clients need in their environment."""

    environment: dict[str, str] = field(default_factory=dict)
    root: Path = Path()

    def client(self, settings: Settings | None = None) -> dict[str, str]:
        """The environment of a worker or a command line for one installation."""
        found = {k: v for k, v in self.environment.items() if not k.startswith("PREFECT_SERVER_")}
        if settings is not None:
            found |= {"JIXIAO_VAR": str(settings.var), "JIXIAO_DATABASE": settings.database}
        for name in os.environ:
            if name.startswith(("JIXIAO_CHANNEL_", "JIXIAO_SIGNING_", "JIXIAO_SETTLE_")):
                found[name] = os.environ[name]
        return found

    def start_year(self, day: date) -> str:
        """The daily run, for a day of the sample year."""
        return self.start("annual-cycle", year=YEAR, day=str(day))

    def run(self, *words: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
        """A command line of ours beside the server; ``NAME=None`` takes a variable away."""
        given = {k: v for k, v in {**self.client(), **environment}.items() if v is not None}
        return subprocess.run(
            command(*words), cwd=self.root, env=given, capture_output=True, text=True, timeout=300
        )

    def live(self) -> list[dict[str, Any]]:
        """Runs that are under way or shall start now."""
        asked = {"flow_runs": {"state": {"type": {"not_any_": list(OVER)}}}, "limit": 200}
        found: list[dict[str, Any]] = self.ask("/flow_runs/filter", asked)
        return found

    def settle(self, seconds: float = 240) -> None:
        """Wait until every run is over and none has just handed on to another."""
        wait_for(lambda: not self.live(), "every run to be over", seconds)

    def over_badly(self) -> list[str]:
        """Runs whose last word is that they failed or crashed."""
        asked = {"flow_runs": {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}, "limit": 200}
        return [str(r["id"]) for r in self.ask("/flow_runs/filter", asked)]

    def logs(self) -> str:
        return "".join(p.read_text() for p in sorted(self.var.rglob("*.log")))


@contextmanager
def province(root: Path, folder: Path, database: str, *, slot_wait: int = 2) -> Iterator[Province]:
    """A server whose records are in this PostgreSQL database, everything registered with it.

    Nothing is scheduled there: what runs is what a test starts.
    """
    port = free_port() or 0
    address = make_url(database).set(drivername="postgresql+asyncpg")
    environment = {
        **clean_environment(root),
        **server_environment(folder / "prefect", port, records_only=False),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": address.render_as_string(hide_password=False),
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": str(slot_wait),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_SERVER_API_AUTH_STRING": LOGIN,
        "PREFECT_API_AUTH_STRING": LOGIN,
    }
    api = environment["PREFECT_API_URL"]
    log = folder / "server.log"
    process = _start(
        root, log, environment, "server", "start", "--host", "127.0.0.1", "--port", str(port)
    )
    try:
        wait_for(lambda: answers(api) or process.poll() is not None, "the server", START)
        assert process.poll() is None, log.read_text()
        made = Province(process, api, folder, log, LOGIN, environment, root)
        registered = made.run("register", JIXIAO_VAR=str(folder))
        assert registered.returncode == 0, registered.stdout + registered.stderr
        yield made
    finally:
        end(process)


class Worker:
    """A worker's process and what it has started."""

    def __init__(self, of: Province, name: str, settings: Settings, pool: str = POOL) -> None:
        self.name = name
        self.process = _start(
            of.root,
            of.var / f"{name}.log",
            of.client(settings),
            "worker",
            "start",
            "--pool",
            pool,
            "--type",
            "process",
            "--limit",
            "4" if pool == POOL else "1",
            "--name",
            name,
        )

    def flows(self) -> list[int]:
        """The processes of the runs it works on, without what those have started."""
        found = descendants(self.process.pid)
        return [pid for pid, words in found.items() if "prefect.engine" in words]


@contextmanager
def workers(
    of: Province, settings: Settings, *names: str, pool: str = POOL
) -> Iterator[list[Worker]]:
    """Workers of one installation, online; stopped at the end, whoever they are by then."""
    started = [Worker(of, name, settings, pool) for name in names]
    try:
        online(of, pool, *names)
        yield started
    finally:
        for worker in started:
            end(worker.process)


def online(of: Province, pool: str, *names: str) -> None:
    def there() -> bool:
        found = of.ask(f"/work_pools/{pool}/workers/filter", {"limit": 200})
        return {*names} <= {w["name"] for w in found if w["status"] == "ONLINE"}

    wait_for(there, f"{names} to be online")


def end(process: subprocess.Popen[str]) -> None:
    """As a unit is stopped."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(
    root: Path, log: Path, environment: dict[str, str], *words: str
) -> subprocess.Popen[str]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            cwd=root,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
