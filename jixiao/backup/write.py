"""A backup is written: rows first, then the files they name, the manifest last."""

from __future__ import annotations

import fcntl
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.exc import DBAPIError

from jixiao.backup.manifest import MANIFEST, Manifest, rows_of
from jixiao.backup.members import add_bytes, add_folder, add_open, reading
from jixiao.backup.outcome import Moved, after_backup, moved, names_set
from jixiao.backup.rows import one_moment, write_rows
from jixiao.errors import JixiaoError, database_trouble, reason, remedy
from jixiao.installation.contents import CONFIG, SAVED, TEMPLATES, Entry
from jixiao.installation.paths import config_dir, shipped_template_dir, template_dir
from jixiao.installation.settings import Settings
from jixiao.store import open_store
from jixiao.store.db import head, schema_of, shown
from jixiao.store.tables import metadata


def backup(settings: Settings, file: Path) -> Moved:
    """Write everything to ``file``, which appears only when it is complete.

    It may be made while the year goes on. Files are written before the rows that name them, so
    the rows are read first: whatever they name is there.

    Raises:
        JixiaoError: something cannot be read or written, or the file's place is no good.
    """
    sources = _sources(settings)
    _check_place(settings, file, sources)
    _must_be_this_programs(settings)
    manifest = Manifest(
        head() or "",
        datetime.now(UTC).isoformat(timespec="seconds"),
        elsewhere=settings.elsewhere(),
        settings=names_set(),
    )
    with _said(file), _whole(file) as out:
        links = _write(settings, out, manifest, sources, file.parent)
    return moved(manifest, after_backup(settings, manifest, links))


def _write(
    settings: Settings,
    out: BinaryIO,
    manifest: Manifest,
    sources: dict[Entry, Path],
    scratch: Path,
) -> list[str]:
    """Everything into a tar; links that lead out of their folder."""
    links: list[str] = []
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        with _site_at_rest(settings):
            _dump(settings, tar, manifest, scratch)
            for entry, folder in sources.items():
                links += add_folder(tar, manifest, folder, entry.name)
        add_bytes(tar, MANIFEST, manifest.to_json())
    return links


def _sources(settings: Settings) -> dict[Entry, Path]:
    """Where what is saved lies: packs and templates are those that count, wherever they are."""
    found = {entry: settings.place(entry) for entry in SAVED if entry is not TEMPLATES}
    found[CONFIG] = config_dir()
    # The shipped templates come with the program; a copy would go stale at its next upgrade.
    if template_dir() != shipped_template_dir():
        found[TEMPLATES] = template_dir()
    return found


def _must_be_this_programs(settings: Settings) -> None:
    """Making a backup never upgrades a database: it would take the way back with it.

    Raises:
        JixiaoError: the database was written by an older program, or is gone.
    """
    schema = schema_of(settings.database)
    if schema is None and settings.archive.is_dir() and any(settings.archive.iterdir()):
        raise JixiaoError(
            f"{settings.archive} 里有收到的文件，数据库（{shown(settings.database)}）却是空的或不在了，"
            "没有备份。请检查 JIXIAO_DATABASE 和 JIXIAO_VAR。"
        )
    if schema not in (None, head()):
        raise JixiaoError(
            f"数据库的版本是 {schema}，本程序的是 {head()}，没有备份。升级前的备份要用升级前的程序做；"
            "已经做过的，先用本程序办理一次（如 jixiao status 2023）升级数据库，再备份。"
        )


def _check_place(settings: Settings, file: Path, sources: dict[Entry, Path]) -> None:
    """Refuse before hours of work what could never be a backup."""
    if not settings.var.is_dir():
        raise JixiaoError(f"没有工作文件夹 {settings.var}。请检查 JIXIAO_VAR 或 --var。")
    if file.is_dir():
        raise JixiaoError(f"{file} 是一个文件夹。请写明备份的文件名，如 {file / 'jixiao.tar'}。")
    if file.exists():
        raise JixiaoError(f"已经有 {file}，没有覆盖它。请换一个文件名。")
    place = file.resolve()
    for entry, folder in sources.items():
        if place.is_relative_to(folder.resolve()):
            raise JixiaoError(
                f"备份不能写在 {folder} 里：那里的{entry.what}正是要备份的。请写到工作文件夹以外。"
            )


@contextmanager
def _said(file: Path) -> Iterator[None]:
    """What kept a backup from being written, in a sentence."""
    try:
        yield
    except OSError as error:
        raise JixiaoError(
            f"写不了备份 {file}：{reason(error)}。{remedy(error)}，再备份一次。"
        ) from error
    except DBAPIError as error:
        what, next = database_trouble(error.orig)
        raise JixiaoError(f"备份没有完成，{what}。{next}，再备份一次。") from error


@contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """A file that has its name when all of it is on the disk, and is gone where it failed.

    Nobody else may read it: what departments handed in and telephone numbers are in it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


@contextmanager
def _site_at_rest(settings: Settings) -> Iterator[None]:
    """No build of the site goes on meanwhile."""
    if not settings.site.is_dir():
        yield
        return
    path = settings.site / ".lock"
    with reading(path):
        lock = path.open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _dump(settings: Settings, tar: tarfile.TarFile, manifest: Manifest, scratch: Path) -> None:
    """Every table as of one moment.

    Args:
        aside: where there is room for the rows of a table.
    """
    store = open_store(settings.database)
    try:
        with one_moment(store.engine) as connection:
            for table in metadata.sorted_tables:
                with tempfile.TemporaryFile("w+b", dir=scratch) as rows:
                    manifest.rows[table.name] = write_rows(connection, table, rows)
                    rows.seek(0)
                    add_open(tar, manifest, rows_of(table.name), rows)
    finally:
        store.close()
