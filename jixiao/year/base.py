"""What every step of the year works with.

A step asks the database what is outstanding, does it for one department (or one file) at a
time, and records it with the hash of what it worked from. So a schedule, a retry, a late
filing, a crash and a re-run are all the same thing, and none does finished work twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from jixiao.errors import JixiaoError
from jixiao.installation.delivery import write_file as write_file
from jixiao.installation.paths import config_dir, pack_dir, years_in
from jixiao.installation.settings import Settings, load_settings, today
from jixiao.policy import Department, Pack, load_pack
from jixiao.policy.roster import with_roster
from jixiao.policy.schedule import watched
from jixiao.rules import check_pack
from jixiao.store import Store, open_store
from jixiao.store.db import schema_of, shown
from jixiao.store.store import log
from jixiao.year.hashing import content_hash as content_hash
from jixiao.year.program import Program, current_program

SYSTEM = "系统"


@dataclass(frozen=True)
class Cycle:
    """One year's work on one day.

    Attributes:
        day: the day the work is done for (Asia/Shanghai); flows take it as a parameter, so a
            year can be played in a minute.
        actor: who does it, for the event log.
        program: whose work counts as current.
    """

    pack: Pack
    store: Store
    settings: Settings
    day: date
    actor: str = SYSTEM
    program: Program = field(default_factory=current_program)

    @property
    def year(self) -> int:
        return self.pack.year

    def department(self, code: str) -> Department:
        """The department on the roster.

        Raises:
            JixiaoError: there is none with this code.
        """
        department = self.pack.department(code)
        if department is None:
            raise JixiaoError(f"单位代码 {code} 不在 {self.year} 年度名册里，请核对。")
        return department

    def log(
        self, connection: Connection, what: str, unit: str | None = None, **detail: object
    ) -> None:
        """Write a line of the event log in the transaction of the deed."""
        log(
            connection,
            year=self.year,
            as_of=self.day,
            actor=self.actor,
            what=what,
            unit=unit,
            **detail,
        )

    def as_actor(self, actor: str) -> Cycle:
        return replace(self, actor=actor)


def open_cycle(
    year: int, day: date | None = None, *, settings: Settings | None = None, actor: str = SYSTEM
) -> Cycle:
    """The year's pack and this installation's database, ready to work.

    Raises:
        JixiaoError: the pack is wrong or the database cannot be opened.
    """
    settings = settings or load_settings()
    pack = with_roster(year_pack(year), settings.var)
    _files_have_their_database(settings.database, settings.archive, settings.site)
    return Cycle(pack, _store(settings.database), settings, day or today(), actor)


def year_pack(year: int) -> Pack:
    """The year's pack, its rule settings checked against the catalogue.

    Raises:
        PackError: what is wrong with it.
    """
    folder = pack_dir(year)
    return _pack(folder, max((p.stat().st_mtime_ns for p in folder.rglob("*.yaml")), default=0))


@lru_cache(maxsize=8)
def _pack(folder: Path, stamp: int) -> Pack:
    """Loaded once a process; an edited pack has another stamp and is loaded anew."""
    pack = load_pack(folder)
    check_pack(pack)
    return pack


@lru_cache(maxsize=8)
def _files_have_their_database(address: str, archive: Path, site: Path) -> None:
    """A year whose database is gone is not begun anew over what was filed and published.

    Raises:
        JixiaoError: files of a year lie there, and no database that knows of them.
    """
    there = [str(p) for p in (archive, site / "current") if p.is_dir() and any(p.iterdir())]
    if there and schema_of(address) is None:
        raise JixiaoError(
            f"{'、'.join(there)} 里有已经办过的内容，数据库（{shown(address)}）却是空的或不在了，没有办理。"
            "请检查 JIXIAO_DATABASE 和 JIXIAO_VAR；数据库确实没有了的，用 jixiao restore 恢复备份。"
        )


@lru_cache(maxsize=8)
def _store(address: str) -> Store:
    """One engine a database and process; engines are safe to share between threads."""
    return open_store(address)


def years_with_packs() -> list[int]:
    """The years that have a policy pack, oldest first."""
    return years_in(config_dir())


def open_years(day: date) -> list[int]:
    """The years with something to do on this day, announcements included: usually two."""
    spans = ((y, watched(year_pack(y).calendar)) for y in years_with_packs())
    return [y for y, (first, last) in spans if first <= day <= last]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing outstanding.

    Attributes:
        id: what the step knows it by: a unit code, a file name, a filing's number.
        name: what a person calls it.
        key: content hash of what the work is made from, ``""`` where the id says it all.
        beside: files to be looked at together with the one that is the id, each with its hash.
        about: how many departments it is about, so that what is done for all of them at once is
            known for as much work as it is.
    """

    id: str
    name: str
    key: str = ""
    others: tuple[tuple[str, str], ...] = ()
    about: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """One thing done: whose, what in a Chinese sentence, and where the result is."""

    id: str
    name: str
    did: str
    path: str = ""


class Step(Protocol):
    """One kind of work of the year."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    def due(self, cycle: Cycle) -> list[Item]:
        """What is outstanding on the cycle's day; empty when there is nothing to do."""
        ...

    def do(self, cycle: Cycle, item: Item) -> Done:
        """Do one thing. Doing it twice is harmless."""
        ...


def file_name(text: str) -> str:
    """A name made of people's text that is safe as a file name on every system."""
    kept = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in text).strip(" .")
    return kept[:80] or "_"
