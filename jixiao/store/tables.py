"""The tables of a bureau's year.

State lives here and nowhere else. Nothing accepted is ever overwritten: filings, evaluations
and events are only added; what changes is which of them counts.
Times are UTC; dates are days in Asia/Shanghai. What is large stands last in its row: SQLite
reads a row from its beginning, and a list of ten thousand filings need not read what is in them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Time(TypeDecorator[datetime]):
    """An aware UTC time on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone; a time is kept as UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL answers in the zone of its session, SQLite in none.
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)


UNIT = String(18)
HASH = String(64)
#: A finding's number with its version, see jixiao.model.findings.
FINGERPRINT = String(24)


def _format() -> Column[int]:
    """The shape a row's content is stored in; rows of release 0.1.0 have the first."""
    return Column("format", Integer, nullable=False, server_default="1")


#: Proposed, approved and returned targets. The newest approved one counts.
target_sets = Table(
    "target_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("source", Text, nullable=False),  # the file it came from
    Column("status", String(16), nullable=False),  # proposed | approved | returned
    Column("problems", Text, nullable=False),  # JSON list of sentences
    Column("decided_by", Text),
    Column("reason", Text),
    Column("received_on", Date, nullable=False),
    Column("decided_on", Date),
    _format(),
    Column("content", LargeBinary, nullable=False),  # jixiao.model.targets.to_json
    UniqueConstraint("year", "unit", "hash"),
)

#: Workbooks handed to departments: target templates and evaluation workbooks.
issued = Table(
    "issued",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("kind", String(16), nullable=False),  # targets | evaluation
    Column("key", HASH, nullable=False),  # hash of what it was made from
    Column("sha256", HASH, nullable=False),
    Column("path", Text, nullable=False),  # below the deliveries folder
    Column("issued_on", Date, nullable=False),
    UniqueConstraint("year", "unit", "kind", "key"),
)

#: The secret part of the address of every department's folder; given once, kept for good.
folders = Table(
    "folders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("unit", UNIT, nullable=False, unique=True),
    Column("token", String(64), nullable=False),
)

#: Every file seen in the drop folder, so that none is looked at twice.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("name", Text, nullable=False),  # name in the drop folder
    Column("sha256", HASH, nullable=False),
    Column("size", Integer, nullable=False),
    Column("kept_as", Text, nullable=False),  # below the archive folder
    Column("received_on", Date, nullable=False),
    Column("unit", UNIT),  # None: could not be told
    # filing | part (of the filing of the workbook beside it) | proposal | ledger | refused |
    # duplicate
    Column("outcome", String(16), nullable=False),
    Column("reason_code", String(40)),
    Column("reason", Text),
    UniqueConstraint("year", "name", "sha256"),
)

#: What departments handed in, one row a filing.
filings = Table(
    "filings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within a department's year
    Column("receipt", String(32), nullable=False, unique=True),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    Column("sha256", HASH, nullable=False),
    Column("received_on", Date, nullable=False),  # the day it counts for
    Column("received_at", Time, nullable=False),  # the clock when it was taken in, to the second
    Column("late", Boolean, nullable=False),
    # received → returned | accepted; accepted → superseded when a later one is accepted
    Column("status", String(16), nullable=False),
    _format(),
    Column("content", LargeBinary, nullable=False),  # jixiao.model.submission.to_json
    UniqueConstraint("year", "unit", "number"),
    UniqueConstraint("year", "unit", "sha256"),
)

#: One evaluation of one filing under one pack.
evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("filing_id", ForeignKey("filings.id"), nullable=False),
    Column("key", HASH, nullable=False),  # everything it was made from, waivers too
    Column("base", HASH, nullable=False),  # … but the rules and the waivers
    Column("evaluated_on", Date, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("advice", Integer, nullable=False),
    Column("total", String(20)),
    Column("grade", String(8)),
    Column("annotated", Text),  # returned workbook, below the deliveries folder
    Column("rules", Text, nullable=False),  # JSON: each rule's own key, by code
    _format(),
    Column("content", LargeBinary, nullable=False),  # scores, findings, totals as JSON
    Index("ix_evaluations_filing_id", "filing_id"),
)

#: What an officer decided on a filing. Rows are only added; the newest of a filing counts.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("filing_id", ForeignKey("filings.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # accept | return | withdraw
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Index("ix_decisions_filing_id", "filing_id"),
)

