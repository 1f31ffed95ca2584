"""A Prefect server of our own, for the demo, for runs on one machine and for `jixiao serve`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jixiao.errors import JixiaoError

START_SECONDS = 180
RECORD_SECONDS = 120
#: Between two heartbeats of a run; Prefect takes no fewer.
HEARTBEAT_SECONDS = 30
#: Where `jixiao serve` says that it runs.
SERVED = "serve.json"


def server_environment(home: Path, port: int, *, records_only: bool = True) -> dict[str, str]:
    """Settings of a private server: its own home, nothing sent out, the UI on any port.

    Args:
        records_only: nothing is scheduled or triggered.
    """
    off = _NOT_FOR_RECORDING if records_only else ()
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
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in off},
    }


_NOT_FOR_RECORDING = (
    "SCHEDULER",
    "LATE_RUNS",
    "TRIGGERS",
    "FOREMAN",
    "PAUSE_EXPIRATIONS",
    "CANCELLATION_CLEANUP",
)


@contextmanager
def recorded_server(home: Path) -> Iterator[str]:
    """The API to record runs with: the environment's, a running `jixiao serve`, else our own.

    Our own is started before Prefect is imported, waits at the end until every run is
    recorded, and is stopped; what it recorded stays in ``home``.

    Raises:
        JixiaoError: it did not start; the text names its log.
    """
    given = os.environ.get("PREFECT_API_URL")
    if given:
        yield given
        return
    served = served_api(home)
    if served is not None:
        with environment_of({"PREFECT_API_URL": served}):
            yield served
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


def served_api(home: Path) -> str | None:
    """The API of the `jixiao serve` that runs for this home, if one does."""
    try:
        api: str = json.loads((home / SERVED).read_text())["api"]
    except (OSError, ValueError, KeyError):
        return None
    return api if answers(api) else None


def answers(api: str) -> bool:
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def environment_of(values: Mapping[str, str]) -> Iterator[None]:
    """These variables in the environment, of processes started meanwhile too."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _server(home: Path) -> Iterator[str]:
    """A running server of our own; its settings are in the environment meanwhile."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    port = free_port() or 0
    environment = server_environment(home, port)
    with environment_of(environment):
        process = start_server(home, port)
        try:
            wait_until_up(process, environment["PREFECT_API_URL"], home)
            yield environment["PREFECT_API_URL"]
        finally:
            stop(process)


def start_server(home: Path, port: int) -> subprocess.Popen[bytes]:
    """A server's process in the environment's settings; it logs to ``server.log``."""
    with (home / "server.log").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1",
             "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is ours to handle: workers end before their server does.
            start_new_session=True,
        )  # fmt: skip


def free_port(wanted: int = 0) -> int | None:
    """This port if it is free (0: any free one), else ``None``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return None
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(process: subprocess.Popen[bytes], api: str, home: Path) -> None:
    """Wait until the server answers.

    Raises:
        JixiaoError: it ended or does not answer; the text names its log.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if answers(api):
            return
        time.sleep(0.3)
    log = home / "server.log"
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


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process as Ctrl-C would; by force if it does not listen."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
