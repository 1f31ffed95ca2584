"""A backup restored onto an empty machine: the same county, its site byte for byte."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jixiao.backup import backup, restore
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.policy.roster import roster_file
from jixiao.store.tables import metadata
from jixiao.year import approve, open_cycle, outstanding, receipt_rows, standings, status_rows
from jixiao.year.base import _store
from tests.operator.archives import members
from tests.operator.conftest import own_roster
from tests.operator.year import YEAR, Prepared, play, settings_in, tree

END = date(2024, 9, 2)


@pytest.fixture(scope="module")
def saved(county: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "jixiao.tar"
    made = backup(county, file)
    assert made.rows > 100
    assert made.files > 50
    return file


def told(settings: Settings) -> dict[str, Any]:
    """All that an installation says of its year."""
    cycle = open_cycle(YEAR, END, settings=settings)
    with cycle.store.read() as connection:
        rows = {
            table.name: [tuple(r) for r in connection.execute(select(table).order_by(table.c.id))]
            for table in metadata.sorted_tables
        }
    return {
        "rows": rows,
        "roster": cycle.pack.roster,
        "receipts": receipt_rows(cycle),
        "status": status_rows(standings(cycle)),
        "left to do": outstanding(cycle),
    }


def test_the_restored_county_is_the_one_that_was_saved(
    county: Settings, saved: Path, tmp_path: Path, database_address: str
) -> None:
    fresh = Settings(tmp_path / "var", database_address)
    restore(fresh, saved)
    for name in ("inbox", "archive", "deliveries", "reports", "site", "roster"):
        assert tree(fresh.var / name) == tree(county.var / name), name
    assert (fresh.site / "current").readlink() == (county.site / "current").readlink()
    before, after = told(county), told(fresh)
    for what, was in before.items():
        assert after[what] == was, what
    assert after["roster"] == own_roster()
    assert len(after["receipts"]) > 3
    # The next row finds a number of its own.
    cycle = open_cycle(YEAR, END, settings=fresh)
    with cycle.store.begin() as connection:
        cycle.log(connection, "restored")
    _store.cache_clear()


def test_who_may_read_a_file_is_kept(county: Settings, saved: Path, tmp_path: Path) -> None:
    fresh = settings_in(tmp_path / "var")
    restore(fresh, saved)
    assert roster_file(fresh.var, YEAR).stat().st_mode & 0o777 == 0o600
    pages = [p for p in fresh.site.rglob("*.html") if p.is_file()]
    assert pages
    for page in pages:
        there = county.site / page.relative_to(fresh.site)
        assert page.stat().st_mode == there.stat().st_mode
    # The telephone numbers are in the backup too.
    assert saved.stat().st_mode & 0o777 == 0o600


def test_what_is_restored_is_backed_up_the_same(saved: Path, tmp_path: Path) -> None:
    fresh = settings_in(tmp_path / "var")
    restore(fresh, saved)
    backup(fresh, tmp_path / "again.tar")
    first, second = members(saved), members(tmp_path / "again.tar")
    for manifest in (first, second):
        manifest.pop("manifest.json")
    assert first == second


def test_folders_that_are_there_but_empty_are_filled(saved: Path, tmp_path: Path) -> None:
    fresh = settings_in(tmp_path / "var")
    for name in ("inbox", "site"):
        (fresh.var / name).mkdir(parents=True)
    restore(fresh, saved)
    assert (fresh.site / "current" / "index.html").is_file()
    assert not (fresh.inbox / "inbox").exists()


def test_it_never_goes_over_what_is_there(county: Settings, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(JixiaoError, match="已有内容"):
        restore(county, saved)
    with pytest.raises(JixiaoError, match="已有数据"):
        restore(Settings(tmp_path / "elsewhere", county.database), saved)
    assert not (tmp_path / "elsewhere").exists()
    imported = settings_in(tmp_path / "imported")
    roster_file(imported.var, YEAR).parent.mkdir(parents=True)
    roster_file(imported.var, YEAR).write_text("{}")
    with pytest.raises(JixiaoError, match="roster 里已有内容"):
        restore(imported, saved)


def test_a_backup_made_while_the_year_goes_on(prepared: Prepared, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    for day in play(prepared, settings, last=date(2022, 12, 20)):
        backup(settings, tmp_path / f"{day}.tar")
    fresh = settings_in(tmp_path / "fresh")
    restore(fresh, tmp_path / "2022-12-12.tar")
    cycle = open_cycle(YEAR, date(2022, 12, 13), settings=fresh)
    approve(cycle, "11431199MB99010161", "周明远")
    assert not list(tmp_path.glob("*.part"))
