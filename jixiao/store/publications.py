"""Rendered reports and the public site in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from jixiao.store.db import Units, add, alone, of_units
from jixiao.store.tables import filings, publications, renderings, site_builds, verifications


@dataclass(frozen=True, slots=True)
class RenderingRecord:
    """A rendered report."""

    filing_id: int
    key: str
    path: str
    sha256: str
    rendered_on: date


def put_rendering(
    connection: Connection, filing_id: int, *, key: str, path: str, sha256: str, day: date
) -> bool:
    """Keep that a report was rendered; ``False`` where this is its newest rendering already.

    A key that returns (a template changed back) is kept again.
    """
    alone(connection, f"rendering/{filing_id}")
    last = connection.execute(
        select(renderings.c.key)
        .where(renderings.c.filing_id == filing_id)
        .order_by(renderings.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if last == key:
        return False
    values = {
        "filing_id": filing_id,
        "key": key,
        "path": path,
        "sha256": sha256,
        "rendered_on": day,
    }
    return add(connection, renderings, values) is not None


def rendering_records(connection: Connection, year: int) -> dict[int, RenderingRecord]:
    """The newest rendering of every filing of a year, by filing."""
    query = (
        select(renderings)
        .join(filings, filings.c.id == renderings.c.filing_id)
        .where(filings.c.year == year)
        .order_by(renderings.c.id)
    )
    return {
        r.filing_id: RenderingRecord(r.filing_id, r.key, r.path, r.sha256, r.rendered_on)
        for r in connection.execute(query)
    }


@dataclass(frozen=True, slots=True)
class PublicationRecord:
    """A published revision of a department's report.

    Attributes:
        key: hash of what it was rendered from.
        path: folder of page and JSON below the reports folder.
        sha256, content: hash of the page and of the report's JSON.
        files: hash of the Word file and the PDF offered beside them, by name.
        listing: what the year's page says of it (``unit_name``, ``grade``, ``claimed``,
            ``computed``) and the address the department filed as its own (``own``).
        state: prepared, published, verified, moved, broken, changed, wrong_unit or withdrawn.
        detail: what the last check found, or why the report was withdrawn.
        verified_on: the day of the last check, or of the withdrawal.
    """

    id: int
    unit: str
    filing_id: int
    revision: int
    key: str
    address: str
    path: str
    sha256: str
    content: str
    files: dict[str, str]
    listing: dict[str, str]
    published_on: date
    verified_on: date | None
    state: str
    detail: str | None


def publication_records(
    connection: Connection, year: int, units: Units = None
) -> dict[str, PublicationRecord]:
    """The newest revision of every department (of one alone), by unit code."""
    query = select(publications).where(publications.c.year == year)
    query = of_units(query, publications.c.unit, units)
    return {
        r.unit: PublicationRecord(
            r.id,
            r.unit,
            r.filing_id,
            r.revision,
            r.key,
            r.address,
            r.path,
            r.sha256,
            r.content,
            json.loads(r.files),
            json.loads(r.listing),
            r.published_on,
            r.verified_on,
            r.state,
            r.detail,
        )
        for r in connection.execute(query.order_by(publications.c.revision))
    }


def is_public(connection: Connection, year: int) -> bool:
    """Whether any report of a year was ever prepared for the public."""
    query = select(publications.c.id).where(publications.c.year == year).limit(1)
    return connection.execute(query).scalar_one_or_none() is not None


def put_publication(
    connection: Connection,
    year: int,
    unit: str,
    *,
    filing_id: int,
    revision: int,
    key: str,
    address: str,
    path: str,
    sha256: str,
    content: str,
    files: dict[str, str],
    listing: dict[str, str],
    day: date,
) -> bool:
    """Keep a prepared revision; ``False`` where this revision is known already."""
    values = {
        "year": year,
        "unit": unit,
        "filing_id": filing_id,
        "revision": revision,
        "key": key,
        "address": address,
        "path": path,
        "sha256": sha256,
        "content": content,
        "files": json.dumps(files, ensure_ascii=False, sort_keys=True),
        "listing": json.dumps(listing, ensure_ascii=False),
        "published_on": day,
        "state": "prepared",
    }
    return add(connection, publications, values) is not None


def set_publication_state(
    connection: Connection,
    id: int,
    state: str,
    *,
    detail: str | None = None,
    verified_on: date | None = None,
) -> None:
    """Write down that a revision went public, or what a check of its address found."""
    values = {"state": state, "detail": detail}
    if verified_on is not None:
        values["verified_on"] = verified_on  # type: ignore[assignment]
    connection.execute(update(publications).where(publications.c.id == id).values(**values))


def last_site_key(connection: Connection) -> str | None:
    """What the site was last built from."""
    query = select(site_builds.c.key).order_by(site_builds.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def last_site_version(connection: Connection) -> str | None:
    """The version of the site that was last recorded as shown."""
    query = select(site_builds.c.version).order_by(site_builds.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def put_site_build(connection: Connection, *, key: str, version: str, day: date) -> None:
    connection.execute(site_builds.insert().values(key=key, version=version, built_on=day))


@dataclass(frozen=True, slots=True)
class VerificationRecord:
    """One look at a public address; ``own`` where it is on the department's own website."""

    unit: str
    revision: int
    address: str
    own: bool
    state: str
    detail: str
    sha256: str
    checked_on: date


def put_verification(
    connection: Connection,
    publication_id: int,
    *,
    address: str,
    own: bool,
    state: str,
    detail: str,
    sha256: str,
    day: date,
) -> bool:
    """Keep what a look found; ``False`` where the same was found that day already."""
    values = {
        "publication_id": publication_id,
        "address": address,
        "own": own,
        "state": state,
        "detail": detail,
        "sha256": sha256,
        "checked_on": day,
    }
    return add(connection, verifications, values) is not None


def verification_records(
    connection: Connection, year: int, units: Units = None
) -> list[VerificationRecord]:
    """Every look at a year's addresses (at those of one department), oldest first."""
    query = (
        select(verifications, publications.c.unit, publications.c.revision)
        .join(publications, publications.c.id == verifications.c.publication_id)
        .where(publications.c.year == year)
        .order_by(verifications.c.id)
    )
    query = of_units(query, publications.c.unit, units)
    return [
        VerificationRecord(
            r.unit, r.revision, r.address, r.own, r.state, r.detail, r.sha256, r.checked_on
        )
        for r in connection.execute(query)
    ]
