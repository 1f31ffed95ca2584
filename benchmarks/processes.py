"""What a process and all its children have cost so far, as the system counts it (``/proc``)."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds between two looks at the memory; a process lives longer than that.
_LOOK = 2.0

#: What a process is, told by its command line; the first that is in it counts.
_PARTS = {
    "prefect server": "server",
    "prefect.server": "server",
    "jixiao.year.pool": "pool",
    "jixiao.intake.child": "reader",
    "benchmarks.bench": "flows",
}


def tree() -> list[int]:
    """This process and all its living descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [os.getpid()]
    for pid in found:  # grows while it is gone through
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def tree_cpu() -> float:
    """CPU seconds of the tree so far, children that have ended included."""
    ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in tree())
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    return _proc(pid, "stat").rpartition(")")[2].split()  # from the state on


@contextmanager
def watched(peaks: dict[str, float]) -> Iterator[None]:
    """Write down meanwhile the most memory any process of a part has had, in MB.

    Looked at again and again: what has ended cannot be asked, and what the system keeps of it
    counts its parent's memory too.
    """
    over = threading.Event()

    def look() -> None:
        for pid in tree():
            words = _proc(pid, "cmdline").replace("\0", " ")
            part = next((name for sign, name in _PARTS.items() if sign in words), "others")
            peaks[part] = max(peaks.get(part, 0.0), _peak(pid))

    def watch() -> None:
        while not over.wait(_LOOK):
            look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        look()


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", _proc(pid, "status"))
    return int(found[1]) / 1024 if found else 0.0


def _proc(pid: int, name: str) -> str:
    """What the system says of a process; nothing if it has just ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
