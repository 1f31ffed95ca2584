"""Which program a year's rows are the result of, and how another one takes them over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from jixiao.store.db import add
from jixiao.store.tables import (
    evaluations,
    form_sets,
    issued,
    programs,
    publications,
    renderings,
    site_builds,
)


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """A program a year was worked on with; ``content`` is ``None`` for a release that kept none."""

    version: str
    content: str | None


def program_record(connection: Connection, year: int) -> ProgramRecord | None:
    """The program whose work a year's rows are now."""
    query = select(programs.c.version, programs.c.content).where(programs.c.year == year)
    row = connection.execute(query.order_by(programs.c.id.desc()).limit(1)).one_or_none()
    return ProgramRecord(row.version, row.content) if row is not None else None


def put_program(connection: Connection, year: int, *, version: str, content: str) -> None:
    connection.execute(
        programs.insert().values(
            year=year, version=version, content=content, since=datetime.now(UTC)
        )
    )


def rekey_issued(connection: Connection, year: int, unit: str, kind: str, key: str) -> None:
    """The newest workbook of this kind is what the key asks for; so below."""
    mine = (issued.c.year == year, issued.c.unit == unit, issued.c.kind == kind)
    _rekey(connection, issued, key, *mine)


def rekey_evaluation(connection: Connection, filing_id: int, key: str) -> None:
    _rekey(connection, evaluations, key, evaluations.c.filing_id == filing_id)


def rekey_rendering(connection: Connection, filing_id: int, key: str) -> None:
    _rekey(connection, renderings, key, renderings.c.filing_id == filing_id)


def rekey_publication(connection: Connection, filing_id: int, key: str) -> None:
    _rekey(connection, publications, key, publications.c.filing_id == filing_id)


def rekey_site(connection: Connection, key: str) -> None:
    _rekey(connection, site_builds, key)


def _rekey(connection: Connection, table: Table, key: str, *mine: ColumnElement[bool]) -> None:
    """Give the newest of these rows the key, and nothing else to any."""
    newest = select(func.max(table.c.id)).where(*mine).scalar_subquery()
    connection.execute(update(table).where(table.c.id == newest).values(key=key))


def put_form_set(connection: Connection, year: int, version: str, content: bytes) -> None:
    """Keep the forms that workbooks of this version are filled in and read by."""
    values = {
        "year": year,
        "version": version,
        "content": content,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    add(connection, form_sets, values)


def form_set(connection: Connection, year: int, version: str) -> bytes | None:
    """The forms of a version, ``None`` where none went out."""
    query = select(form_sets.c.content).where(
        form_sets.c.year == year, form_sets.c.version == version
    )
    content: bytes | None = connection.execute(
        query.order_by(form_sets.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return content
