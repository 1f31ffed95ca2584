"""Jixiao as other programs use it: no database, no server, nothing of the web."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jixiao
from jixiao.demo.sample import load_filing
from jixiao.errors import JixiaoError, RefusedFile
from jixiao.installation.paths import demo_dir
from jixiao.policy import Pack
from jixiao.workbooks import issue_workbook


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    filed = load_filing(demo_dir() / "filings" / "songxi-1.yaml", pack.forms)
    department = pack.department(filed.unit_code)
    assert department is not None
    path = tmp_path_factory.mktemp("library") / "松溪.xlsx"
    path.write_bytes(issue_workbook(pack, department, None, filled=filed))
    return path


def test_a_file_is_read_scored_and_audited(workbook: Path) -> None:
    submission = jixiao.read(workbook)
    assert (submission.year, submission.unit_name) == (2023, "示例县松溪市政园林所")
    evaluation = jixiao.audit(workbook)
    assert not evaluation.clean
    assert evaluation.findings == jixiao.audit(submission).findings
    assert [s.computed_score for s in jixiao.score([workbook])] == [
        s.computed_score for s in evaluation.scores
    ]


def test_a_pack_is_found_by_year_and_by_folder(root: Path) -> None:
    newest = jixiao.load_pack()
    assert newest.year == jixiao.load_pack(2023).year == 2023
    assert jixiao.load_pack(root / "config" / "2023").hashes == newest.hashes


def test_what_cannot_be_taken_is_said(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match=r"没有\.xlsx"):
        jixiao.audit(tmp_path / "没有.xlsx")
    with pytest.raises(JixiaoError, match="没有给出"):
        jixiao.read([])
    (tmp_path / "坏.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(RefusedFile):
        jixiao.read(str(tmp_path / "坏.xlsx"))


def test_it_brings_neither_server_nor_database(root: Path) -> None:
    look = (
        "import sys, jixiao; jixiao.load_pack(2023);"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'prefect','sqlalchemy','alembic','apprise','typer','openpyxl','typst','fastapi'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", look], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_python_m_jixiao_is_the_command(root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "jixiao", "--version"], cwd=root, capture_output=True, text=True
    )
    assert ran.stdout.strip() == f"jixiao {jixiao.__version__}"


def test_a_strangers_tasks_in_the_working_folder_break_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("raise SystemExit('somebody else')")
    ran = subprocess.run(
        [sys.executable, "-c", "import flows.year, tasks; print(tasks.__file__)"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONSAFEPATH": "", "PREFECT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "tasks/__init__.py" in ran.stdout, ran.stderr
