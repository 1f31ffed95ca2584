"""Where files arrive and where they are laid for departments: any folder fsspec knows.

A plain path is a folder of this machine; ``s3://…``, ``webdav://…`` and the like are reached
through fsspec with what the environment configures for them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec
from fsspec.implementations.local import LocalFileSystem

from jixiao.errors import JixiaoError, naming


def write_file(path: Path, data: bytes) -> str:
    """Write a file so that nobody ever sees half of it; returns its SHA-256.

    A file that has this content already is left alone.

    Raises:
        OSError: it cannot be written; ``filename`` is this path or what is in its way.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not (path.is_file() and path.read_bytes() == data):
        with naming(path):
            _replace(path, data)
    return hashlib.sha256(data).hexdigest()


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            # On the disk before it has its name, and its name before a row of the database says
            # that it is there: a power cut must not leave the row without the file.
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file in a folder.

    Attributes:
        name: path below the folder.
        modified: seconds since the epoch, ``None`` where the storage does not tell.
    """

    name: str
    size: int
    modified: float | None


class Folder:
    """A folder anywhere.

    Args:
        address: a path or an fsspec address.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._fs, root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise JixiaoError(
                f"打不开文件夹地址 {address}：{error}。请检查地址，或安装对应的 fsspec 组件。"
            ) from None
        self._root = str(root).rstrip("/")
        self.local = isinstance(self._fs, LocalFileSystem)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def files(self) -> list[Arrived]:
        """Files below the folder, oldest first and then by name; none where it is missing.

        What Office and we ourselves leave half-done (``~$…``, ``.…``) is not one.
        """
        self._fs.invalidate_cache()
        if not self._fs.isdir(self._root):
            return []
        found: dict[str, dict[str, Any]] = self._fs.find(self._root, detail=True)
        arrived = []
        for path, info in found.items():
            name = path[len(self._root) :].lstrip("/")
            last = name.rsplit("/", 1)[-1]
            if info.get("type") == "file" and not last.startswith((".", "~$")):
                arrived.append(Arrived(name, int(info.get("size") or 0), _modified(info)))
        return sorted(arrived, key=lambda a: (a.modified or 0.0, a.name))

    def path(self, name: str) -> Path | None:
        """Where a file is on this machine, ``None`` where the folder is not."""
        return Path(self._at(name)) if self.local else None

    def exists(self, name: str) -> bool:
        found: bool = self._fs.exists(self._at(name))
        return found

    def read(self, name: str) -> bytes:
        """A file's bytes.

        Raises:
            OSError: it cannot be read.
        """
        data: bytes = self._fs.cat_file(self._at(name))
        return data

    def modified(self, name: str) -> float | None:
        """When a file was last written, ``None`` where it is gone or the storage does not tell."""
        try:
            return _modified(self._fs.info(self._at(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> str:
        """Writes a file in one go; returns its SHA-256. A file with this content is left alone.

        Raises:
            OSError: it cannot be written.
        """
        if self.local:
            return write_file(Path(self._at(name)), data)
        path = self._at(name)
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._fs.pipe_file(path, data)
        return hashlib.sha256(data).hexdigest()

    def remove(self, name: str) -> None:
        """Takes a file away; one that is not there is fine."""
        if self.exists(name):
            self._fs.rm_file(self._at(name))

    def link(self, name: str, prefix: str = "") -> str:
        """What a person opens: below ``prefix`` where the folder is served, else its address."""
        if prefix:
            return f"{prefix.rstrip('/')}/{quote(name)}"
        if self.local:
            return str(Path(self._at(name)))
        full: str = self._fs.unstrip_protocol(self._at(name))
        return full


def _modified(info: dict[str, Any]) -> float | None:
    """The time of the last change under the names the storages give it."""
    for key in ("mtime", "LastModified", "last_modified", "modified", "updated", "created"):
        value = info.get(key)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None
