"""Work done in processes of their own, so that a large county keeps every core busy.

Python works on one core a process, and nearly all of a year's work is its own arithmetic and
layout. A few items are not worth the start of a process; from :data:`MANY` on they are handed
to processes, one item at a time, whichever is free. They serve as long as this process lives.

Only who is alive counts, nothing is shared: an item is told by its step, day and id, and what was
done is in the database. A process that dies takes one item with it, which is done again when it
is tried again; processes whose master dies end by themselves.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jixiao.errors import JixiaoError
from jixiao.installation.settings import whole_number
from jixiao.year.base import Cycle, Done, Item, open_cycle

#: From so many items on it pays to start processes.
MANY = 16
#: A process is replaced after so many items, so that whatever a library keeps is let go.
ITEMS = 500


class LostProcess(Exception):
    """The process doing an item died; the text is a Chinese sentence."""


def do_in_process(cycle: Cycle, step: str, item: Item) -> Done:
    """Do one item of a step in one of the processes, waiting until one is free.

    Raises:
        LostProcess: it died over this item.
        Exception: whatever the step raised.
    """
    return _own_pool().do(cycle, step, item)


def do_all(cycle: Cycle, step: str, items: Sequence[Item]) -> Iterator[Done | Exception]:
    """Do every item in the processes; for each, in order, what was done or why it was not."""

    def one(item: Item) -> Done | Exception:
        try:
            return do_in_process(cycle, step, item)
        except Exception as error:  # noqa: BLE001 - it is handed to the caller, who says it
            return error

    with ThreadPoolExecutor(processes()) as threads:
        yield from threads.map(one, items)


def enough_for_processes(items: Sequence[Item]) -> bool:
    """Whether processes are used for these items: for many, and for one that is about many.

    What a process has taken in memory it seldom gives back; these are replaced, the master is not.
    """
    return sum(item.about for item in items) >= MANY and processes() > 1


def processes() -> int:
    """How many work at once: ``JIXIAO_PROCESSES``, else the cores this process may use.

    Raises:
        JixiaoError: that is no number.
    """
    cores = getattr(os, "sched_getaffinity", None)  # not on every system
    return whole_number("JIXIAO_PROCESSES", len(cores(0)) if cores else os.cpu_count() or 1)


class _Worker:
    """One process and the pipes to it."""

    def __init__(self) -> None:
        home = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        self.done = 0

    def do(self, cycle: Cycle, step: str, item: Item) -> Done:
        self.done += 1
        asked = (step, cycle.year, cycle.day, cycle.settings, cycle.actor, item)
        try:
            pickle.dump(asked, self._to)
            self._to.flush()
            answer: Done | Exception = pickle.load(self._from)
        except (BrokenPipeError, EOFError):
            code = self._process.wait()
            raise LostProcess(
                f"办理“{item.name}”的进程意外结束（退出码 {code}），多半是内存不足。"
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def gone(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> None:
        """Let it end: its input does."""
        for pipe in (self._to, self._from):
            with _gone_is_fine():
                pipe.close()
        self._process.wait()


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    """What was not flushed to a process that is gone has nowhere to go."""
    try:
        yield
    except BrokenPipeError:
        return


class _Pool:
    """So many processes at most; each is started when it is first needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._places: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._places.put(None)

    def do(self, cycle: Cycle, step: str, item: Item) -> Done:
        worker = self._places.get()
        try:
            if worker is None or worker.gone:
                worker = _Worker()
            return worker.do(cycle, step, item)
        except LostProcess:
            assert worker is not None
            worker.close()
            worker = None
            raise
        finally:
            if worker is not None and worker.done >= ITEMS:
                worker.close()
                worker = None
            self._places.put(worker)

    def close(self) -> None:
        for _ in range(self.size):
            worker = self._places.get()
            if worker is not None:
                worker.close()


_LOCK = threading.Lock()
_POOLS: dict[int, _Pool] = {}


def _own_pool() -> _Pool:
    """This process's own, of the size that is wanted now."""
    with _LOCK:
        size = processes()
        if size not in _POOLS:
            if not _POOLS:
                atexit.register(_close)
            _POOLS[size] = _Pool(size)
        return _POOLS[size]


def _close() -> None:
    for pool in _POOLS.values():
        pool.close()


def serve() -> None:
    """Be one of the processes: an item in, an answer out, until the master is gone."""
    from jixiao.year.runner import step  # it imports this module

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the master decides when to end
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    while True:
        try:
            id, year, day, settings, actor, item = pickle.load(source)
        except EOFError:
            return
        answer: Done | Exception
        try:
            answer = step(id).do(open_cycle(year, day, settings=settings, actor=actor), item)
        except Exception as error:  # noqa: BLE001 - it is handed to the master, who says it
            answer = _portable(error)
        try:
            pickle.dump(answer, sink)
            sink.flush()
        except BrokenPipeError:
            return


def _portable(error: Exception) -> Exception:
    """The error as it can be handed over, with where it happened in a note.

    One that cannot be pickled is told by its words.
    """
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - a foreign class may fail in any way
        if isinstance(error, JixiaoError):
            return JixiaoError(error.message)
        return RuntimeError(f"{type(error).__name__}：{error}")
    return error
