"""What of a program the keys of finished work hang on: its code, its templates, its version.

A release that left no word of itself in the database has its own kept in ``releases/``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from jixiao import reports
from jixiao.installation.paths import shipped_template_dir, template_dir
from jixiao.rules.versions import engine_key, rule_sources, written_source
from jixiao.version import __version__
from jixiao.year.hashing import content_hash

_RELEASES = Path(__file__).parent / "releases"
_TEMPLATES = ("reports", "word", "typst", "site")
_LAID_OUT_BY = ("reports", "word", "typst")


class Program(msgspec.Struct, frozen=True):
    """One version of the program, as far as results depend on it.

    Attributes:
        engine: hash of the code that reads and scores.
        rules: hash of each rule's code and of what it imports, by the rule's code.
        written: hash of the code that runs the rules a pack writes itself.
        folders: hash of the templates it ships, by folder.
        layout_code: hash of the code that lays reports out.
    """

    version: str
    engine: str
    rules: dict[str, str]
    written: str
    folders: dict[str, str]
    layout_code: str

    @property
    def layout(self) -> str:
        """Changes whenever a template or the code that lays reports out does."""
        return content_hash(
            self.version, *(self.templates(name) for name in _LAID_OUT_BY), self.layout_code
        )

    def templates(self, folder: str) -> str:
        """Changes whenever a template of the folder does; an installation's own are no program's."""
        used = template_dir()
        return self.folders[folder] if used == shipped_template_dir() else _hash(used / folder)

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()


def from_json(text: str) -> Program:
    return msgspec.json.decode(text, type=Program)


def current_program() -> Program:
    """The program that runs."""
    return Program(
        version=__version__,
        engine=engine_key(),
        rules=rule_sources(),
        written=written_source(),
        folders={name: _hash(shipped_template_dir() / name) for name in _TEMPLATES},
        layout_code=_hash(Path(reports.__file__).parent),
    )


def released(version: str) -> Program | None:
    """A release that wrote no word of itself into the database, ``None`` where none is known."""
    file = _RELEASES / f"{version}.json"
    return from_json(file.read_text(encoding="utf-8")) if file.is_file() else None


@cache
def _hash(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return content_hash(*(part for p in files for part in (p.name, p.read_bytes())))
