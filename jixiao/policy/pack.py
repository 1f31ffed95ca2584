"""A policy pack: one folder a year, loaded, cross-checked and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from jixiao.errors import PackError
from jixiao.model.forms import Form
from jixiao.policy.files import FILES, PackFiles, form_names
from jixiao.policy.model import (
    Calendar,
    Channels,
    Department,
    PackInfo,
    Roster,
    RulesPolicy,
)
from jixiao.policy.scoring import ScoringPolicy

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class Pack:
    """Everything a year says; ``hashes`` holds the content hash of each of its files.

    A pack equals itself alone, so that what is worked out from one can be kept by it.
    """

    root: Path
    info: PackInfo
    calendar: Calendar
    forms: dict[str, Form]
    scoring: ScoringPolicy
    rules: RulesPolicy
    roster: Roster
    channels: Channels
    hashes: dict[str, str]

    @property
    def year(self) -> int:
        return self.info.year

    @cached_property
    def scoring_hash(self) -> str:
        """Changes whenever something does that scores depend on: everything but the rules."""
        return self._hash_of("pack.yaml", "scoring.yaml", *self._form_files)

    @cached_property
    def forms_hash(self) -> str:
        """Changes whenever a form does."""
        return self._hash_of(*self._form_files)

    @property
    def _form_files(self) -> list[str]:
        return [name for name in self.hashes if name.startswith("forms/")]

    def _hash_of(self, *names: str) -> str:
        return hashlib.sha256("".join(self.hashes[n] for n in names).encode()).hexdigest()

    @cached_property
    def _by_code(self) -> dict[str, Department]:
        return {d.code: d for d in self.roster.departments}

    def department(self, code: str) -> Department | None:
        """The department with this unit code, if it is on the roster."""
        return self._by_code.get(code)

    def source(self, key: str) -> str:
        """Title of a source document, for a working or a finding."""
        return self.info.sources[key].title

    def title(self, text: str) -> str:
        """A form's text with ``{year}`` and ``{last_year}`` filled in."""
        return text.replace("{year}", str(self.year)).replace("{last_year}", str(self.year - 1))


def load_pack(folder: Path) -> Pack:
    """The pack in ``folder``; one of an earlier format is brought to this program's in memory.

    Raises:
        PackError: everything that is wrong, a line each, naming file, line and key; or that a
            newer program wrote it.
    """
    if not folder.is_dir():
        raise PackError(f"找不到政策包 {folder}。请检查年度，或从上一年复制一份再修改。")
    load = _Collect(PackFiles(folder))
    info = load("pack.yaml", PackInfo)
    calendar = load("calendar.yaml", Calendar)
    scoring = load("scoring.yaml", ScoringPolicy)
    rules = load("rules.yaml", RulesPolicy)
    roster = load("departments.yaml", Roster)
    channels = load("channels.yaml", Channels)
    # A mistake in pack.yaml must not hide those in the forms.
    names = info.forms if info is not None else form_names(folder)
    forms = {name: load(f"forms/{name}.yaml", Form) for name in names}
    if (
        info is None
        or calendar is None
        or scoring is None
        or rules is None
        or roster is None
        or channels is None
        or load.problems
    ):
        raise PackError("\n".join(load.problems))
    pack = Pack(
        root=folder,
        info=info,
        calendar=calendar,
        forms={name: form for name, form in forms.items() if form is not None},
        scoring=scoring,
        rules=rules,
        roster=roster,
        channels=channels,
        hashes=_hashes(folder, names),
    )
    _cross_check(pack)
    return pack


class _Collect:
    """Loads files one after the other and collects what is wrong with each."""

    def __init__(self, files: PackFiles) -> None:
        self.files = files
        self.problems: list[str] = []

    def __call__(self, name: str, model: type[M]) -> M | None:
        try:
            return self.files.load(name, model)
        except PackError as error:
            self.problems.append(error.message)
            return None


def _hashes(folder: Path, forms: tuple[str, ...]) -> dict[str, str]:
    names = (*FILES, *(f"forms/{form}.yaml" for form in forms))
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def _cross_check(pack: Pack) -> None:
    """What one file alone cannot tell: names that must exist in another file.

    Raises:
        PackError: everything that is wrong.
    """
    found = (*_names_of_files(pack), *_names_on_the_roster(pack), *_sources(pack))
    if found:
        place = PackFiles(pack.root).place
        raise PackError("\n".join(f"{place(file, *keys)}：{text}。" for file, keys, text in found))


Problem = tuple[str, tuple[str | int, ...], str]


def _names_of_files(pack: Pack) -> Iterator[Problem]:
    if pack.root.name.isdigit() and int(pack.root.name) != pack.year:
        text = f"应与文件夹的年度 {pack.root.name} 一致，现为 {pack.year}"
        yield "pack.yaml", ("year",), text
    for name, form in pack.forms.items():
        if form.id != name:
            yield f"forms/{name}.yaml", ("id",), f"应与文件名一致，现为“{form.id}”"


def _names_on_the_roster(pack: Pack) -> Iterator[Problem]:
    for index, department in enumerate(pack.roster.departments):
        path = ("departments", index)
        for at, channel in enumerate(department.channels):
            if channel not in pack.channels.channels:
                text = f"{department.name}的通知渠道“{channel}”没有在 channels.yaml 里定义"
                yield "departments.yaml", (*path, "channels", at), text
        if department.competent is not None and pack.department(department.competent) is None:
            text = f"{department.name}的主管部门 {department.competent} 不在名册里"
            yield "departments.yaml", (*path, "competent"), text


def _sources(pack: Pack) -> Iterator[Problem]:
    unknown = pack.scoring.source_keys() - set(pack.info.sources)
    for path, key in _source_places(pack.scoring.model_dump(), ()):
        if key in unknown:
            yield "scoring.yaml", path, f"依据“{key}”没有在 pack.yaml 的 sources 里"


def _source_places(
    data: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where in dumped data a source is named, and which."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "source" and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _source_places(value, (*path, key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from _source_places(value, (*path, index))
