"""One `jixiao serve` a folder: who has it, what that one is doing, and what a second one does.

The lock is the truth: the system takes it from a process that dies, however it dies. What its
holder is doing stands in a file beside it, which may be a dead one's.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from flows.server import START_SECONDS, served_api
from jixiao.errors import JixiaoError

LOCK = "serve.lock"
#: Who has the lock and what it is doing.
HOLDER = "serve.holder"
POLL_SECONDS = 0.5


class Doing(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    #: Of a program that does not say.
    UNKNOWN = "unknown"


#: How many seconds the holder may take over it, until it counts as hung.
PATIENCE = {
    Doing.STARTING: START_SECONDS + 120,
    # A server that died is started again.
    Doing.RUNNING: START_SECONDS,
    Doing.STOPPING: 120,
    Doing.UNKNOWN: START_SECONDS + 120,
}
#: What is said at once to who waits, and what the holder has not done when patience is at an end.
WAITING = {
    Doing.STARTING: ("{who}正在启动，等它就绪……", "正在启动，{seconds} 秒还没有就绪"),
    Doing.RUNNING: (
        "{who}在运行，但它的服务没有应答，再等它一会儿……",
        "在运行，但它的服务 {seconds} 秒没有应答",
    ),
    Doing.STOPPING: (
        "{who}正在停止，等它结束后接着启动……",
        "正在停止，{seconds} 秒还没有结束",
    ),
    Doing.UNKNOWN: (
        "{who}占用着 {home}，等它就绪或结束……",
        "占用着 {home}，{seconds} 秒既没有应答也没有结束",
    ),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock, as far as is known."""

    pid: int = 0
    doing: Doing = Doing.UNKNOWN

    @property
    def who(self) -> str:
        return "另一个 jixiao serve" + (f"（进程 {self.pid}）" if self.pid else "")


class Hold:
    """The lock of a folder, while this process has it."""

    def __init__(self, home: Path) -> None:
        self._file = home / HOLDER

    def now(self, doing: Doing) -> None:
        """Tell whoever comes second."""
        new = self._file.with_name(f"{HOLDER}.new")
        new.write_text(json.dumps({"pid": os.getpid(), "doing": doing}))
        new.replace(self._file)


@contextmanager
def held(home: Path, say: Callable[[str], None]) -> Iterator[Hold | None]:
    """The lock of a folder; waited for while the one who has it is about to end.

    Yields:
        ``None`` where another one runs; it was said where.

    Raises:
        JixiaoError: the other one is hung; the text says which process it is and what to do.
    """
    with (home / LOCK).open("a") as lock:
        if not _locked(lock) and not _waited_for(lock, home, say):
            yield None
            return
        hold = Hold(home)
        hold.now(Doing.STARTING)
        yield hold


def page_of(api: str) -> str:
    """Where a browser finds the server."""
    return f"{api.removesuffix('/api')}/v2/dashboard"


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waited_for(lock: IO[str], home: Path, say: Callable[[str], None]) -> bool:
    """Wait until the lock is ours, or until the one who has it answers: then it stays theirs."""
    known, since = None, time.monotonic()
    while not _locked(lock):
        holder = _holder(home)
        # Who starts or stops has not put an address there itself: what stands there is a dead one's.
        answers = holder.doing in (Doing.RUNNING, Doing.UNKNOWN)
        if answers and (api := served_api(home)):
            say(f"已经在运行：{page_of(api)}")
            return False
        if holder != known:
            known, since = holder, time.monotonic()
            say(WAITING[holder.doing][0].format(who=holder.who, home=home))
        if time.monotonic() - since > PATIENCE[holder.doing]:
            raise JixiaoError(_hung(holder, home))
        time.sleep(POLL_SECONDS)
    return True


def _holder(home: Path) -> Holder:
    """What the one who has the lock says of itself; nothing where a dead one said it."""
    try:
        said = json.loads((home / HOLDER).read_text())
        holder = Holder(int(said["pid"]), Doing(said["doing"]))
    except (FileNotFoundError, ValueError, KeyError):
        return Holder()
    return holder if _alive(holder) else Holder()


def _alive(holder: Holder) -> bool:
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _hung(holder: Holder, home: Path) -> str:
    what = WAITING[holder.doing][1].format(home=home, seconds=PATIENCE[holder.doing])
    pid = holder.pid or f"$(fuser {home / LOCK})"
    return (
        f"{holder.who}{what}，多半卡住了。由 systemd 管着的，请运行 systemctl restart jixiao；否则运行 "
        f"kill {pid}，两分钟后再启动，还结束不了就重启这台机器。原因见 {home} 里的 server.log。"
    )
