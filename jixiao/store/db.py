"""The database: opened, brought to head, and written to without doing anything twice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from jixiao.errors import JixiaoError, reason
from jixiao.store.tables import metadata


def open_engine(address: str) -> Engine:
    """An engine on the database at this SQLAlchemy address, brought to the newest schema.

    SQLite runs in WAL mode with foreign keys on and waits for locks; its folder is made.

    Raises:
        JixiaoError: the address cannot be read or the database cannot be reached.
    """
    engine = engine_at(address)
    with opening(engine):
        migrate(engine)
    return engine


def engine_at(address: str) -> Engine:
    """An engine on a database whose schema is left as it is; nothing is asked of it yet.

    Raises:
        JixiaoError: the address cannot be read.
    """
    try:
        return _engine(make_url(address))
    except (ArgumentError, ImportError):
        raise JixiaoError(
            "数据库地址写得不对，请检查 JIXIAO_DATABASE。可以用 sqlite:/// 或 postgresql+psycopg:// 开头的地址。"
        ) from None
    except OSError as error:
        raise JixiaoError(
            f"建不了数据库的文件夹 {error.filename}：{reason(error)}。请检查 JIXIAO_DATABASE 或 JIXIAO_VAR。"
        ) from None


@contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """What is first asked of a database; an engine that got no answer is given up.

    Raises:
        JixiaoError: the database cannot be reached.
    """
    try:
        yield
    except DBAPIError as error:
        engine.dispose()
        raise JixiaoError(
            f"打不开数据库（{engine.url.render_as_string()}）：{error.orig}。"
        ) from None
    except JixiaoError:
        engine.dispose()
        raise


def database_file(address: str) -> Path | None:
    """The file of a SQLite database, ``None`` where the address is of another kind or wrong."""
    try:
        url = make_url(address)
    except ArgumentError:
        return None
    sqlite = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if sqlite else None


def is_there(address: str) -> bool:
    """Whether there may be something in the database: a SQLite file that is not there has nothing."""
    file = database_file(address)
    return file is None or (file.is_file() and file.stat().st_size > 0)


def shown(address: str) -> str:
    """The address without its password."""
    return make_url(address).render_as_string()


def _engine(url: URL) -> Engine:
    """An engine of one of the two kinds we know."""
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 60})
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if url.get_backend_name() != "postgresql":
        raise ArgumentError(url.drivername)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_pre_ping=True)


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late for a read-then-write; ours begin at once.
    connection.isolation_level = None
    _write_ahead(connection)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")


def _write_ahead(connection: Any) -> None:
    """Turn the write-ahead log on, which stays with the file.

    Of several who open a new file at once SQLite turns all but one away and lets none wait.
    """
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode=WAL")


def _sqlite_begin(connection: Connection) -> None:
    # The event comes for an autocommit connection too; one that only looks takes no lock.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def looking(engine: Engine) -> Connection:
    """A connection outside of any transaction, for reading: it never waits for a writer."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def alone(connection: Connection, what: str) -> None:
    """Wait until nobody else is at ``what``, and keep it until the transaction ends.

    A SQLite writer is alone in the whole database anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def schema_of(address: str) -> str | None:
    """The schema a database has, ``None`` where there is none of ours; nothing is made or changed.

    Raises:
        JixiaoError: it cannot be reached.
    """
    if not is_there(address):
        return None
    engine = engine_at(address)
    with opening(engine), looking(engine) as connection:
        found = revision_of(connection)
    engine.dispose()
    return found


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def head() -> str | None:
    """The newest revision the code knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def migrate(engine: Engine) -> None:
    """Bring the database to head; nothing is done where it is there already.

    Raises:
        JixiaoError: the database was written by a newer program, or the migration failed; then
            it is as it was.
    """
    with looking(engine) as connection:
        current = revision_of(connection)
        if current == head():
            return
        _must_be_ours(connection, current)
    try:
        with engine.begin() as connection:
            alone(connection, "migrate")  # whoever comes second finds it done
            migrate_to(connection, "head")
    except SQLAlchemyError as error:
        why = getattr(error, "orig", None) or repr(error)
        raise JixiaoError(
            f"数据库从版本 {current or '（空）'} 升到 {head()} 没有成功：{why}。数据库没有改动。"
            "请检查磁盘空间和权限；仍不成功的，恢复升级前的备份，或把这句话交给维护人员。"
        ) from None


def migrate_to(connection: Connection, revision: str) -> None:
    """Bring the database up or down to a schema the code knows, in the caller's transaction.

    Raises:
        JixiaoError: the database was written by a newer program.
    """
    current = revision_of(connection)
    if current is not None and not knows(current):
        raise JixiaoError(
            f"不认识数据库的版本（{current}）：它比本程序新，或是别的程序的数据库。"
            "比本程序新的，请先升级程序，再打开它；不是的，请检查 JIXIAO_DATABASE。"
        )
    config = alembic_config()
    config.attributes["connection"] = connection
    if current is None or revision == "head":
        command.upgrade(config, revision)
    else:
        command.upgrade(config, "head")
        command.downgrade(config, revision)


def knows(revision: str) -> bool:
    """Whether the code knows this revision of the schema."""
    script = ScriptDirectory.from_config(alembic_config())
    return any(r.revision == revision for r in script.walk_revisions())


def _must_be_ours(connection: Connection, current: str | None) -> None:
    """Nothing is put into another program's database.

    Raises:
        JixiaoError: no schema of ours is there, but tables of somebody else's are.
    """
    foreign = set(inspect(connection).get_table_names()) - {*metadata.tables, "alembic_version"}
    if current is None and foreign:
        raise JixiaoError(
            f"这个数据库里有别的程序的表（{'、'.join(sorted(foreign)[:5])}），没有动它。"
            "请检查 JIXIAO_DATABASE，为本系统另建一个空的数据库。"
        )


def revision_of(connection: Connection) -> str | None:
    """The schema a database has, ``None`` where it has none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


#: Of which departments rows are wanted: one code, several, or ``None`` for all.
Units = str | Sequence[str] | None


def of_units(
    query: Select[tuple[Any, ...]], column: ColumnElement[Any], units: Units
) -> Select[tuple[Any, ...]]:
    """The query for the rows of these departments alone."""
    if units is None:
        return query
    return query.where(column == units if isinstance(units, str) else column.in_(units))


def add(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row unless one with the same key stands there.

    Returns:
        The new row's id, or ``None`` where the row was there already.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    result = connection.execute(statement.returning(table.c.id))
    return result.scalar_one_or_none()
