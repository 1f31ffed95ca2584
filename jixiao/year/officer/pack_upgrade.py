"""What a newer program ships otherwise than an installation has pinned, and taking it over.

A file is taken over only where the bureau has not changed it since it was pinned. What only the
bureau has changed is no difference: the program has nothing new there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from jixiao.errors import PackError
from jixiao.installation.delivery import write_file
from jixiao.installation.differences import Change, differences
from jixiao.installation.paths import shipped_config_dir
from jixiao.installation.pinned import (
    Shipped,
    copy_year,
    file_hash,
    files_of,
    read_record,
    write_record,
)
from jixiao.policy import load_pack
from jixiao.policy.files import PackFiles
from jixiao.rules import check_pack
from jixiao.version import __version__


class Standing(StrEnum):
    """Who has changed a file since it was pinned."""

    PROGRAM = "program"
    BOTH = "both"
    BUREAU = "bureau"
    UNKNOWN = "unknown"  # how it was pinned was not written down


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is not as the program ships it.

    Attributes:
        kind: ``new``: shipped and never pinned; ``gone``: pinned and not shipped any more;
            ``deleted``: shipped, and taken away here.
        changes: what it says otherwise; none where it is only written in another format, and
            none is looked for where only the bureau has changed it.
    """

    name: str
    standing: Standing
    kind: Literal["changed", "new", "gone", "deleted"]
    changes: tuple[Change, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the program says something here that the installation does not know of."""
        said = self.kind != "changed" or bool(self.changes)
        return said and self.standing is not Standing.BUREAU


@dataclass(frozen=True, slots=True)
class YearPlan:
    """A year as the program ships it, held against the pinned one.

    Attributes:
        state: ``new``: never pinned; ``removed``: taken away here as a whole.
        formats: what the pinned and the shipped one are written in.
    """

    year: int
    state: Literal["new", "removed", "here"]
    formats: tuple[int, int] = (0, 0)
    files: tuple[FileChange, ...] = ()

    @property
    def differs(self) -> bool:
        return self.state == "new" or any(file.differs for file in self.files)

    @property
    def whole(self) -> bool:
        """Files of two formats cannot lie together: all of them are taken over or none."""
        return self.formats[0] != self.formats[1]

    @property
    def takes(self) -> tuple[FileChange, ...]:
        """What may be taken over."""
        free = tuple(file for file in self.files if file.standing is Standing.PROGRAM)
        return () if self.whole and free != self.files else free


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a year.

    Attributes:
        taken: the files that were taken over.
        before: the copy of the folder as it was.
        refused: why nothing was taken over, where that would have spoilt the pack.
    """

    taken: tuple[str, ...]
    before: Path | None = None
    refused: str = ""


def plan(config: Path, year: int) -> YearPlan:
    """Hold a shipped year against the pinned packs in ``config``.

    Raises:
        PackError: a file of either cannot be read.
    """
    shipped, record = shipped_config_dir(), read_record(config)
    here, there = config / str(year), shipped / str(year)
    recorded = _of_year(record, year)
    if not os.path.lexists(here):
        return YearPlan(year, "removed" if recorded else "new")
    if not here.is_dir():
        raise PackError(f"{here} 不是文件夹，读不了固定的政策包。请从备份恢复它。")
    ours, theirs = PackFiles(here), PackFiles(there)
    names = sorted({*files_of(there), *(n for n in recorded if (here / n).is_file())})
    found = (_compare(name, ours, theirs, recorded) for name in names)
    files = tuple(file for file in found if file is not None)
    return YearPlan(year, "here", (ours.format, theirs.format), files)


def _of_year(record: Shipped | None, year: int) -> dict[str, str]:
    """What was written down of a year's files, by their path in its folder."""
    head = f"{year}/"
    files = record.files if record else {}
    return {n.removeprefix(head): files[n] for n in files if n.startswith(head)}


def _compare(
    name: str, ours: PackFiles, theirs: PackFiles, recorded: dict[str, str]
) -> FileChange | None:
    """How a file differs; ``None`` where the two say the same and are written alike."""
    here, there = (
        file_hash(each.folder / name) if (each.folder / name).exists() else None
        for each in (ours, theirs)
    )
    if here == there:
        return None
    standing = _standing(here, there, recorded.get(name), known=bool(recorded))
    if here is None:
        return FileChange(name, standing, "deleted" if name in recorded else "new")
    if there is None:
        return FileChange(name, standing, "gone")
    if standing is Standing.BUREAU:
        return FileChange(name, standing, "changed")
    changes = tuple(_changes(name, ours, theirs))
    if not changes and ours.format == theirs.format:
        return None
    return FileChange(name, standing, "changed", changes)


def _standing(here: str | None, there: str | None, then: str | None, *, known: bool) -> Standing:
    if not known:
        return Standing.UNKNOWN
    if here == then:
        return Standing.PROGRAM
    return Standing.BUREAU if there == then else Standing.BOTH


def _changes(name: str, ours: PackFiles, theirs: PackFiles) -> Iterator[Change]:
    """By what both say in this program's format."""
    if not name.endswith(".yaml"):
        yield Change("", "changed", "原来的", "现在的")
        return
    old, new = ours.data(name), theirs.data(name)
    for change in differences(old, new):
        if (name, change.key) != ("pack.yaml", "format"):
            yield change


def take_over(config: Path, plan: YearPlan) -> Applied:
    """Take over what may be, after a look at what would come of it.

    Raises:
        PackError: a file cannot be read.
        OSError: one cannot be written.
    """
    shipped, year = shipped_config_dir(), str(plan.year)
    applied = Applied(())
    with tempfile.TemporaryDirectory(dir=config, prefix=".upgrading-") as name:
        staged = Path(name)
        if plan.state == "new":
            taken = copy_year(shipped, staged, plan.year)
            os.rename(staged / year, config / year)
            _write_down(config, taken)
            return Applied(tuple(taken))
        if plan.takes:
            shutil.copytree(config / year, staged / year)
            _take(shipped / year, staged / year, plan)
            try:
                check_pack(load_pack(staged / year))
            except PackError as error:
                return Applied((), refused=error.message.replace(str(staged), str(config)))
            before = _free(config / f"{year}.before-{__version__}")
            shutil.copytree(config / year, staged / before.name)
            os.rename(staged / before.name, before)
            _take(shipped / year, config / year, plan)
            applied = Applied(tuple(file.name for file in plan.takes), before)
    if plan.state == "here" and _of_year(read_record(config), plan.year):
        # Of every file, not only of those just taken: the last time may have been cut off.
        _write_down(config, _alike(config / year, shipped / year, year))
    return applied


def _write_down(config: Path, files: dict[str, str]) -> None:
    """What is now as this program ships it; what is neither here nor shipped is forgotten."""
    record, shipped = read_record(config), shipped_config_dir()
    known = {**(record.files if record else {}), **files}
    there = {n: known[n] for n in known if (config / n).exists() or (shipped / n).exists()}
    write_record(config, Shipped(__version__, there))


def _alike(here: Path, there: Path, year: str) -> dict[str, str]:
    hashes = {name: file_hash(there / name) for name in files_of(there)}
    return {
        f"{year}/{name}": content
        for name, content in hashes.items()
        if (here / name).is_file() and file_hash(here / name) == content
    }


def _take(shipped: Path, into: Path, plan: YearPlan) -> None:
    """Each file is replaced at once: the year is there at every moment, and cut off in the middle
    the rest is taken over the next time."""
    for file in plan.takes:
        if file.kind == "gone":
            (into / file.name).unlink()
        else:
            write_file(into / file.name, (shipped / file.name).read_bytes())


def _free(path: Path) -> Path:
    """This name, or the first free one after it."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
