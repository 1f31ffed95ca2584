"""The site at another place: any address fsspec knows (a folder, SFTP, an object store)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.core import url_to_fs

from jixiao.errors import JixiaoError
from jixiao.publishing.content import Content, bytes_of, digest

# What lies at the target and with which content; no page links to it.
_MANIFEST = ".jixiao-site.json"
# Pages that lead to others, from the inside out: a reader never follows a link into nothing.
_LAST = ("feed.xml", "sitemap.xml", "index.html")


def mirror(files: Mapping[str, Content], address: str) -> list[str]:
    """Make the target hold exactly ``files`` (relative path → content): content first, index last.

    Only what changed is sent; what an earlier mirror left and the site no longer has is removed
    at the very end. Stopped anywhere, the next call finishes it.

    Returns:
        The paths written.

    Raises:
        JixiaoError: the target cannot be reached or written to.
    """
    try:
        target, root = _open(address)
        there = _read_manifest(target, root)
        wanted = {path: digest(content) for path, content in files.items()}
        changed = sorted((p for p in files if there.get(p) != wanted[p]), key=_order)
        for path in changed:
            _write(target, f"{root}/{path}", bytes_of(files[path]))
        for path in sorted(set(there) - set(wanted)):
            if target.exists(f"{root}/{path}"):
                target.rm_file(f"{root}/{path}")
        if there != wanted:
            _write(target, f"{root}/{_MANIFEST}", json.dumps(wanted, sort_keys=True).encode())
    except (OSError, ImportError, ValueError) as error:
        raise JixiaoError(
            f"发布到 {_shown(address)} 没有完成：{type(error).__name__}。"
            "请检查 JIXIAO_PUBLISH_TO 和网络，再运行一次 jixiao publish，会接着传。"
        ) from error
    return changed


def _open(address: str) -> tuple[fsspec.AbstractFileSystem, str]:
    target, root = url_to_fs(address)
    return target, str(root).rstrip("/")


def _order(path: str) -> tuple[bool, int, str]:
    """Content, then pages that list it, the deepest first."""
    name = path.rsplit("/", 1)[-1]
    leads = name in _LAST and path.count("/") < 2
    return leads, -path.count("/"), path


def _read_manifest(target: fsspec.AbstractFileSystem, root: str) -> dict[str, str]:
    place = f"{root}/{_MANIFEST}"
    if not target.exists(place):
        return {}
    content: Any = json.loads(target.cat_file(place))
    return {str(path): str(digest) for path, digest in content.items()}


def _write(target: fsspec.AbstractFileSystem, place: str, content: bytes) -> None:
    target.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
    target.pipe_file(place, content)


def _shown(address: str) -> str:
    """The address without user, password and query, which may be secrets."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else address
