"""Backup and restore: everything an installation needs to stand somewhere else, in one tar file.

Rows are kept as JSON lines, so a backup of SQLite restores onto PostgreSQL and back. The last
member, ``manifest.json``, holds the SHA-256 of every other one; nothing is restored before all
of them are found right.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, func, select

from jixiao.errors import JixiaoError, reason
from jixiao.paths import config_dir
from jixiao.settings import Settings
from jixiao.store import open_store
from jixiao.store.db import alembic_config, head, open_engine
from jixiao.store.tables import metadata

FORMAT = 1
MANIFEST = "manifest.json"
#: What lies in ``var`` and cannot be made again. Prefect's records are no part of the year.
FOLDERS = ("inbox", "archive", "deliveries", "reports", "site")
_LEFT_OUT = (".lock", ".writing-", ".new-")
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """What was written or read back: rows of the database, files, and where the packs are."""

    rows: int
    files: int
    config: Path


@dataclass
class _Manifest:
    """What a backup holds: path → SHA-256, link → target, table → rows."""

    revision: str
    made: str
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> bytes:
        data = {"format": FORMAT, **self.__dict__}
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()


def backup(settings: Settings, file: Path) -> Moved:
    """Write everything to ``file``, which appears only when it is complete.

    It may be made while the year goes on. Files are written before the rows that name them, so
    the rows are read first: whatever they name is there.

    Raises:
        JixiaoError: the database or the file cannot be opened.
    """
    engine = open_store(settings.database).engine
    manifest = _Manifest(head() or "", datetime.now(UTC).isoformat(timespec="seconds"))
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    try:
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar, _site_at_rest(settings):
            _dump(engine, tar, manifest)
            for name in FOLDERS:
                _add_folder(tar, manifest, settings.var / name, name)
            _add_folder(tar, manifest, config_dir(), "config")
            _add_bytes(tar, MANIFEST, manifest.to_json())
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise JixiaoError(f"写不了备份 {file}：{reason(error)}。请检查路径和磁盘空间。") from None
    return Moved(sum(manifest.rows.values()), len(manifest.files), config_dir())


def restore(settings: Settings, file: Path) -> Moved:
    """Restore a backup into an empty folder and an empty database.

    The policy packs go to ``var/config``, where they count from then on.

    Raises:
        JixiaoError: the backup is damaged or of a newer program, or there is something already.
    """
    _must_be_empty(settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.var, prefix=".restoring-") as name:
        staged = Path(name)
        manifest = _unpack(file, staged)
        engine = _engine_at(settings, manifest.revision)
        # The files first: rows that name a file which is not there would be believed.
        for folder in (*FOLDERS, "config"):
            if (staged / folder).is_dir():
                shutil.move(staged / folder, settings.var / folder)
        for link, target in manifest.links.items():
            _link(settings.var, link, target)
        with engine.begin() as connection:
            for table in _tables(connection, manifest):
                rows = staged / "database" / f"{table.name}.jsonl"
                _load(connection, table, rows, manifest.rows[table.name])
        engine.dispose()
    open_store(settings.database).close()  # an older backup is brought to the newest schema
    return Moved(sum(manifest.rows.values()), len(manifest.files), settings.var / "config")


@contextmanager
def _site_at_rest(settings: Settings) -> Iterator[None]:
    """No build of the site goes on meanwhile."""
    if not settings.site.is_dir():
        yield
        return
    with (settings.site / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _dump(engine: Engine, tar: tarfile.TarFile, manifest: _Manifest) -> None:
    """Every table as of one moment."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with engine.connect().execution_options(isolation_level=level) as connection:
        for table in metadata.sorted_tables:
            with tempfile.TemporaryFile("w+b") as rows:
                count = 0
                found = connection.execution_options(yield_per=_ROWS).execute(
                    select(table).order_by(table.c.id)
                )
                for row in found.mappings():
                    values = {k: _encode(v) for k, v in row.items()}
                    rows.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
                    count += 1
                manifest.rows[table.name] = count
                _add(tar, manifest, f"database/{table.name}.jsonl", rows)


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"time": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    if kind == "bytes":
        return base64.b64decode(said)
    return datetime.fromisoformat(said) if kind == "time" else date.fromisoformat(said)


