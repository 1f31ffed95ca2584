"""What a published file holds: bytes just made, or a file that lies somewhere already.

A province's site is some gigabytes that hardly change from one day to the next. What lies in the
reports folder is told by its hash and read only where the site has it not yet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from jixiao.installation.delivery import Folder


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in a folder, known by its content.

    Attributes:
        name: path below the folder; what it holds is never changed, only replaced.
        sha256: of what it holds (hex).
    """

    folder: Folder
    name: str
    sha256: str


Content = bytes | Kept


def digest(content: Content) -> str:
    """SHA-256 (hex)."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def bytes_of(content: Content) -> bytes:
    """The bytes.

    Raises:
        OSError: the file is not there, or is not what it should be.
    """
    if isinstance(content, bytes):
        return content
    found = content.folder.read(content.name)
    if hashlib.sha256(found).hexdigest() != content.sha256:
        raise OSError(f"{content.folder.link(content.name)} 的内容与登记的不一致")
    return found
