"""Release 0.1.0, taken over by this program: nothing is due, nothing is told, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.model import findings, waivers
from jixiao.store.db import head
from jixiao.store.filings import FilingRecord, filing_records
from jixiao.store.tables import issued, metadata
from jixiao.version import __version__
from jixiao.year import Cycle, advance, open_cycle, outstanding, receipt_rows, standings
from jixiao.year.base import _store
from jixiao.year.officer.decide import waive
from jixiao.year.program import current_program
from jixiao.year.steps.evaluate import evaluate_filing
from tests.operator.year import tree

YEAR = 2023
#: The day the release worked last, with nothing left to do.
DAY = date(2024, 9, 12)
JIANGYONG = "11431125MB18152796"
SONGXI = "12431199MB990505X6"
PINGHU = "12431199MB99040490"
KINDS = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
Frozen = Callable[[str], Settings]


def rows(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables of the release, by the columns it knew."""
    engine = create_engine(settings.database)
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            names = ", ".join(c.name for c in table.c if c.name not in ("key", "format"))
            if table.name in ("programs", "form_sets"):
                continue
            query = text(f"SELECT {names} FROM {table.name} ORDER BY id")
            found[table.name] = [tuple(r) for r in connection.execute(query)]
    engine.dispose()
    return found


def filing(cycle: Cycle, unit: str, status: str) -> FilingRecord:
    with cycle.store.read() as connection:
        found = [f for f in filing_records(connection, YEAR, unit) if f.status == status]
    return found[-1]


@KINDS
def test_after_the_upgrade_nothing_is_due_told_or_published(frozen: Frozen, kind: str) -> None:
    settings = frozen(kind)
    before, site, reports = rows(settings), tree(settings.site), tree(settings.reports)
    cycle = open_cycle(YEAR, DAY, settings=settings)
    assert outstanding(cycle) == {}
    assert advance(cycle) == ([], {})
    after = rows(settings)
    upgraded = after["events"][len(before["events"]) :]
    assert [e for e in upgraded if "program_upgraded" not in e] == []
    assert len(upgraded) == 1
    before.pop("events"), after.pop("events")
    assert after == before
    assert tree(settings.site) == site
    assert tree(settings.reports) == reports


@KINDS
def test_receipts_waivers_and_explanations_are_still_there(frozen: Frozen, kind: str) -> None:
    cycle = open_cycle(YEAR, DAY, settings=frozen(kind))
    outstanding(cycle)
    assert len(receipt_rows(cycle)) == 8
    accepted = evaluate_filing(cycle, filing(cycle, JIANGYONG, "accepted"))
    assert [w for w in accepted.waived.values() if "县政府常务会议已同意" in w]
    returned = evaluate_filing(cycle, filing(cycle, SONGXI, "returned"))
    said = [findings.explained(returned.submission.explanations, f) for f in returned.findings]
    assert "年中追加已报县政府批准，批文随附。" in said
    states = {s.department.code: s.publication.state for s in standings(cycle) if s.publication}
    assert states[PINGHU] == "withdrawn"
    assert states[JIANGYONG] in ("published", "verified")


@KINDS
def test_what_was_due_before_the_upgrade_is_due_after_it(frozen: Frozen, kind: str) -> None:
    settings = frozen(kind)
    cycle = open_cycle(YEAR, DAY, settings=settings)
    # As if the release had been stopped between two deeds.
    with cycle.store.begin() as connection:
        connection.execute(issued.delete().where(issued.c.unit == SONGXI))
        connection.execute(
            text("UPDATE evaluations SET key = 'of another pack' WHERE filing_id = :id"),
            {"id": filing(cycle, SONGXI, "returned").id},
        )
    due = outstanding(cycle)
    assert {id: [i.name for i in items] for id, items in due.items()} == {
        "targets": ["示例县松溪市政园林所"],
        "issue": ["示例县松溪市政园林所"],
        "evaluate": ["示例县松溪市政园林所"],
        "render": ["示例县松溪市政园林所"],
    }


@KINDS
def test_the_year_goes_on_after_the_upgrade(frozen: Frozen, kind: str) -> None:
    """A waiver after the upgrade makes that filing due and nothing else."""
    cycle = open_cycle(YEAR, DAY, settings=frozen(kind))
    outstanding(cycle)
    found = evaluate_filing(cycle, filing(cycle, SONGXI, "returned"))
    open_ = next(f for f in found.open)
    waive(cycle, SONGXI, open_.fingerprint, "周明远", "已核实")
    due = outstanding(cycle)
    assert set(due) <= {"evaluate", "render", "notify"}
    names = {i.name for id in ("evaluate", "render") for i in due.get(id, ())}
    assert names <= {"示例县松溪市政园林所"}


@KINDS
def test_another_program_later_takes_over_what_this_one_did(frozen: Frozen, kind: str) -> None:
    """Twice in a row: the second time the program before is read from the database."""
    cycle = open_cycle(YEAR, DAY, settings=frozen(kind))
    outstanding(cycle)
    program = current_program()
    later = replace(
        cycle,
        program=type(program)(
            version="99.0",
            engine="e",
            written="w",
            layout_code="l",
            rules=dict.fromkeys(program.rules, "r") | {"A99": "new"},
            folders=dict.fromkeys(program.folders, "f"),
        ),
    )
    assert outstanding(later) == {}
    with pytest.raises(JixiaoError, match=rf"99\.0 版程序办理.*{__version__} 版"):
        outstanding(cycle)


def test_a_take_over_that_breaks_off_leaves_nothing(
    frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = frozen("sqlite")
    cycle = open_cycle(YEAR, DAY, settings=settings)
    before = rows(settings)

    def broken(*_: object, **__: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("jixiao.year.upgrade.put_program", broken)
        with pytest.raises(OSError, match="power cut"):
            outstanding(cycle)
    assert rows(settings) == before
    assert outstanding(cycle) == {}


def test_a_finding_numbered_otherwise_is_still_waived_and_explained(
    frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = open_cycle(YEAR, DAY, settings=frozen("sqlite"))
    monkeypatch.setitem(findings.NUMBERINGS, 2, lambda f: f"{len(f.message):016x}")
    monkeypatch.setitem(waivers.CONTENTS, 2, lambda f: f"{len(f.message):015x}c")
    accepted = evaluate_filing(cycle, filing(cycle, JIANGYONG, "accepted"))
    assert len(accepted.waived) == 1
    assert next(iter(accepted.waived)).startswith("2.")
    returned = evaluate_filing(cycle, filing(cycle, SONGXI, "returned"))
    said = [findings.explained(returned.submission.explanations, f) for f in returned.findings]
    assert "年中追加已报县政府批准，批文随附。" in said


@KINDS
def test_going_back_to_the_schema_of_the_release(frozen: Frozen, kind: str) -> None:
    """What an archive of the release needs to be read back: its schema, with nothing lost."""
    from alembic import command

    from jixiao.store.db import alembic_config

    settings = frozen(kind)
    before = rows(settings)
    cycle = open_cycle(YEAR, DAY, settings=settings)
    with cycle.store.engine.begin() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head()
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert rows(settings) == before
    _store.cache_clear()
