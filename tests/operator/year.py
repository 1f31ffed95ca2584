"""The sample year, played from files prepared once, so that two plays see the same bytes.

A clerk's workbook saved twice differs in its time stamps; whoever compares two years needs
files that were filled in once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from jixiao.cli.demo import play_days
from jixiao.demo.sample import Deed, Script, load_script
from jixiao.installation.paths import demo_dir
from jixiao.installation.settings import Settings
from jixiao.policy.schedule import event_days
from jixiao.store.tables import metadata
from jixiao.year import Cycle, State, advance, approve, open_cycle, standings, year_pack
from jixiao.year.base import write_file

YEAR = 2023


def settings_in(var: Path, database: str = "") -> Settings:
    return Settings(var, database or f"sqlite:///{var / 'jixiao.db'}")


@dataclass(frozen=True)
class Prepared:
    """The script of the year and the folder with the files its clerks hand in."""

    script: Script
    files: Path

    def days(self, first: date, last: date) -> list[date]:
        """Every day on which somebody does something or the calendar has something due."""
        days = {s.date for s in self.script.steps} | {*event_days(year_pack(YEAR).calendar)}
        return sorted(d for d in days if first <= d <= last)

    def people(self, cycle: Cycle) -> None:
        """What clerks and the officer do on the cycle's day; done twice it is done once."""
        for act in self.script.steps:
            if act.date != cycle.day:
                continue
            if act.do is not Deed.APPROVE:
                data = (self.files / act.name).read_bytes()
                write_file(cycle.settings.inbox / act.name, data)
            elif any(
                s.state is State.TARGETS_PROPOSED and s.department.code == act.unit
                for s in standings(cycle)
            ):
                approve(cycle, act.unit, act.officer)


def prepare(folder: Path) -> Prepared:
    """Play the year once in ``folder`` and keep what the clerks handed in."""
    settings = settings_in(folder)
    demo = demo_dir()
    script = load_script(demo / "script.yaml")
    if not folder.exists():
        play_days(settings, script, demo, lambda day: _advance(settings, day))
    return Prepared(script, settings.inbox)


def play(
    prepared: Prepared,
    settings: Settings,
    *,
    first: date = date.min,
    last: date = date.max,
    step: Callable[[date], None] | None = None,
) -> Iterator[date]:
    """Play the year day by day; yields each day when it is over."""
    for day in prepared.days(first, last):
        prepared.people(open_cycle(YEAR, day, settings=settings))
        if step is None:
            _advance(settings, day)
        else:
            step(day)
        yield day


def _advance(settings: Settings, day: date) -> None:
    _, failed = advance(open_cycle(YEAR, day, settings=settings))
    assert failed == {}, failed


#: What may differ between two plays of one year: clocks, attempts, numbers of rows.
_PASSING = {
    "events": {"id", "at"},
    "filings": {"id", "received_at"},
    "programs": {"id", "since"},
    "outbox": {"id", "attempts", "next_attempt", "last_error", "updated"},
}

#: Table → how others name its rows. Who works side by side numbers them in any order.
_REFERENCES = {
    "deliveries": "delivery_id",
    "filings": "filing_id",
    "publications": "publication_id",
}


#: The part of a department's folder that nobody can guess: another one in every installation.
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


#: What the clock said when a filing was taken in, as its receipt says it.
_CLOCK = re.compile(r"[0-9]+年[0-9]+月[0-9]+日 [0-9]{2}:[0-9]{2}:[0-9]{2}（北京时间）")


def _anywhere(text: str) -> str:
    return _CLOCK.sub("<clock>", _TOKEN.sub("<folder>", text))


def canonical(settings: Settings) -> dict[str, list[str]]:
    """The database by what it says: a sorted list of rows a table, ids replaced by content."""
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        rows = {
            table.name: [dict(r) for r in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }
    names = {
        (table, row["id"]): _identity(table, row) for table in _REFERENCES for row in rows[table]
    }
    told = {}
    for table, found in rows.items():
        lines = []
        for row in found:
            kept = {k: v for k, v in row.items() if k not in _PASSING.get(table, {"id"})}
            for table_of, key in _REFERENCES.items():
                if key in kept:
                    kept[key] = names[table_of, kept[key]]
            lines.append(json.dumps(kept, ensure_ascii=False, sort_keys=True, default=_text))
        told[table] = sorted(_anywhere(line.replace(str(settings.var), "<var>")) for line in lines)
    return told


def _identity(table: str, row: dict[str, Any]) -> str:
    if table == "deliveries":
        return f"{row['name']} {row['sha256']}"
    if table == "publications":
        return f"{row['unit']} {row['revision']}"
    return str(row["receipt"])


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path; a site's lock is none of its content."""
    return {
        _anywhere(str(p.relative_to(folder))): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }
