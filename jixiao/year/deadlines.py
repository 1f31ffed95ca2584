"""Until when each department may take: the pack's windows and what was granted to one alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from jixiao.policy import Calendar, Stage, Window
from jixiao.store.db import Units
from jixiao.store.extensions import extension_records

#: Unit code and stage → the newest date granted.
Granted = Mapping[tuple[str, Stage], date]


def granted(connection: Connection, year: int, units: Units = None) -> Granted:
    """The extensions that count: the newest of each department and stage."""
    records = extension_records(connection, year, units)
    return {(r.unit, Stage(r.stage)): r.until for r in records}


def own_window(calendar: Calendar, given: Granted, unit: str, stage: Stage) -> Window:
    """A department's own window of a stage.

    Never shorter than the pack's: where the whole year was put off further than what was
    granted, that counts.
    """
    window = calendar.window(stage)
    until = given.get((unit, stage))
    if until is None or until <= window.closes:
        return window
    return window.model_copy(update={"closes": until})
