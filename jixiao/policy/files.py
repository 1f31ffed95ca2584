"""A pack's files as they lie on disk, brought to this program's format before they are checked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from jixiao.errors import PackError
from jixiao.policy import formats
from jixiao.policy.yamlfile import Keys, at, inside, read_yaml, validated

M = TypeVar("M", bound=BaseModel)
#: Reads a format as the model of pack.yaml does.
_NUMBER = TypeAdapter(Annotated[int, Field(ge=1)])

FILES = (
    "pack.yaml",
    "calendar.yaml",
    "scoring.yaml",
    "rules.yaml",
    "departments.yaml",
    "channels.yaml",
)


def form_names(folder: Path) -> tuple[str, ...]:
    """The forms that lie in a pack's folder."""
    return tuple(sorted(path.stem for path in (folder / "forms").glob("*.yaml")))


class _Read(NamedTuple):
    data: Any
    node: yaml.Node | None


class _Origin(NamedTuple):
    """Where what was read stands on disk; held fast, so that no other takes its identity."""

    value: object
    name: str
    keys: Keys


class PackFiles:
    """The files of one pack.

    Attributes:
        format: the format they are written in; what they say is given in this program's.

    Raises:
        PackError: a newer program wrote them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, _Read] = {}
        self._origins: dict[int, _Origin] = {}
        self.format = self._written()
        if self.format < formats.FORMAT:
            self._upgrade()

    def load(self, name: str, model: type[M]) -> M:
        """One file as a ``model``.

        Raises:
            PackError: one line per mistake, each with file, line and key.
        """
        # Not held longer than needed: a roster may be large.
        read = self._held.get(name) or self._read(name)
        return validated(read.data, model, partial(self._locate, name, read))

    def data(self, name: str) -> Any:
        """What one file says, unchecked.

        Raises:
            PackError: it cannot be read.
        """
        return self._hold(name).data

    def place(self, name: str, *keys: str | int) -> str:
        """File, line and key on disk, for a mistake that shows only beside another file.

        Raises:
            PackError: the file cannot be read.
        """
        return at(*self._locate(name, self._hold(name), keys))

    def _read(self, name: str) -> _Read:
        return _Read(*read_yaml(self.folder / name))

    def _hold(self, name: str) -> _Read:
        if name not in self._held:
            self._held[name] = self._read(name)
        return self._held[name]

    def _written(self) -> int:
        """The format pack.yaml names."""
        try:
            data, node = self._hold("pack.yaml")
        except PackError:
            return formats.FORMAT  # what is wrong is said when the file is loaded
        try:
            said = _NUMBER.validate_python(data.get("format", 1) if isinstance(data, dict) else 1)
        except ValidationError:
            return formats.FORMAT  # as above
        if said > formats.FORMAT:
            raise PackError(
                f"{at(self.folder / 'pack.yaml', node, ('format',))}：政策包是由更新的程序写的"
                f"（格式 {said}，本程序认识到 {formats.FORMAT}），请先升级程序。"
            )
        return said

    def _upgrade(self) -> None:
        for name in (*FILES, *(f"forms/{form}.yaml" for form in form_names(self.folder))):
            try:
                read = self._hold(name)
            except PackError:
                continue  # what is wrong is said when the file is loaded
            self._remember(read.data, name, ())
        files = {name: read.data for name, read in self._held.items()}
        formats.upgrade(files, self.format)
        for name, data in files.items():
            node = self._held[name].node if name in self._held else None
            self._held[name] = _Read(data, node)

    def _remember(self, value: Any, name: str, keys: Keys) -> None:
        """Where everything stands; once, however often it is referred to.

        True, false and texts of one character are the same things wherever they are written.
        """
        if not isinstance(value, dict | list | str) or id(value) in self._origins:
            return
        if isinstance(value, str) and len(value) < 2:
            return
        self._origins[id(value)] = _Origin(value, name, keys)
        if isinstance(value, dict):
            for key, inner in value.items():
                self._remember(inner, name, (*keys, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                self._remember(inner, name, (*keys, index))

    def _locate(self, name: str, read: _Read, keys: Keys) -> tuple[Path, yaml.Node | None, Keys]:
        """Where on disk stands what these keys lead to, wherever an upgrade has moved it."""
        value, there = read.data, keys[:0]
        for key in keys:
            value, there = inside(value, key), (*there, key)
            origin = self._origins.get(id(value))
            if origin is not None:
                name, there, read = origin.name, origin.keys, self._held[origin.name]
        return self.folder / name, read.node, there
