"""A database that this program cannot take over: one sentence, exit 2, and nothing is touched."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao.installation.settings import Settings

SPOILT: dict[str, tuple[str, str]] = {
    "newer schema": ("UPDATE alembic_version SET version_num = '9999'", "请先升级程序"),
    "half done by hand": ("CREATE TABLE programs (id INTEGER PRIMARY KEY)", "没有成功"),
    "a table is gone": ("DROP TABLE waivers", "没有成功"),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("words", [("status", "2023"), ("run", "2023", "--day", "2024-09-12")])
def test_it_is_said_in_a_sentence(
    frozen: Callable[[str], Settings], how: str, words: tuple[str, ...]
) -> None:
    settings = frozen("sqlite")
    file = settings.var / "jixiao.db"
    statement, says = SPOILT[how]
    with sqlite3.connect(file) as database:
        database.execute(statement)
    database.close()
    before = schema_and_rows(file)
    ran = subprocess.run(
        [sys.executable, "-c", "from jixiao.cli import main; main()", *words],
        env={**os.environ, "JIXIAO_VAR": str(settings.var), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "jixiao-error-" not in ran.stderr
    assert schema_and_rows(file) == before


def schema_and_rows(file: Path) -> list[str]:
    database = sqlite3.connect(file)
    try:
        return list(database.iterdump())
    finally:
        database.close()


def command(settings: Settings, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jixiao", *map(str, words)],
        env={**os.environ, "JIXIAO_VAR": str(settings.var), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_another_programs_database_is_left_alone(
    frozen: Callable[[str], Settings], tmp_path: Path
) -> None:
    frozen("sqlite")
    other = Settings(tmp_path / "other", f"sqlite:///{tmp_path / 'other' / 'jixiao.db'}")
    other.var.mkdir()
    with sqlite3.connect(other.var / "jixiao.db") as database:
        database.execute("CREATE TABLE people (a INTEGER)")
    database.close()
    before = schema_and_rows(other.var / "jixiao.db")
    ran = command(other, "status", 2023)
    assert ran.returncode == 2
    assert "别的程序的表（people），没有动它" in ran.stderr
    assert schema_and_rows(other.var / "jixiao.db") == before


@pytest.mark.parametrize("words", [("status", 2023), ("collect", 2023), ("backup", "x.tar")])
def test_a_year_whose_database_is_gone_is_not_begun_anew(
    frozen: Callable[[str], Settings], words: tuple[object, ...]
) -> None:
    settings = frozen("sqlite")
    (settings.var / "jixiao.db").unlink()
    before = sorted(settings.var.rglob("*"))
    ran = command(settings, *words)
    assert ran.returncode == 2
    assert "却是空的或不在了" in ran.stderr
    assert sorted(settings.var.rglob("*")) == before


def test_the_backup_before_an_upgrade_is_the_older_programs_to_make(
    frozen: Callable[[str], Settings], tmp_path: Path
) -> None:
    settings = frozen("sqlite")
    before = schema_and_rows(settings.var / "jixiao.db")
    ran = command(settings, "backup", tmp_path / "new.tar")
    assert ran.returncode == 2
    assert "升级前的备份要用升级前的程序做" in ran.stderr
    assert not (tmp_path / "new.tar").exists()
    assert schema_and_rows(settings.var / "jixiao.db") == before


def test_a_backup_never_goes_over_another(
    frozen: Callable[[str], Settings], tmp_path: Path
) -> None:
    settings = frozen("sqlite")
    (tmp_path / "pre.tar").write_bytes(b"the way back")
    ran = command(settings, "backup", tmp_path / "pre.tar")
    assert ran.returncode == 2
    assert "没有覆盖它" in ran.stderr
    assert (tmp_path / "pre.tar").read_bytes() == b"the way back"
