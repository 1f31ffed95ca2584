"""A folder that changes as a whole: built beside the old one, switched in one step.

``versions/<hash>/`` holds the content, ``current`` is a link to one of them. A reader sees the
old site or the new one, never half of either, and a crash at any moment leaves the old one.
A file that stays the same is not written again but gets a second name; ``lists/<hash>.jsonl``
says how each file was written, a line each, so that one changed by hand is seen.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from jixiao.errors import JixiaoError
from jixiao.publishing.content import Content, bytes_of, digest

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


class Lies(NamedTuple):
    """How a file was written: its content's hash, its size in bytes and its time."""

    sha256: str
    size: int
    mtime_ns: int


def switch(link: Path, version: Path) -> None:
    """Make ``link`` show ``version``, in one atomic step."""
    fresh = link.with_name(f"{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.relative_to(link.parent))
    os.replace(fresh, link)


def put(
    out: Path,
    files: Mapping[str, Content],
    *,
    keep: int = KEEP,
    switch: Callable[[Path, Path], None] = switch,
) -> Switched:
    """Show exactly ``files`` (relative path → content) under ``out/current``.

    The last ``keep`` versions stay for whoever must go back. Only one build runs at a time.

    Raises:
        JixiaoError: ``out/current`` is no link.
    """
    versions, link = out / "versions", out / _LINK
    versions.mkdir(parents=True, exist_ok=True)
    version = _version(files)
    target = versions / version
    with _alone(out):
        _check_link(link)
        if target.is_dir() and link.is_symlink() and link.resolve() == target.resolve():
            return Switched(False, version, link)
        _clear_unfinished(versions)
        if not target.is_dir():
            fresh, before = versions / f"{_UNFINISHED}{version}", link.resolve()
            _list_of(target).parent.mkdir(exist_ok=True)
            with _list_of(target).open("w", encoding="utf-8") as lines:
                _write(fresh, files, before, lines)
            os.sync()  # all is on the disk before it has its name
            os.rename(fresh, target)
        os.utime(target)
        switch(link, target)
        _prune(versions, target, keep)
    return Switched(True, version, link)


def _check_link(link: Path) -> None:
    """A folder copied without its links cannot be switched; whose it is must say what goes."""
    if link.is_dir() and not link.is_symlink():
        raise JixiaoError(
            f"{link} 应是指向某一版的链接，现在却是文件夹，多半是复制时没有保留链接。"
            "请把它改名或删去（各版内容在旁边的 versions 里），再重新办理，会自动重建链接。"
        )


def _version(files: Mapping[str, Content]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{digest(files[path])}\n".encode())
    return whole.hexdigest()[:20]


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One build at a time: the lock is freed when its holder ends, however it ends."""
    with (out / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(fresh: Path, files: Mapping[str, Content], before: Path, lines: TextIO) -> None:
    """Write everything under ``fresh``.

    Args:
        before: the version shown now, whose unchanged files get a second name.
        lines: where it is said how each file lies there.
    """
    fresh.mkdir()
    for path, old in _beside(sorted(files), _known(_list_of(before))):
        file, content = fresh / path, files[path]
        file.parent.mkdir(parents=True, exist_ok=True)
        wanted = digest(content)
        # One that was changed by hand in the meantime shows it, and is written anew.
        if old is None or old.sha256 != wanted or not _link(before / path, file, old):
            file.write_bytes(bytes_of(content))
        lines.write(json.dumps([path, *_lies(file, wanted)]) + "\n")


def _beside(
    paths: Iterable[str], known: Iterator[tuple[str, Lies]]
) -> Iterator[tuple[str, Lies | None]]:
    """Each path with how it lay before; both in the order of paths, so that none is held."""
    at = next(known, None)
    for path in paths:
        while at is not None and at[0] < path:
            at = next(known, None)
        yield path, at[1] if at is not None and at[0] == path else None


def _lies(file: Path, sha256: str) -> Lies:
    stat = file.stat()
    return Lies(sha256, stat.st_size, stat.st_mtime_ns)


def _link(before: Path, file: Path, lies: Lies) -> bool:
    """Whether a file as it was written could be given a second name."""
    try:
        if _lies(before, lies.sha256) != lies:
            return False
        os.link(before, file)
    except OSError:  # gone, or a disk that has no second names
        return False
    return True


def _list_of(version: Path) -> Path:
    """Where it is said how a version was written."""
    return version.parent.parent / "lists" / f"{version.name}.jsonl"


def _known(list_: Path) -> Iterator[tuple[str, Lies]]:
    """How a version was written, as far as that is known: what is not is written anew."""
    try:
        with list_.open(encoding="utf-8") as lines:
            for line in lines:
                path, sha256, size, mtime_ns = json.loads(line)
                yield str(path), Lies(sha256, size, mtime_ns)
    except (FileNotFoundError, ValueError, TypeError):
        return


def _clear_unfinished(versions: Path) -> None:
    for left in versions.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)
        _list_of(left.with_name(left.name.removeprefix(_UNFINISHED))).unlink(missing_ok=True)


def _prune(versions: Path, current: Path, keep: int) -> None:
    others = sorted(
        (v for v in versions.iterdir() if v != current), key=lambda v: v.stat().st_mtime_ns
    )
    for old in others[: max(len(others) - keep + 1, 0)]:
        shutil.rmtree(old)
        _list_of(old).unlink(missing_ok=True)
