"""The database's schema: up, down, up again, and the same as the tables in the code."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from jixiao.errors import JixiaoError
from jixiao.store import Store, open_engine
from jixiao.store.db import alembic_config, head, migrate
from jixiao.store.tables import metadata


def _to(engine: Engine, revision: str) -> None:
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(database: Store) -> None:
    assert _tables(database.engine) == set(metadata.tables)
    _to(database.engine, "base")
    assert _tables(database.engine) == set()
    _to(database.engine, "head")
    assert _tables(database.engine) == set(metadata.tables)


def test_head_is_what_the_tables_say(database: Store) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_constraints_carry_the_names_of_the_tables(database: Store) -> None:
    """Autogenerate does not look at names of unique and foreign keys; a later migration does."""
    inspector = inspect(database.engine)
    for table in metadata.tables.values():
        ours = {
            str(c.name) for c in table.constraints if c.name and not str(c.name).startswith("pk")
        }
        theirs = {
            c["name"]
            for c in (
                *inspector.get_unique_constraints(table.name),
                *inspector.get_foreign_keys(table.name),
            )
        }
        assert theirs == ours, table.name


def test_migrating_twice_is_harmless(database: Store) -> None:
    migrate(database.engine)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head()


def test_several_may_open_a_fresh_database_at_once(database_address: str) -> None:
    gate = threading.Barrier(4)

    def opening(_: int) -> str:
        gate.wait()
        engine = open_engine(database_address)
        try:
            return ", ".join(sorted(_tables(engine)))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(opening, range(4))) == {", ".join(sorted(metadata.tables))}


def test_a_database_newer_than_the_program_is_said_so(database: Store) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    address = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(JixiaoError, match="9999"):
        open_engine(address)


def test_sqlite_runs_with_wal_and_foreign_keys(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'sub' / 'jixiao.db'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    engine.dispose()


def test_an_address_that_is_none_is_said_so() -> None:
    with pytest.raises(JixiaoError, match="JIXIAO_DATABASE"):
        open_engine("not an address")


def test_an_unknown_kind_of_database_is_said_so() -> None:
    with pytest.raises(JixiaoError, match="JIXIAO_DATABASE"):
        open_engine("oracle9://somewhere/x")


def test_a_database_of_another_kind_is_said_so() -> None:
    with pytest.raises(JixiaoError, match="postgresql"):
        open_engine("mysql+pymysql://root@127.0.0.1/x")


@pytest.mark.postgres
def test_the_plain_address_of_a_postgresql_server_will_do(postgres_address: str) -> None:
    engine = open_engine(postgres_address.replace("postgresql+psycopg:", "postgresql:"))
    assert engine.dialect.name == "postgresql"
    engine.dispose()


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "jixiao.db"
    path.write_bytes(b"this is not a database, and long enough to look at" * 20)
    with pytest.raises(JixiaoError, match="打不开数据库"):
        open_engine(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JixiaoError, match="file"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'jixiao.db'}")


def test_a_password_never_stands_in_the_message() -> None:
    with pytest.raises(JixiaoError) as caught:
        open_engine("postgresql+psycopg://someone:geheim@127.0.0.1:1/none")
    assert "geheim" not in caught.value.message
    assert "打不开数据库" in caught.value.message


def test_a_migration_that_fails_leaves_nothing_behind(database_address: str) -> None:
    engine = create_engine(database_address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE filings (id integer)"))
    engine.dispose()
    with pytest.raises(JixiaoError, match=r"没有成功.*没有改动"):
        open_engine(database_address)
    engine = create_engine(database_address)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE filings"))
    engine.dispose()
    opened = open_engine(database_address)
    assert _tables(opened) == set(metadata.tables)
    opened.dispose()
