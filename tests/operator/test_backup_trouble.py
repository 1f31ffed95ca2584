"""A machine that fails while a backup is restored: a sentence says so, and nothing is left."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from jixiao.backup import restore
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from tests.operator.archives import everything, refused
from tests.operator.year import settings_in


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "no space"), "恢复到 .*磁盘已满。请清理磁盘"),
        (PermissionError(errno.EACCES, "no"), "恢复到 .*没有权限。请检查文件夹的属主和权限"),
        (KeyboardInterrupt(), "^$"),
    ],
    ids=["disk full", "not allowed", "interrupted"],
)
def test_files_that_cannot_be_put_in_place(
    small_saved: Path,
    fresh: Settings,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    says: str,
) -> None:
    real, moves = shutil.move, iter(range(9))

    def move(source: Any, target: Any) -> Any:
        if next(moves) == 2:
            raise error
        return real(source, target)

    monkeypatch.setattr(shutil, "move", move)
    kind = JixiaoError if isinstance(error, OSError) else type(error)
    refused(fresh, small_saved, says, kind)
    # Put right, the same backup restores onto the same machine.
    monkeypatch.undo()
    assert restore(fresh, small_saved).rows == 4


def test_files_that_cannot_be_laid_aside(
    small_saved: Path, fresh: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.chmod

    def chmod(path: Path, mode: int) -> None:
        if path.name == "kept.xlsx":
            raise OSError(errno.EDQUOT, "quota")
        real(path, mode)

    monkeypatch.setattr(Path, "chmod", chmod)
    refused(fresh, small_saved, "磁盘配额已用完")


def test_a_database_that_fails_at_the_very_end(small_saved: Path, fresh: Settings) -> None:
    """The files are in their places by then; they are taken away again."""

    def fail(_: Connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(Engine, "commit", fail)
    try:
        refused(fresh, small_saved, "恢复没有完成，数据库出错：磁盘已满。请清理磁盘")
    finally:
        event.remove(Engine, "commit", fail)
    assert restore(fresh, small_saved).rows == 4


def test_a_database_that_cannot_be_reached(small_saved: Path, tmp_path: Path) -> None:
    address = "postgresql+psycopg://someone:secret@127.0.0.1:1/none"
    with pytest.raises(JixiaoError, match="打不开数据库") as caught:
        restore(Settings(tmp_path / "machine" / "var", address), small_saved)
    assert "secret" not in caught.value.message
    assert everything(tmp_path) == []


def test_what_was_there_before_stays(small_saved: Path, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    (settings.var / "inbox").mkdir(parents=True)
    (settings.var / "note.txt").write_text("mine")
    half = tmp_path / "half.tar"
    half.write_bytes(small_saved.read_bytes()[:9000])
    before = everything(tmp_path)
    with pytest.raises(JixiaoError):
        restore(settings, half)
    assert everything(tmp_path) == before
    assert (settings.var / "note.txt").read_text() == "mine"


def test_a_file_where_a_folder_goes(small_saved: Path, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    settings.var.mkdir()
    settings.site.write_text("no folder")
    with pytest.raises(JixiaoError, match="site 不是文件夹"):
        restore(settings, small_saved)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(JixiaoError, match=r"恢复到 .*file 没有完成"):
        restore(Settings(tmp_path / "file", f"sqlite:///{tmp_path / 'x.db'}"), small_saved)
    assert everything(tmp_path) == ["file", "var", "var/site"]


def test_a_home_that_leads_nowhere_is_no_hindrance(
    small_saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a new machine whose settings were copied first."""
    monkeypatch.setenv("JIXIAO_HOME", str(tmp_path / "gone"))
    notes = restore(settings_in(tmp_path / "var"), small_saved).notes
    assert any("请去掉 JIXIAO_HOME" in note for note in notes)
