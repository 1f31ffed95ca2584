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
