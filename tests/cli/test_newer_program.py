"""Two programs and one installation: what the newer one ships, and the older one afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jixiao.installation.pinned import pin

UPGRADES = """
def _note_goes(files: Files) -> None:
    for over in mappings(files.get("scoring.yaml"), "over_achievement"):
        over.pop("note", None)


UPGRADES[1] = _note_goes
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def newer(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of a later release, which writes format 2 and ships 2023 in it."""
    folder = tmp_path_factory.mktemp("newer")
    left_out = shutil.ignore_patterns("__pycache__", "*.otf")
    for name in ("jixiao", "flows", "tasks", "config", "templates"):
        shutil.copytree(root / name, folder / name, ignore=left_out)
    shutil.copy(root / "pyproject.toml", folder)
    edit(folder / "jixiao" / "version.py", '__version__ = "', '__version__ = "9.')
    formats = folder / "jixiao" / "policy" / "formats.py"
    edit(formats, "FORMAT = 1", "FORMAT = 2")
    formats.write_text(formats.read_text(encoding="utf-8") + UPGRADES, encoding="utf-8")
    year = folder / "config" / "2023"
    edit(year / "pack.yaml", "year: 2023", "format: 2\nyear: 2023")
    edit(year / "scoring.yaml", "threshold: 1.2", "threshold: 1.3")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An installation of this release."""
    pin(tmp_path / "var", lambda _: None)
    return tmp_path / "var"


def run(program: Path, var: Path, *words: object) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "PREFECT_"))}
    return subprocess.run(
        [sys.executable, "-c", "from jixiao.cli import main; main()", *map(str, words)],
        cwd=program,
        capture_output=True,
        text=True,
        timeout=120,
        env={**kept, "PYTHONPATH": str(program), "JIXIAO_VAR": str(var), "COLUMNS": "200"},
    )


def test_an_older_pack_runs_on_and_is_taken_over_when_asked(
    root: Path, newer: Path, own: Path
) -> None:
    scoring = own / "config" / "2023" / "scoring.yaml"
    before = scoring.read_bytes()
    assert run(newer, own, "pack", "check").returncode == 0
    ran = run(newer, own, "pack", "upgrade")
    assert ran.returncode == 1, ran.stderr
    assert "改动 over_achievement.threshold：1.2 → 1.3" in ran.stdout
    assert "格式：写的是 1" in ran.stdout
    assert scoring.read_bytes() == before

    ran = run(newer, own, "pack", "upgrade", "--apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (kept,) = (own / "config").glob("2023.before-9.*")
    assert (kept / "scoring.yaml").read_bytes() == before
    assert run(newer, own, "pack", "upgrade").returncode == 0

    ran = run(root, own, "status", "2023")
    assert ran.returncode == 2
    assert "（格式 2，本程序认识到 1），请先升级程序" in ran.stderr


def test_a_key_that_went_does_not_stop_a_running_year(root: Path, newer: Path, own: Path) -> None:
    scoring = own / "config" / "2023" / "scoring.yaml"
    edit(scoring, "  threshold: 1.2", "  note: 按文件办理\n  threshold: 高")
    lines = scoring.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "threshold: 高" in text)
    ran = run(newer, own, "pack", "check")
    assert ran.returncode == 2
    assert "note" not in ran.stdout
    assert f"{scoring} 第 {line} 行，over_achievement.threshold：应是一个数字。" in ran.stdout
    ran = run(root, own, "pack", "check")
    assert "over_achievement.note：没有这个键" in ran.stdout


def test_what_cannot_be_read_exits_with_2(newer: Path, own: Path) -> None:
    (own / "config" / "2023" / "scoring.yaml").write_text("a: [", encoding="utf-8")
    ran = run(newer, own, "pack", "upgrade", "--apply")
    assert ran.returncode == 2
    assert "scoring.yaml 第 1 行：不是有效的 YAML" in ran.stderr
