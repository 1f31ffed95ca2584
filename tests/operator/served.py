"""A real server and worker, started as an operator would, and asked as the pages ask it."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = 240


@dataclass(frozen=True)
class Served:
    """A running ``jixiao serve``, or a server alone.

    Attributes:
        login: what its clients log in with, ``""``: it asks for none.
    """

    process: subprocess.Popen[str]
    api: str
    var: Path
    log: Path
    login: str = ""

    @property
    def ui(self) -> str:
        return self.api.removesuffix("/api")

    def ask(self, path: str, body: Any = None, *, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.login:
            headers["Authorization"] = "Basic " + base64.b64encode(self.login.encode()).decode()
        request = urllib.request.Request(f"{self.api}{path}", data, headers, method=method)
        for left in reversed(range(10)):
            try:
                with urllib.request.urlopen(request, timeout=70) as answer:
                    said = answer.read()
                    return json.loads(said) if said else None
            except urllib.error.HTTPError as error:
                # The server asks to be asked again; Prefect's own clients do.
                if error.code != 503 or not left:
                    raise
            time.sleep(1)
        raise AssertionError("unreachable")

    def start(self, name: str, **parameters: object) -> str:
        """Run a deployment as "Quick run" does; answers the run's id."""
        deployment = self.ask(f"/deployments/name/{name}/{name}")
        path = f"/deployments/{deployment['id']}/create_flow_run"
        return str(self.ask(path, {"parameters": parameters})["id"])

    def state(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"/flow_runs/{run}")["state"]
        return found

    def wait(self, run: str, *wanted: str, seconds: float = 180) -> dict[str, Any]:
        """Wait until the run is in one of these states."""
        wait_for(lambda: self.state(run)["name"] in wanted, f"{run} to be {wanted}", seconds)
        return self.state(run)

    def retry(self, run: str) -> None:
        """What the button in the pages does."""
        again = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        self.ask(f"/flow_runs/{run}/set_state", {"state": again, "force": True})

    def runs(self, flow: str) -> list[dict[str, Any]]:
        """Runs of a flow that are no longer only planned."""
        asked = {"flows": {"name": {"any_": [flow]}}, "limit": 200, "sort": "START_TIME_ASC"}
        found = self.ask("/flow_runs/filter", asked)
        return [r for r in found if r["start_time"] is not None]


def wait_for(what: Callable[[], object], name: str, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited {seconds} s for {name}"
        time.sleep(0.5)


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from jixiao.cli import main; main()", *words]


def clean_environment(root: Path) -> dict[str, str]:
    """This process's environment as an operator's machine would have it."""
    ours = ("PREFECT_", "JIXIAO_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, "PYTHONPATH": str(root)}


@contextmanager
def serving(root: Path, var: Path, **environment: str) -> Iterator[Served]:
    """``jixiao serve`` on a free port until the end of the block."""
    var.mkdir(parents=True, exist_ok=True)
    log = var / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command("serve", "--var", str(var), "--port", "0"),
            cwd=root,
            env={**clean_environment(root), **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    file = var / "prefect" / "serve.json"
    try:
        wait_for(lambda: file.exists() or process.poll() is not None, "the server", START)
        assert process.poll() is None, log.read_text()
        api = json.loads(file.read_text())["api"]
        yield Served(process, api, var, log, environment.get("PREFECT_API_AUTH_STRING", ""))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=90)


def descendants(pid: int) -> dict[int, str]:
    """Every living descendant of a process, with its command line."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    found: dict[int, str] = {}
    look = [pid]
    while look:
        parent = look.pop()
        for child, its, words in rows:
            if int(its) == parent:
                found[int(child)] = words
                look.append(int(child))
    return found
