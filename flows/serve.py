"""One command that runs everything on one machine: server, deployments, automations, worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from flows.lock import Doing, held, page_of
from flows.server import (
    HEARTBEAT_SECONDS,
    POOL,
    SERVED,
    agreed_login,
    answers,
    check_login,
    environment_of,
    free_port,
    server_environment,
    start_server,
    stop,
    wait_until_up,
)
from jixiao.errors import JixiaoError
from jixiao.installation.pinned import pin
from jixiao.installation.settings import Settings

PORT = 4200
#: Yearly runs are to be seen a year ahead; Prefect makes them 100 days ahead unless told.
AHEAD = "P400D"
POLL_SECONDS = 0.5
#: How long a process must have lived before it is started again at once.
STEADY_SECONDS = 30
#: SQLite has one writer; more runs at once make the server wait for itself.
RUNS_AT_ONCE = "2"


def serve(settings: Settings, port: int | None, say: Callable[[str], None]) -> None:
    """Run until Ctrl-C or SIGTERM; whatever of it dies is started again.

    Called a second time for the same folder it says where the first one is, and ends; while the
    first one is stopping it waits, and takes over.

    Args:
        port: of the UI and API; ``None``: 4200 where it is free, else any free one; 0: any.

    Raises:
        JixiaoError: the login is set by halves; the server did not start, and the text names its
            log; or another one has the folder and is hung.
    """
    home = settings.records.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        hold = stack.enter_context(held(home, say))
        if hold is None:
            return
        stack.enter_context(_terminated_like_ctrl_c())
        chosen = _port(port)
        environment = _environment(home, settings, chosen)
        api = environment["PREFECT_API_URL"]
        stack.enter_context(environment_of({**environment, **agreed_login()}))
        pin(settings.var, say)
        say("正在启动 Prefect 服务……")
        server = stack.enter_context(_kept(lambda: start_server(home, chosen)))
        try:
            wait_until_up(server.process, api, home)
            say("正在登记部署和自动化规则……")
            _register()
            worker = stack.enter_context(_kept(lambda: _start_worker(home)))
            stack.enter_context(_told(home, api))
            hold.now(Doing.RUNNING)
            say(f"已就绪。请在浏览器打开 {page_of(api)} ，按 Ctrl+C 结束。")
            while True:
                server.keep()
                worker.keep()
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            say("正在停止……没有做完的部分下次接着做。")
        finally:
            hold.now(Doing.STOPPING)
    say("已停止。")


def _port(wanted: int | None) -> int:
    if wanted:
        return wanted
    return (free_port(PORT) if wanted is None else None) or free_port() or PORT


@contextmanager
def _told(home: Path, api: str) -> Iterator[None]:
    """Others find the running server by this file."""
    file = home / SERVED
    file.write_text(json.dumps({"api": api, "pid": os.getpid()}))
    try:
        yield
    finally:
        file.unlink()


@contextmanager
def _terminated_like_ctrl_c() -> Iterator[None]:
    """systemd stops a service by SIGTERM; it is to end as cleanly as by Ctrl-C."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _environment(home: Path, settings: Settings, port: int) -> dict[str, str]:
    return {
        **server_environment(home, port, records_only=False),
        "PREFECT_UI_URL": f"http://127.0.0.1:{port}",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": AHEAD,
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        # Runs work in folders of their own; where ours are they learn from here.
        "JIXIAO_VAR": str(settings.var),
        "JIXIAO_DATABASE": settings.database,
    }


def register_with(wait: int) -> list[str]:
    """Register everything with the server of ``PREFECT_API_URL``.

    Raises:
        JixiaoError: none is named, it does not answer within ``wait`` seconds, or it wants
            another login.
    """
    api = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not api:
        raise JixiaoError(
            "没有设置 PREFECT_API_URL。请写明 Prefect 服务的地址，或改用 jixiao serve。"
        )
    deadline = time.monotonic() + wait
    while not answers(api):
        if time.monotonic() > deadline:
            raise JixiaoError(f"{api} 的 Prefect 服务没有应答。请先启动它。")
        time.sleep(1)
    check_login(api)
    return _register()


def _register() -> list[str]:
    """Pool, deployments, automations; answers the names of the deployments."""
    # Imported here: Prefect reads where its server is when it is imported.
    from flows.automations import set_automations
    from flows.deployments import register_all

    names = register_all()
    set_automations(names)
    return names


class Kept:
    """A process that is started again whenever it ends, until it is stopped."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._start = start
        self.process = start()
        self._since = time.monotonic()

    def keep(self) -> None:
        """Start it again if it has ended; one that dies at once is given some time first."""
        if self.process.poll() is None:
            return
        if time.monotonic() - self._since < STEADY_SECONDS:
            time.sleep(STEADY_SECONDS / 6)
        self.process, self._since = self._start(), time.monotonic()


@contextmanager
def _kept(start: Callable[[], subprocess.Popen[bytes]]) -> Iterator[Kept]:
    kept = Kept(start)
    try:
        yield kept
    finally:
        stop(kept.process)


def _start_worker(home: Path) -> subprocess.Popen[bytes]:
    with (home / "worker.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own words
            [
                sys.executable,
                "-m",
                "prefect",
                "worker",
                "start",
                "--pool",
                POOL,
                "--type",
                "process",
                "--limit",
                RUNS_AT_ONCE,
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
