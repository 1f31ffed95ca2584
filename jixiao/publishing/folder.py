"""A folder that changes as a whole: built beside the old one, switched in one step.

``versions/<hash>/`` holds the content, ``current`` is a link to one of them. A reader sees the
old site or the new one, never half of either, and a crash at any moment leaves the old one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEEP = 3
_LINK = "current"
_UNFINISHED = ".new-"


@dataclass(frozen=True, slots=True)
class Switched:
    """What became of a build.

    Attributes:
        changed: ``False`` where the content was there already and nothing was written.
        version: content hash, the name of the version's folder.
        root: the folder to serve; it stays the same whatever version it shows.
    """

    changed: bool
    version: str
    root: Path


def switch(link: Path, version: Path) -> None:
    """Make ``link`` show ``version``, in one atomic step."""
    fresh = link.with_name(f"{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.relative_to(link.parent))
    os.replace(fresh, link)


def put(
    out: Path,
    files: Mapping[str, bytes],
    *,
    keep: int = KEEP,
    switch: Callable[[Path, Path], None] = switch,
) -> Switched:
    """Show exactly ``files`` (relative path → content) under ``out/current``.

    The last ``keep`` versions stay for whoever must go back. Only one build runs at a time.
    """
    versions, link = out / "versions", out / _LINK
    versions.mkdir(parents=True, exist_ok=True)
    version = _version(files)
    target = versions / version
    with _alone(out):
        if target.is_dir() and link.is_symlink() and link.resolve() == target.resolve():
            return Switched(False, version, link)
        _clear_unfinished(versions)
        if not target.is_dir():
            _write(versions / f"{_UNFINISHED}{version}", target, files)
        os.utime(target)
        switch(link, target)
        _prune(versions, target, keep)
    return Switched(True, version, link)


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return digest.hexdigest()[:20]


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One build at a time: the lock is freed when its holder ends, however it ends."""
    with (out / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(fresh: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Write everything under ``fresh``, on the disk, then give it its name."""
    for path, content in files.items():
        file = fresh / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    os.sync()
    os.rename(fresh, target)


def _clear_unfinished(versions: Path) -> None:
    for left in versions.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)


def _prune(versions: Path, current: Path, keep: int) -> None:
    others = sorted(
        (v for v in versions.iterdir() if v != current), key=lambda v: v.stat().st_mtime_ns
    )
    for old in others[: max(len(others) - keep + 1, 0)]:
        shutil.rmtree(old)
