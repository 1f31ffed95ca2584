"""A backup is restored: all of it, or nothing and no trace."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from jixiao.backup.manifest import Manifest
from jixiao.backup.outcome import Moved, after_restore, moved
from jixiao.backup.read import unpack
from jixiao.backup.rows import load_rows
from jixiao.errors import JixiaoError, database_trouble, reason, remedy
from jixiao.installation.contents import LOGS, SAVED
from jixiao.installation.settings import Settings
from jixiao.store.db import alone, database_file, engine_at, looking, migrate_to, opening
from jixiao.store.tables import metadata


def restore(settings: Settings, file: Path) -> Moved:
    """Restore a backup into an empty folder and an empty database.

    The policy packs go to ``var/config``, whatever packs count on this machine.

    Raises:
        JixiaoError: the backup is damaged or of a newer program, or there is something already.
    """
    with _said(settings), _no_trace(settings):
        _folders_must_be_empty(settings)
        with _database(settings) as engine, _aside(settings.var) as staged:
            manifest = unpack(file, staged)
            with ExitStack() as undo:
                with engine.begin() as connection:
                    _fill(connection, staged, manifest)
                    # Rows that name a file which is not there would be believed: they count
                    # when every file is in its place and on the disk.
                    _move(staged, settings, undo)
                    os.sync()
                undo.pop_all()
    return moved(manifest, after_restore(settings, manifest))


@contextmanager
def _said(settings: Settings) -> Iterator[None]:
    """What kept a backup from being restored, in a sentence."""
    try:
        yield
    except OSError as error:
        raise JixiaoError(
            f"恢复到 {settings.var} 没有完成：{reason(error)}。{remedy(error)}，再恢复一次。"
        ) from error
    except DBAPIError as error:
        what, next = database_trouble(error.orig)
        raise JixiaoError(f"恢复没有完成，{what}。{next}，再恢复一次。") from error


@contextmanager
def _no_trace(settings: Settings) -> Iterator[None]:
    """A restore that fails takes away the folders and the database file that it made."""
    file = database_file(settings.database)
    files = [] if file is None else [Path(f"{file}{end}") for end in ("", *LOGS)]
    folders = {*_missing(settings.var), *(_missing(file.parent) if file else ())}
    made = [path for path in files if not path.exists()]
    try:
        yield
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        for folder in sorted(folders, key=lambda f: len(f.parts), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _missing(folder: Path) -> Iterator[Path]:
    """The folder and those above it that are not there."""
    return takewhile(lambda f: not f.exists(), (folder, *folder.parents))


def _folders_must_be_empty(settings: Settings) -> None:
    """A backup never goes over what is there.

    Raises:
        JixiaoError: something is where it would go.
    """
    for place in map(settings.place, SAVED):
        if place.is_dir() and any(place.iterdir()):
            raise JixiaoError(f"{place} 里已有内容。请恢复到空文件夹，例如 --var 一个新文件夹。")
        if not place.is_dir() and (place.exists() or place.is_symlink()):
            raise JixiaoError(f"{place} 不是文件夹。请移走它，或恢复到空文件夹。")


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    """The database, which must be empty.

    Raises:
        JixiaoError: it cannot be opened, or there are rows in it.
    """
    engine = engine_at(settings.database)
    with opening(engine), looking(engine) as connection:
        there = set(inspect(connection).get_table_names())
        tables = [table for table in metadata.sorted_tables if table.name in there]
        full = [t.name for t in tables if connection.execute(select(t.c.id).limit(1)).first()]
    try:
        if full:
            raise JixiaoError(f"数据库里已有数据（{'、'.join(full)}）。请恢复到空数据库。")
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _aside(var: Path) -> Iterator[Path]:
    """Where a backup lies until it is found right: on the disk it is for, seen by nobody else."""
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var, prefix=".restoring-") as name:
        yield Path(name)


def _fill(connection: Connection, staged: Path, manifest: Manifest) -> None:
    """The rows into the schema they were saved from, which is then brought to the newest."""
    alone(connection, "migrate")
    migrate_to(connection, manifest.revision)
    load_rows(connection, staged, manifest)
    migrate_to(connection, "head")


def _move(staged: Path, settings: Settings, undo: ExitStack) -> None:
    """Every folder to its place; ``undo`` takes away what was moved."""
    for entry in SAVED:
        source, folder = staged / entry.name, settings.place(entry)
        if not source.is_dir():
            continue
        if not folder.exists():
            undo.callback(_remove, folder)
            folder.mkdir()
        # One by one: the folder may be there, empty, and a disk of its own.
        for child in sorted(source.iterdir()):
            undo.callback(_remove, folder / child.name)
            shutil.move(child, folder / child.name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
