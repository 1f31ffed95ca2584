"""The manifest: what a backup holds, in whatever format it was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from jixiao.errors import JixiaoError
from jixiao.installation.contents import SAVED
from jixiao.store.db import knows
from jixiao.version import __version__

MANIFEST = "manifest.json"
#: Where the rows are, a file a table.
ROWS = "database"
#: Where a manifest has its own hash.
_SEAL = "sha256"

_WRONG = "备份的校验清单{}，不是完整的备份。请换一份备份。"


@dataclass
class Manifest:
    """What a backup holds and what it does not.

    Attributes:
        revision: of the database's schema.
        made: when, UTC.
        program: by which version of ours.
        files: path → SHA-256.
        links: link → where it leads.
        rows: table → how many.
        elsewhere: what lay outside of the installation's folder: variable → what it is.
        settings: names of what was set outside of it, never what to; ``None``: not told.
    """

    revision: str
    made: str
    program: str = __version__
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    settings: list[str] | None = None

    def to_json(self) -> bytes:
        return sealed({"format": FORMAT, **asdict(self)})


def sealed(data: dict[str, Any]) -> bytes:
    """A manifest with the hash of what it says itself, which no other hash holds."""
    data = {**data, _SEAL: _hash(data)}
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8", "surrogatepass")  # names of files are any bytes


def _hash(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def read_manifest(data: bytes) -> Manifest:
    """The manifest of a backup.

    Raises:
        JixiaoError: it is none, it is not whole, or a newer program wrote it.
    """
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        raise JixiaoError(_WRONG.format("读不了")) from None
    number = given.get("format") if isinstance(given, dict) else None
    if type(number) is not int or number < 1:
        raise JixiaoError(_WRONG.format("没有写明格式"))
    if number not in _READERS:
        raise JixiaoError("备份是更新版本的程序制作的，本程序读不了。请先升级程序。")
    manifest = _checked(_READERS[number](given))
    if not knows(manifest.revision):
        raise JixiaoError(f"备份的数据库版本（{manifest.revision}）本程序不认识。请先升级程序。")
    return manifest


def _first(given: dict[str, Any]) -> dict[str, Any]:
    """Release 0.1.0 did not say what was not in it."""
    return {**given, "program": "0.1.0", "elsewhere": {}, "settings": None}


def _second(given: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in given.items() if name != _SEAL}
    if given.get(_SEAL) != _hash(said):
        raise JixiaoError(_WRONG.format("被改动或已损坏"))
    return said


#: Format → what turns its manifest into today's. Every format stays readable for good.
_READERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _first, 2: _second}
FORMAT = max(_READERS)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _counts(value: object) -> bool:
    return isinstance(value, dict) and all(type(v) is int and v >= 0 for v in value.values())


def _names(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(map(_text, value)))


#: Field → whether a value can be one.
_SHAPE: dict[str, Callable[[object], bool]] = {
    "revision": _text,
    "made": _text,
    "program": _text,
    "files": _texts,
    "links": _texts,
    "rows": _counts,
    "elsewhere": _texts,
    "settings": _names,
}


def _checked(given: dict[str, Any]) -> Manifest:
    for name, fits in _SHAPE.items():
        if name not in given or not fits(given[name]):
            raise JixiaoError(_WRONG.format(f"里 {name} 一项不对"))
    manifest = Manifest(**{name: given[name] for name in _SHAPE})
    _check_rows(manifest)
    _check_links(manifest)
    return manifest


def legible(name: str) -> str:
    """A file's name as it can be printed, on one line: it may be any bytes."""
    return "".join(c if c.isprintable() else "?" for c in name)


def rows_of(table: str) -> str:
    """The member that holds the rows of a table."""
    return f"{ROWS}/{table}.jsonl"


def _check_rows(manifest: Manifest) -> None:
    """Every table that is counted has its rows, and there are no others."""
    counted = {rows_of(table) for table in manifest.rows}
    there = {name for name in manifest.files if name.startswith(f"{ROWS}/")}
    for name in sorted(counted ^ there):
        raise JixiaoError(_WRONG.format(f"与内容不一致（{legible(name)}）"))


def _check_links(manifest: Manifest) -> None:
    """Links lead from one place of an installation to another below the same folder."""
    for link, target in manifest.links.items():
        above = map(str, PurePosixPath(link).parents)
        taken = link in manifest.files or any(a in manifest.links for a in above)
        if taken or link.startswith(f"{ROWS}/") or not (inside(link) and stays(target)):
            raise JixiaoError(f"备份里有不该有的链接：{legible(link)}。请换一份备份。")


def inside(name: str) -> bool:
    """Whether a member's name stays where a backup puts things."""
    path = PurePosixPath(name)
    top = {ROWS, *(entry.name for entry in SAVED)}
    plain = stays(name) and str(path) == name  # written the one way it can be
    return plain and len(path.parts) > 1 and path.parts[0] in top


def stays(target: str) -> bool:
    """Whether a link leads nowhere but to its own folder or below it."""
    path = PurePosixPath(target)
    whole = bool(target) and "\0" not in target
    return whole and not path.is_absolute() and ".." not in path.parts
