"""A second `jixiao serve` for a folder says what is true of the first, waits, or takes over."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows import lock
from flows.lock import HOLDER, LOCK, Doing, held
from flows.server import SERVED
from jixiao.errors import JixiaoError

#: The first one: takes the lock, then does as it is told, a word a line; with the last it ends.
FIRST = """
import sys
from pathlib import Path
from flows.lock import Doing, held
with held(Path(sys.argv[1]), print) as hold:
    print("held", flush=True)
    for word in sys.stdin:
        hold.now(Doing(word.strip()))
        print(word, end="", flush=True)
"""


class First:
    """Another process that has the lock of a folder."""

    def __init__(self, root: Path, home: Path) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-c", FIRST, str(home)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear("held")

    def _hear(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == word

    def now(self, doing: Doing, api: str = "") -> None:
        assert self.process.stdin is not None
        if api:
            (self.home / SERVED).write_text(json.dumps({"api": api, "pid": self.process.pid}))
        self.process.stdin.write(f"{doing}\n")
        self.process.stdin.flush()
        self._hear(doing)

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def first(root: Path, tmp_path: Path) -> Iterator[First]:
    one = First(root, tmp_path)
    yield one
    one.kill()


@pytest.fixture
def api() -> Iterator[str]:
    """A server that answers whether it is well."""

    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Well) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


def second(home: Path, *heard: Callable[[], None]) -> tuple[bool, list[str]]:
    """Start a second one: whether it got the lock, and what it said.

    Args:
        heard: what happens as soon as it has said its first sentence, its second, …
    """
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) <= len(heard):
            heard[len(said) - 1]()

    with held(home, say) as hold:
        return hold is not None, said


def test_nobody_else(tmp_path: Path) -> None:
    assert second(tmp_path) == (True, [])


def test_it_runs(first: First, api: str) -> None:
    first.now(Doing.RUNNING, api)
    page = f"{api.removesuffix('/api')}/v2/dashboard"
    assert second(first.home) == (False, [f"已经在运行：{page}"])


def test_it_is_stopping(first: First, api: str) -> None:
    """Its server may answer until the last moment, and is no longer to be named."""
    first.now(Doing.RUNNING, api)
    first.now(Doing.STOPPING)
    pid = first.process.pid
    assert second(first.home, first.end) == (
        True,
        [f"另一个 jixiao serve（进程 {pid}）正在停止，等它结束后接着启动……"],
    )
    mine = {"pid": os.getpid(), "doing": "starting"}
    assert json.loads((first.home / HOLDER).read_text()) == mine


def test_it_is_starting(first: First, api: str) -> None:
    """What a dead one has left there is not its address."""
    (first.home / SERVED).write_text(json.dumps({"api": api, "pid": 1}))
    got, said = second(first.home, lambda: first.now(Doing.RUNNING, api))
    assert not got
    starts, runs = said
    assert starts == f"另一个 jixiao serve（进程 {first.process.pid}）正在启动，等它就绪……"
    assert runs.startswith("已经在运行：")


def test_it_fails_while_starting(first: First) -> None:
    got, said = second(first.home, first.kill)
    assert got
    assert "正在启动" in said[0]


def test_it_stops_while_starting(first: First) -> None:
    got, said = second(first.home, lambda: first.now(Doing.STOPPING), first.end)
    assert got
    assert ["正在启动" in said[0], "正在停止" in said[1]] == [True, True]


@pytest.mark.parametrize(
    ("doing", "says"),
    [(Doing.STARTING, "还没有就绪"), (Doing.RUNNING, "没有应答"), (Doing.STOPPING, "还没有结束")],
)
def test_it_is_hung(first: First, monkeypatch: pytest.MonkeyPatch, doing: Doing, says: str) -> None:
    first.now(doing, "http://127.0.0.1:1/api")
    monkeypatch.setitem(lock.PATIENCE, doing, 0)
    with pytest.raises(JixiaoError) as hung:
        second(first.home)
    for part in (says, f"进程 {first.process.pid}", f"kill {first.process.pid}", "server.log"):
        assert part in hung.value.message


@contextmanager
def of_an_older_program(home: Path) -> Iterator[None]:
    """It has the lock and says nothing of itself."""
    with (home / LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("left", ["", "{", '{"pid": 0}', '{"pid": 1, "doing": "dreaming"}'])
def test_it_does_not_say(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    (tmp_path / HOLDER).write_text(left)
    with of_an_older_program(tmp_path):
        monkeypatch.setitem(lock.PATIENCE, Doing.UNKNOWN, 0)
        with pytest.raises(JixiaoError, match=r"\$\(fuser .*serve.lock\)"):
            second(tmp_path)
        (tmp_path / SERVED).write_text(json.dumps({"api": api, "pid": 1}))
        got, (said,) = second(tmp_path)
    assert not got
    assert said.startswith("已经在运行：")


def test_what_a_dead_one_said_misleads_nobody(first: First, api: str) -> None:
    first.now(Doing.RUNNING, api)
    first.kill()
    assert second(first.home) == (True, [])
    first.home.joinpath(HOLDER).write_text(
        json.dumps({"pid": first.process.pid, "doing": "stopping"})
    )
    with of_an_older_program(first.home):
        got, (said,) = second(first.home)
    assert not got
    assert said.startswith("已经在运行：")
