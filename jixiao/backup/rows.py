"""The rows of the database as lines of JSON, which any database can be filled from."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select
from sqlalchemy.exc import StatementError

from jixiao.backup.manifest import Manifest, legible, rows_of
from jixiao.errors import JixiaoError, database_trouble

_BATCH = 500
_AGAIN = "请换一份备份。"
Row = dict[str, Any]


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection to which every table is as of one moment."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with engine.connect().execution_options(isolation_level=level) as connection:
        yield connection


def write_rows(connection: Connection, table: Table, out: BinaryIO) -> int:
    """The rows of one table, a line each; how many there are."""
    count = 0
    found = connection.execution_options(yield_per=_BATCH).execute(
        select(table).order_by(table.c.id)
    )
    for row in found.mappings():
        values = {k: _encode(v) for k, v in row.items()}
        out.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"time": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


_DECODERS: dict[str, Callable[[str], Any]] = {
    "bytes": base64.b64decode,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        raise ValueError("no value of a column is a list")
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    return _DECODERS[kind](said)


def load_rows(connection: Connection, folder: Path, manifest: Manifest) -> None:
    """Every row of the backup, with the id it had, into a database of the backup's schema.

    Args:
        folder: where the members were laid.

    Raises:
        JixiaoError: they are not the rows of this schema, or the database fails.
    """
    for table in _tables(connection, manifest):
        rows = _rows(folder / rows_of(table.name), table)
        with _said(connection, table):
            count = _put(connection, table, rows)
            if count != manifest.rows[table.name]:
                raise JixiaoError(f"备份里表 {table.name} 的行数不对。{_AGAIN}")


def _tables(connection: Connection, manifest: Manifest) -> list[Table]:
    """The tables of the backup as they are in the database, each after those it refers to."""
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    for name in sorted(set(manifest.rows) - there):
        raise JixiaoError(f"备份里有不认识的表：{legible(name)}。{_AGAIN}")
    found = MetaData()
    found.reflect(connection, only=list(manifest.rows))
    return [table for table in found.sorted_tables if table.name in manifest.rows]


def _rows(file: Path, table: Table) -> Iterator[Row]:
    """The rows of a table.

    Raises:
        JixiaoError: a line is none of them.
    """
    columns = {column.name for column in table.columns}
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            row = _row(line)
            if row is None or row.keys() != columns:
                raise JixiaoError(f"备份里表 {table.name} 第 {number} 行读不了。{_AGAIN}")
            yield row


def _row(line: bytes) -> Row | None:
    """What a line says; ``None`` where it is no row."""
    try:
        return {k: _decode(v) for k, v in json.loads(line).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


@contextmanager
def _said(connection: Connection, table: Table) -> Iterator[None]:
    """What the database says against a row, in a sentence: the row is wrong or the machine is."""
    driver: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except (StatementError, driver.Error, OverflowError) as error:
        said = getattr(error, "orig", None) or error
        if isinstance(said, driver.OperationalError):
            what, next = database_trouble(said)
            raise JixiaoError(f"恢复没有完成，{what}。{next}，再恢复一次。") from error
        raise JixiaoError(f"备份里表 {table.name} 的数据放不进数据库。{_AGAIN}") from error


def _put(connection: Connection, table: Table, rows: Iterator[Row]) -> int:
    """The rows into their table; how many there were."""
    if connection.dialect.name != "postgresql":
        return _insert(connection, table, rows)
    count = _copy(connection, table, rows)
    if count:
        # The next row must not take an id that is there already.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, func.max(table.c.id))))
    return count


def _insert(connection: Connection, table: Table, rows: Iterator[Row]) -> int:
    """Any database."""
    count = 0
    while batch := list(islice(rows, _BATCH)):
        connection.execute(table.insert(), batch)
        count += len(batch)
    return count


def _copy(connection: Connection, table: Table, rows: Iterator[Row]) -> int:
    """PostgreSQL's own way for many rows, in the same transaction."""
    first = next(rows, None)
    if first is None:
        return 0
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, first))
    statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    count = 0
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in chain((first,), rows):
            copy.write_row([row[name] for name in first])
            count += 1
    return count
