"""Kills at seeded instants leave no trace in the year: a few each time, many as a long proof."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SEED = 20231105


@pytest.mark.parametrize("wanted", [8, pytest.param(200, marks=pytest.mark.long)])
def test_kills_leave_no_trace(root: Path, wanted: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.operator.chaos", str(wanted), str(SEED)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=3600,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kills = int(ran.stdout.split("kills=")[1].split("/")[0])
    assert kills >= wanted * 3 // 4, ran.stdout
