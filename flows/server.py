"""A Prefect server of our own, for the demo, for runs on one machine and for `jixiao serve`."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
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
#: What clients log in with, and what the server asks of them: "user:password".
LOGIN = "PREFECT_API_AUTH_STRING"
SERVER_LOGIN = "PREFECT_SERVER_API_AUTH_STRING"
#: The work pool of stages and decisions.
POOL = "jixiao"
#: The work pool of the shares: each of its workers takes one run at a time, so that the parts of a
#: step go to as many machines as there are.
SHARES = "jixiao-shares"


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
        with _recording_at(given):
            yield given
        return
    served = served_api(home)
    if served is not None:
        with _recording_at(served):
            yield served
        return
    with _server(home) as api:
        yield api
        _wait_until_recorded(api)


@contextmanager
def _recording_at(api: str) -> Iterator[None]:
    """Runs from here are watched like all others: fewer heartbeats and they count as dead."""
    check_login(api)
    heartbeat = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS)}
    with environment_of({"PREFECT_API_URL": api, **heartbeat}):
        yield


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


class Refused(JixiaoError):
    """The server asks for a login, and ours is missing or another one."""


def ask(api: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the server answers, asked with the login of the environment.

    Raises:
        Refused: it wants another login.
        JixiaoError: it does not answer.
    """
    headers = {"Content-Type": "application/json"}
    login = os.environ.get(LOGIN)
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{api}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 401:
            raise Refused(f"{api} 的 Prefect 服务要求登录，{_wrong_login()}。") from None
        raise JixiaoError(f"Prefect 服务对 {path} 答复 {error.code}。请查看它的日志。") from None
    except OSError as error:
        raise JixiaoError(f"Prefect 服务没有回答 {path}：{error}。请查看它的日志。") from None


def _wrong_login() -> str:
    same = f"与服务的 {SERVER_LOGIN} 相同的“用户名:密码”"
    if os.environ.get(LOGIN):
        return f"而 {LOGIN} 里的用户名或密码不对。请改成{same}"
    return f"而这里没有设置 {LOGIN}。请在环境文件里写上{same}"


def check_login(api: str) -> None:
    """Say so before Prefect's client does, in English and at length.

    Raises:
        Refused: the server wants another login than the environment's.
        JixiaoError: it does not answer, or Prefect cannot use such a login.
    """
    flaw = login_flaw()
    if flaw:
        raise JixiaoError(flaw)
    ask(api, "/admin/version")


def login_flaw() -> str | None:
    """What is wrong with the environment's login by itself, ``None`` where nothing is."""
    for name in (SERVER_LOGIN, LOGIN):
        if not os.environ.get(name, "").isascii():
            # Prefect's server cannot compare anything else: it fails at every request.
            return f"{name} 里有中文或全角字符，Prefect 不支持。请改用英文字母、数字和半角符号。"
    asked, sent = os.environ.get(SERVER_LOGIN), os.environ.get(LOGIN)
    if asked and sent and asked != sent:
        return f"{SERVER_LOGIN} 和 {LOGIN} 不一样，谁也登录不了。请写成同一个“用户名:密码”。"
    return None


def agreed_login() -> dict[str, str | None]:
    """What server and clients of one environment use: both the same login, or neither any.

    An empty one would not mean "none": the server would ask for it and nobody would send it.

    Returns:
        Changes to the environment; ``None``: to be taken out of it.

    Raises:
        JixiaoError: only one of the two is set, they differ, or Prefect cannot use them.
    """
    flaw = login_flaw()
    if flaw:
        raise JixiaoError(flaw)
    asked, sent = os.environ.get(SERVER_LOGIN), os.environ.get(LOGIN)
    if bool(asked) != bool(sent):
        missing = LOGIN if asked else SERVER_LOGIN
        raise JixiaoError(
            f"登录只设了一半：没有设置 {missing}。请把 {SERVER_LOGIN} 和 {LOGIN} 写成同一个“用户名:密码”，或两个都去掉。"
        )
    return {} if asked else {SERVER_LOGIN: None, LOGIN: None}


@contextmanager
def environment_of(values: Mapping[str, str | None]) -> Iterator[None]:
    """These variables in the environment, of processes started meanwhile too.

    Args:
        values: ``None``: the variable is taken out.
    """
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
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
    with environment_of({**environment, **agreed_login()}):
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
            [
                sys.executable,
                "-m",
                "prefect",
                "server",
                "start",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is ours to handle: workers end before their server does.
            start_new_session=True,
        )


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
        count = ask(api, "/task_runs/count", {})
        settled = ask(api, "/task_runs/count", {"task_runs": {"state": {"type": {"any_": ended}}}})
        quiet = quiet + 1 if count == settled == before else 0
        before = count
        time.sleep(0.7)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process as Ctrl-C would; by force if it does not listen."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