def _add_folder(tar: tarfile.TarFile, manifest: _Manifest, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if path.is_symlink():
            manifest.links[inside] = os.readlink(path)
        elif path.is_file() and not path.name.startswith(_LEFT_OUT):
            with path.open("rb") as content:
                _add(tar, manifest, inside, content, path.stat().st_mtime)


def _add(
    tar: tarfile.TarFile,
    manifest: _Manifest,
    name: str,
    content: io.BufferedReader | io.BufferedRandom,
    mtime: float = 0,
) -> None:
    content.seek(0)
    manifest.files[name] = hashlib.file_digest(content, "sha256").hexdigest()
    member = tarfile.TarInfo(name)
    member.size, member.mtime = content.tell(), int(mtime)
    content.seek(0)
    tar.addfile(member, content)


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _must_be_empty(settings: Settings) -> None:
    """A backup never goes over what is there.

    Raises:
        JixiaoError: a folder holds something, or the database does.
    """
    for name in (*FOLDERS, "config"):
        folder = settings.var / name
        if folder.is_dir() and any(folder.iterdir()):
            raise JixiaoError(f"{folder} 里已有内容。请恢复到空文件夹，例如 --var 一个新文件夹。")
    engine = open_engine(settings.database)
    with engine.connect() as connection:
        full = [
            t.name
            for t in metadata.sorted_tables
            if connection.execute(select(func.count()).select_from(t)).scalar_one()
        ]
    engine.dispose()
    if full:
        raise JixiaoError(f"数据库里已有数据（{'、'.join(full)}）。请恢复到空数据库。")


def _unpack(file: Path, into: Path) -> _Manifest:
    """Every member in its place below ``into``, each found as the manifest says.

    Raises:
        JixiaoError: it is no backup, or not as it was made.
    """
    found: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not _inside(member.name):
                    raise JixiaoError(f"备份里有不该有的内容：{member.name}。")
                if member.name == MANIFEST:
                    manifest = _read_manifest(content.read())
                    continue
                path = into / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as out:
                    shutil.copyfileobj(content, out)
                os.utime(path, (member.mtime, member.mtime))
                with path.open("rb") as written:
                    found[member.name] = hashlib.file_digest(written, "sha256").hexdigest()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise JixiaoError(f"读不了备份 {file}：{error}。请换一份备份。") from None
    if manifest is None:
        raise JixiaoError(f"{file} 没有校验清单，不是完整的备份。请换一份备份。")
    wrong = sorted(n for n in {*found, *manifest.files} if found.get(n) != manifest.files.get(n))
    if wrong:
        raise JixiaoError(
            f"备份已损坏：{wrong[0]} 等 {len(wrong)} 个文件与校验清单不符。请换一份备份。"
        )
    return manifest


def _inside(name: str) -> bool:
    """Whether a member's name stays where a backup puts things."""
    path = PurePosixPath(name)
    top = {*FOLDERS, "config", "database", MANIFEST}
    return not path.is_absolute() and ".." not in path.parts and path.parts[0] in top


def _read_manifest(data: bytes) -> _Manifest:
    given = json.loads(data)
    if given.pop("format", None) != FORMAT:
        raise JixiaoError("备份的格式比本程序新，请先升级程序。")
    return _Manifest(**given)


def _engine_at(settings: Settings, revision: str) -> Engine:
    """The empty database with the schema the backup was made with."""
    if revision == head():
        return open_engine(settings.database)
    engine = open_engine(settings.database)
    config = alembic_config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
    except Exception as error:
        engine.dispose()
        raise JixiaoError(f"备份的数据库版本（{revision}）本程序不认识，请先升级程序。") from error
    return engine


def _tables(connection: Connection, manifest: _Manifest) -> list[Table]:
    """The tables of the backup as they are in the database, each after those it refers to."""
    there = MetaData()
    there.reflect(connection, only=list(manifest.rows))
    return there.sorted_tables


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield {k: _decode(v) for k, v in json.loads(line).items()}


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> int:
    """Any database; how many there were."""
    count = 0
    while batch := list(islice(rows, _ROWS)):
        connection.execute(table.insert(), batch)
        count += len(batch)
    return count


def _copy(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> int:
    """PostgreSQL's own way for many rows, in the same transaction; how many there were."""
    count = 0
    first = next(rows, None)
    if first is None:
        return count
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, first))
    statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in chain((first,), rows):
            copy.write_row([row[name] for name in first])
            count += 1
    return count


def _load(connection: Connection, table: Table, rows: Path, count: int) -> None:
    """The rows of one table, with the ids they had."""
    postgresql = connection.dialect.name == "postgresql"
    read = (_copy if postgresql else _insert)(connection, table, _rows(rows))
    if read != count:
        raise JixiaoError(f"备份里表 {table.name} 的行数不对，请换一份备份。")
    if postgresql and count:
        # The next row must not take an id that is there already.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, func.max(table.c.id))))


def _link(var: Path, link: str, target: str) -> None:
    if not _inside(link) or os.path.isabs(target) or ".." in PurePosixPath(target).parts:
        raise JixiaoError(f"备份里有不该有的链接：{link}。")
    place = var / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
