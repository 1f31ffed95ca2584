"""Backups of every release stay readable, whatever was added since."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import Connection, func, inspect, select, text

from jixiao.backup import FORMAT, backup, restore
from jixiao.installation.settings import Settings
from jixiao.store import db, open_store
from jixiao.store.db import head
from jixiao.store.tables import deliveries, events, folders, metadata
from tests.operator.archives import MANIFEST, members, sha256, small, write
from tests.operator.year import settings_in


def first_format() -> dict[str, bytes]:
    """The members of a backup as release 0.1.0 wrote them: three of its tables, two files."""
    rows = {
        "folders": [{"id": 4, "unit": "12431199MB99020279", "token": "f" * 32}],
        "deliveries": [
            {
                "id": 7,
                "year": 2023,
                "name": "自评.xlsx",
                "sha256": sha256(b"filed"),
                "size": 5,
                "kept_as": "aa/kept.xlsx",
                "received_on": {"date": "2024-03-08"},
                "unit": "12431199MB99020279",
                "outcome": "filing",
                "reason_code": None,
                "reason": None,
            }
        ],
        "events": [
            {
                "id": 9,
                "at": {"time": "2024-03-08T01:02:03+00:00"},
                "as_of": {"date": "2024-03-08"},
                "actor": "系统",
                "year": 2023,
                "unit": None,
                "what": "filed",
                "detail": "{}",
            }
        ],
    }
    content = {
        f"database/{table}.jsonl": "".join(
            json.dumps(row, ensure_ascii=False) + "\n" for row in lines
        ).encode()
        for table, lines in rows.items()
    }
    content["archive/aa/kept.xlsx"] = b"filed"
    content["site/versions/one/index.html"] = "<p>公开</p>".encode()
    manifest = {
        "format": 1,
        "revision": "0001",
        "made": "2024-03-09T01:30:00+00:00",
        "files": {name: sha256(data) for name, data in content.items()},
        "links": {"site/current": "versions/one"},
        "rows": {table: len(lines) for table, lines in rows.items()},
    }
    return {**content, MANIFEST: json.dumps(manifest, ensure_ascii=False, indent=1).encode()}


def counts(connection: Connection) -> dict[str, int]:
    found = {
        t.name: connection.execute(select(func.count()).select_from(t)).scalar_one()
        for t in metadata.sorted_tables
    }
    return {name: count for name, count in found.items() if count}


def test_a_backup_of_the_first_release(tmp_path: Path, database_address: str) -> None:
    write(tmp_path / "0.1.0.tar", first_format().items())
    fresh = Settings(tmp_path / "var", database_address)
    done = restore(fresh, tmp_path / "0.1.0.tar")
    assert (done.rows, done.files) == (3, 5)
    assert (fresh.site / "current" / "index.html").read_text("utf-8") == "<p>公开</p>"
    store = open_store(fresh.database)
    with store.begin() as connection:
        # Tables that came later are there; one says whose work the rows are.
        assert counts(connection) == {"folders": 1, "deliveries": 1, "events": 1, "programs": 1}
        assert connection.execute(select(folders.c.id, folders.c.token)).one() == (4, "f" * 32)
        received = connection.execute(select(deliveries.c.received_on)).scalar_one()
        assert received == date(2024, 3, 8)
        event = connection.execute(select(events)).one()
        assert (event.id, event.at) == (9, datetime(2024, 3, 8, 1, 2, 3, tzinfo=UTC))
    store.close()
    # It did not say what was not in it, and it never held an imported roster.
    assert any("由 0.1.0 版制作" in n and "jixiao roster import" in n for n in done.notes)


def test_what_is_written_today_says_its_format(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    small(settings)
    backup(settings, tmp_path / "jixiao.tar")
    manifest = json.loads(members(tmp_path / "jixiao.tar")[MANIFEST])
    assert (manifest["format"], manifest["revision"]) == (FORMAT, head())
    assert manifest["rows"].keys() == metadata.tables.keys()


TOMORROW = '''
"""A table and a column more, and every row of one table told apart by it."""

import sqlalchemy as sa
from alembic import op

revision = "tomorrow"
down_revision = {today!r}


def upgrade():
    op.create_table("tomorrows", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("deliveries", sa.Column("seen", sa.Text))
    op.execute("UPDATE deliveries SET seen = name || '!'")


def downgrade():
    op.drop_table("tomorrows")
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("seen")
'''


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose schema has one revision more than today's."""
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "tomorrow.py").write_text(TOMORROW.format(today=head()), encoding="utf-8")
    today = db.alembic_config

    def config() -> Config:
        made = today()
        ours = Path(made.get_main_option("script_location") or "") / "versions"
        made.set_main_option("path_separator", "space")
        made.set_main_option("version_locations", f"{ours} {versions}")
        return made

    monkeypatch.setattr(db, "alembic_config", config)


@pytest.fixture
def saved_today(tmp_path: Path) -> Path:
    settings = settings_in(tmp_path / "today")
    small(settings)
    backup(settings, tmp_path / "jixiao.tar")
    return tmp_path / "jixiao.tar"


@pytest.mark.parametrize("opened", [False, True], ids=["nothing there", "empty, but at head"])
def test_an_older_schema_is_brought_to_the_newest(
    saved_today: Path, tmp_path: Path, database_address: str, tomorrow: None, opened: bool
) -> None:
    assert json.loads(members(saved_today)[MANIFEST])["revision"] != head() == "tomorrow"
    fresh = Settings(tmp_path / "var", database_address)
    if opened:
        open_store(fresh.database).close()
    restore(fresh, saved_today)
    store = open_store(fresh.database)
    with store.begin() as connection:
        assert counts(connection) == {"deliveries": 1, "filings": 1, "events": 2}
        assert connection.execute(text("SELECT seen FROM deliveries")).scalars().all() == [
            "自评.xlsx!"
        ]
        assert "tomorrows" in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT count(*) FROM tomorrows")).scalar_one() == 0
    store.close()