#: Findings an officer lets pass. Rows are only added; the newest of a finding counts.
waivers = Table(
    "waivers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("fingerprint", FINGERPRINT, nullable=False),
    Column("content", FINGERPRINT, nullable=False),  # the same wherever the finding stands
    Column("code", String(8), nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Date),  # last day it counts; none: the whole year
    Column("given_on", Date, nullable=False),
    Index("ix_waivers_year_unit", "year", "unit"),
)

#: Rendered reports, one row a (filing, content).
renderings = Table(
    "renderings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("filing_id", ForeignKey("filings.id"), nullable=False),
    Column("key", HASH, nullable=False),
    Column("path", Text, nullable=False),  # below the reports folder
    Column("sha256", HASH, nullable=False),
    Column("rendered_on", Date, nullable=False),
    Index("ix_renderings_filing_id", "filing_id"),
)

#: Revisions of published reports. The newest of a department is what the site shows.
publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("filing_id", ForeignKey("filings.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("key", HASH, nullable=False),  # hash of what it was rendered from
    Column("address", Text, nullable=False),
    Column("path", Text, nullable=False),  # page and JSON, below the reports folder
    Column("sha256", HASH, nullable=False),  # of the page
    Column("content", HASH, nullable=False),  # of the report's JSON
    Column("files", Text, nullable=False),  # JSON: hash of the Word file and PDF, by name
    Column("listing", Text, nullable=False),  # JSON: what the year's page says of it
    Column("published_on", Date, nullable=False),
    Column("verified_on", Date),
    # prepared → published → verified | moved | broken | changed | wrong_unit; any → withdrawn
    Column("state", String(16), nullable=False),
    Column("detail", Text),
    UniqueConstraint("year", "unit", "revision"),
)

#: Every look at a public address, the bureau's own and those departments filed. Only added to.
verifications = Table(
    "verifications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("own", Boolean, nullable=False),  # on the department's own website
    Column("state", String(16), nullable=False),  # verified | moved | broken | changed | wrong_unit
    Column("detail", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the page found, "" where there was none
    Column("checked_on", Date, nullable=False),
    UniqueConstraint("publication_id", "address", "checked_on", "state", "sha256"),
)

#: Every time the public site was switched to another content.
site_builds = Table(
    "site_builds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", HASH, nullable=False),
    Column("version", String(64), nullable=False),
    Column("built_on", Date, nullable=False),
)

#: Notices to send, sent and refused. The key says what a notice is; the body is only stored.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("recipient", String(80), nullable=False),  # unit code, "bureau" or "operators"
    Column("kind", String(32), nullable=False),
    Column("due", Date, nullable=False),
    Column("subject", String(64), nullable=False),  # hash or id of what it is about, "" if none
    Column("channel", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    # waiting → sending → sent | waiting (again) | refused; sending after a crash → unknown;
    # waiting → merged where one message says several
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Time),
    Column("last_error", Text),
    Column("updated", Time, nullable=False),
    Column("brief", Text),  # one line for a message that says several; none: never merged
    Column("merged_into", String(24)),  # message id of that message
    UniqueConstraint("year", "stage", "recipient", "kind", "due", "subject", "channel"),
    Index("ix_outbox_status", "status"),
)

#: A later closing date for one department. Rows are only added; the newest of a stage counts.
extensions = Table(
    "extensions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("until", Date, nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_on", Date, nullable=False),
    Index("ix_extensions_year_unit", "year", "unit"),
)

#: Who did what and when. Rows are only ever added (triggers hold it).
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Time, nullable=False),
    Column("as_of", Date, nullable=False),  # the day the work was done for
    Column("actor", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("unit", UNIT),
    Column("what", String(40), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Index("ix_events_year_unit", "year", "unit"),
)

#: Which program's work the rows of a year are the current result of. Rows are only added; the
#: newest of a year counts. See jixiao.year.upgrade.
programs = Table(
    "programs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("version", String(32), nullable=False),
    Column("since", Time, nullable=False),
    Column("content", Text),  # jixiao.program.Program as JSON; none: a release that kept none
    Index("ix_programs_year", "year"),
)

#: The forms that workbooks of a year were issued with, so that each is read by its own. Rows are
#: only added; the newest of a version counts.
form_sets = Table(
    "form_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("version", Text, nullable=False),  # as it stands in the workbook
    Column("sha256", HASH, nullable=False),  # of the content
    Column("content", LargeBinary, nullable=False),  # the forms as JSON
    UniqueConstraint("year", "version", "sha256"),
)
