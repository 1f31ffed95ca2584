"""Twenty kills at seeded instants leave no trace in the year."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

KILLS = 20
SEED = 20231105


def test_twenty_kills_leave_no_trace(root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.operator.chaos", str(KILLS), str(SEED)],
        cwd=root, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kills = int(ran.stdout.split("kills=")[1].split("/")[0])
    assert kills >= KILLS * 3 // 4, ran.stdout
