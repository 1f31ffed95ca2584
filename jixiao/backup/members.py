"""Files into the tar of a backup, each hashed as it passes."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from jixiao.backup.manifest import Manifest, legible, stays
from jixiao.errors import JixiaoError, reason, remedy
from jixiao.installation.contents import passing


@contextmanager
def reading(path: Path | str) -> Iterator[None]:
    """What the system refuses within is about this file, which is to be saved."""
    try:
        yield
    except OSError as error:
        raise JixiaoError(
            f"读不了要备份的 {legible(str(path))}：{reason(error)}。{remedy(error)}，再备份一次。"
        ) from error


def add_folder(tar: tarfile.TarFile, manifest: Manifest, folder: Path, name: str) -> list[str]:
    """Everything below a folder, under this name; which of its links lead out of it."""
    leading_out = []
    for path in _below(folder):
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if passing(PurePosixPath(inside)):
            continue
        if not path.is_symlink():
            _add_file(tar, manifest, inside, path)
        elif stays(target := os.readlink(path)):
            manifest.links[inside] = target
        elif path.is_file():  # whoever reads it sees a file, and restored it will be one
            _add_file(tar, manifest, inside, path)
        else:
            leading_out.append(inside)
    return leading_out


def _below(folder: Path) -> Iterator[Path]:
    """Files and links below a folder, in order.

    Raises:
        JixiaoError: a folder cannot be read; one left out silently would be missed too late.
    """

    def refused(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # taken away meanwhile
            with reading(error.filename):
                raise error

    for top, folders, files in os.walk(folder, onerror=refused):
        folders.sort()
        here = Path(top)
        links = [f for f in folders if (here / f).is_symlink()]
        yield from (here / name for name in sorted((*files, *links)))


def _add_file(tar: tarfile.TarFile, manifest: Manifest, name: str, path: Path) -> None:
    with reading(path):
        content = _opened(path)
    if content is not None:
        with content:
            add_open(tar, manifest, name, content)


def _opened(path: Path) -> BinaryIO | None:
    """``None`` for what is no file, and for what a department took back meanwhile."""
    try:
        return path.open("rb") if path.is_file() else None
    except FileNotFoundError:
        return None


def add_open(tar: tarfile.TarFile, manifest: Manifest, name: str, content: BinaryIO) -> None:
    """An open file as it is now."""
    lies = os.fstat(content.fileno())
    member = tarfile.TarInfo(name)
    member.size, member.mode = lies.st_size, stat.S_IMODE(lies.st_mode)
    member.mtime = int(lies.st_mtime)
    passed = _Hashed(content, name)
    tar.addfile(member, passed)
    manifest.files[name] = passed.digest.hexdigest()


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


class _Hashed:
    """A file hashed as it is read: what is in the tar is what the manifest says, whoever writes
    to the file meanwhile.
    """

    def __init__(self, content: BinaryIO, name: str) -> None:
        self._content, self._name = content, name
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        with reading(self._name):
            data = self._content.read(size)
        if len(data) < size:
            raise JixiaoError(f"{legible(self._name)} 正在被改写，备份没有完成。请稍后再备份一次。")
        self.digest.update(data)
        return data
