"""A Prefect server of our own on a free port, for the demo and for runs on one machine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jixiao.errors import JixiaoError

START_SECONDS = 180
RECORD_SECONDS = 120


def server_environment(home: Path, port: int) -> dict[str, str]:
    """Settings of a private server: its own home, nothing sent out, the UI on any port."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "DO_NOT_TRACK": "1",
        # Written in batches: one statement a state keeps SQLite locked most of the time.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "2",
        # Nothing is scheduled or triggered on a server that only records.
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _NOT_NEEDED},
    }


_NOT_NEEDED = (
    "SCHEDULER",
    "LATE_RUNS",
    "TRIGGERS",
    "FOREMAN",
    "PAUSE_EXPIRATIONS",
    "CANCELLATION_CLEANUP",
)


@contextmanager
def recorded_server(home: Path) -> Iterator[str]:
    """The API to record runs with: the one the environment names, else a server of our own.

    Our own is started before Prefect is imported, waits at the end until every run is
    recorded, and is stopped; what it recorded stays in ``home``.

    Raises:
        JixiaoError: it did not start; the text names its log.
    """
    given = os.environ.get("PREFECT_API_URL")
    if given:
        yield given
        return
    with _server(home) as api:
        yield api
        _wait_until_recorded(api)


def show_server(home: Path) -> None:
    """Serve what was recorded in ``home`` until interrupted, and say where to look.

    Raises:
        JixiaoError: nothing was recorded there, or the server did not start.
    """
    if not home.is_dir():
        raise JixiaoError(f"{home} 里没有运行记录。请先运行 jixiao demo 或 jixiao run。")
    with _server(home) as api:
        print(f"请在浏览器打开 {api.removesuffix('/api')}/v2/runs ，按 Ctrl+C 结束。", flush=True)  # noqa: T201
        while True:
            time.sleep(3600)


@contextmanager
def _server(home: Path) -> Iterator[str]:
    """A running server of our own; its settings are in the environment meanwhile."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    environment = server_environment(home, port)
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    api = environment["PREFECT_API_URL"]
    log = home / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1",
             "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_up(process, api, log)
        yield api
    finally:
        _stop(process)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(process: subprocess.Popen[bytes], api: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise JixiaoError(f"Prefect 服务没有启动成功，记录在 {log}。请查看该文件末尾的原因。")


def _wait_until_recorded(api: str) -> None:
    """Task runs reach the server's database behind the flow; wait until none is on its way."""
    deadline = time.monotonic() + RECORD_SECONDS
    before, quiet = -1, 0
    while time.monotonic() < deadline and quiet < 3:
        ended = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]
        count = _post(f"{api}/task_runs/count", {})
        settled = _post(
            f"{api}/task_runs/count", {"task_runs": {"state": {"type": {"any_": ended}}}}
        )
        quiet = quiet + 1 if count == settled == before else 0
        before = count
        time.sleep(0.7)


def _post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
