"""What a process and all its children have cost so far, as the system counts it (``/proc``)."""

from __future__ import annotations

import os
import re
from pathlib import Path


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


def peak(pid: int) -> float:
    """The most memory a process has had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", _proc(pid, "status"))
    return int(found[1]) / 1024 if found else 0.0


def _proc(pid: int, name: str) -> str:
    """What the system says of a process; nothing if it has just ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
