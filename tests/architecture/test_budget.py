"""Every folder of tests has a budget, and none has two."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.budget import budget


def test_every_folder_of_tests_has_one_budget(root: Path) -> None:
    named = Counter(f for suite in budget().values() for f in suite["folders"])
    there = {p.parent.name for p in (root / "tests").glob("*/test_*.py")}
    assert set(named) == there
    assert max(named.values()) == 1
