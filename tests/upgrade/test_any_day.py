"""On whatever day of the year another program takes over, as much is due as before, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from jixiao.year import Cycle, advance, open_cycle, outstanding
from jixiao.year.program import Program, current_program
from tests.operator.year import YEAR, Prepared, play, prepare, settings_in


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(tmp_path_factory.getbasetemp() / "prepared")


def other() -> Program:
    """A program all of whose code and templates are others."""
    ours = current_program()
    return msgspec.structs.replace(
        ours,
        engine="other",
        written="other",
        layout_code="other",
        rules=dict.fromkeys(ours.rules, "other") | {"A99": "new"},
        folders=dict.fromkeys(ours.folders, "other"),
    )


def due(cycle: Cycle) -> dict[str, list[tuple[str, str]]]:
    return {id: [(i.id, i.name) for i in items] for id, items in outstanding(cycle).items()}


def test_two_programs_in_turn_find_the_same_due(prepared: Prepared, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    upgrades = 0

    def step(day: date) -> None:
        """In the morning, with the files in the inbox, the other program looks first."""
        nonlocal upgrades
        cycle = open_cycle(YEAR, day, settings=settings)
        before = due(cycle)
        assert due(replace(cycle, program=other())) == before
        upgrades += 1
        _, failed = advance(cycle)
        assert failed == {}
        assert due(replace(cycle, program=other())) == {}
        assert due(cycle) == {}

    days = list(play(prepared, settings, step=step))
    assert upgrades == len(days) > 20
