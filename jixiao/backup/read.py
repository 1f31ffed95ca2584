"""A backup is read: every member laid aside and held against the manifest."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from jixiao.backup.manifest import MANIFEST, Manifest, inside, legible, read_manifest
from jixiao.errors import JixiaoError, reason

_BLOCK = 1 << 20
_NO_BACKUP = "{} 不是备份文件，或者压缩过。请换一份备份，压缩过的请先解压。"


def unpack(file: Path, into: Path) -> Manifest:
    """Every member and link in its place below ``into``, each found as the manifest says.

    Raises:
        JixiaoError: it is no backup, or not as it was made.
        OSError: ``into`` cannot be written to.
    """
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    with _opened(file) as tar:
        for member, content in _members(tar, file):
            if member.name == MANIFEST and manifest is None:
                manifest = read_manifest(_all(content, file))
            else:
                found[member.name] = _lay(member, content, _place(member, into, found), file)
    if manifest is None:
        raise JixiaoError(f"{file} 里没有校验清单，不是完整的备份。请换一份备份。")
    _compare(found, manifest)
    for link, target in manifest.links.items():
        place = into / link
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """The tar in a file.

    Raises:
        JixiaoError: there is no file, or no tar in it.
    """
    if file.is_dir():
        raise JixiaoError(f"{file} 是一个文件夹。请写明备份的文件名。")
    if not file.is_file():
        raise JixiaoError(f"没有这个文件：{file}。请检查路径。")
    try:
        content = file.open("rb")
    except OSError as error:
        raise JixiaoError(f"读不了备份 {file}：{reason(error)}。请检查该文件。") from None
    with content, _tar(content, file) as tar:
        yield tar


def _tar(content: IO[bytes], file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=content, mode="r:")
    except (tarfile.TarError, ValueError):
        raise JixiaoError(_NO_BACKUP.format(file)) from None


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    """What the tar itself says when it is cut off or damaged."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OverflowError):
        raise JixiaoError(f"备份 {file} 不完整或已损坏，读到一半读不下去。请换一份备份。") from None
    except OSError as error:
        raise JixiaoError(f"读不了备份 {file}：{reason(error)}。请换一份备份。") from None


def _members(tar: tarfile.TarFile, file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """The members with their content, one after the other."""
    while True:
        with _whole(file):
            member = tar.next()
        if member is None:
            return
        content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
        if content is None:
            raise _not_ours(member.name)
        yield member, content


def _all(content: IO[bytes], file: Path) -> bytes:
    with _whole(file):
        return content.read()


def _place(member: tarfile.TarInfo, into: Path, found: dict[str, str]) -> Path:
    """Where a member is laid: where a backup puts things, and nothing lies yet.

    Raises:
        JixiaoError: nowhere.
    """
    path = into / member.name
    above = map(str, PurePosixPath(member.name).parents)
    if not inside(member.name) or path.exists() or any(folder in found for folder in above):
        raise _not_ours(member.name)
    return path


def _not_ours(name: str) -> JixiaoError:
    return JixiaoError(f"备份里有不该有的内容：{legible(name)}。请换一份备份。")


def _lay(member: tarfile.TarInfo, content: IO[bytes], path: Path, file: Path) -> str:
    """Write a member as it was, for whom it was; its SHA-256."""
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        while data := _some(content, file):
            digest.update(data)
            out.write(data)
    path.chmod(member.mode & 0o777 | 0o600)
    with _whole(file):
        os.utime(path, (member.mtime, member.mtime))
    return digest.hexdigest()


def _some(content: IO[bytes], file: Path) -> bytes:
    with _whole(file):
        return content.read(_BLOCK)


def _compare(found: dict[str, str], manifest: Manifest) -> None:
    wrong = sorted(n for n in {*found, *manifest.files} if found.get(n) != manifest.files.get(n))
    if wrong:
        raise JixiaoError(
            f"备份已损坏：{legible(wrong[0])} 等 {len(wrong)} 个文件与校验清单不符。请换一份备份。"
        )
