"""what outlives an upgrade

Contents carry the number of their format, a finding's number has room for its version, and a
year knows which program its rows are the current result of.
"""

import sqlalchemy as sa
from alembic import op

from jixiao.store.tables import Time

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CONTENTS = ("target_sets", "filings", "evaluations")


def upgrade() -> None:
    for table in _CONTENTS:
        # Not by copying the table: a filing may be some hundred kilobytes.
        op.add_column(table, sa.Column("format", sa.Integer(), nullable=False, server_default="1"))
    _fingerprints(from_=16, to=24)
    op.create_table(
        "programs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("since", Time(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_index("ix_programs_year", "programs", ["year"])
    op.create_table(
        "form_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_sets")),
        sa.UniqueConstraint(
            "year", "version", "sha256", name=op.f("uq_form_sets_year_version_sha256")
        ),
    )
    # Only release 0.1.0 wrote this schema, and it kept no word of itself.
    op.execute(
        """
        INSERT INTO programs (year, version, since)
        SELECT year, '0.1.0', CURRENT_TIMESTAMP FROM (
            SELECT year FROM issued UNION SELECT year FROM deliveries
            UNION SELECT year FROM filings UNION SELECT year FROM publications
            UNION SELECT year FROM events
        ) AS worked ORDER BY year
        """
    )


def downgrade() -> None:
    op.drop_table("form_sets")
    op.drop_index("ix_programs_year", "programs")
    op.drop_table("programs")
    _fingerprints(from_=24, to=16)
    for table in _CONTENTS:
        op.drop_column(table, "format")


def _fingerprints(*, from_: int, to: int) -> None:
    with op.batch_alter_table("waivers") as batch:
        for column in ("fingerprint", "content"):
            batch.alter_column(
                column,
                existing_type=sa.String(length=from_),
                type_=sa.String(length=to),
                existing_nullable=False,
            )
