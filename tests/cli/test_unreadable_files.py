"""A file named on the command line that cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from jixiao.cli.check import _evaluate
from jixiao.errors import RefusedFile


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match=r"没有\.xlsx") as refused:
        _evaluate([tmp_path / "没有.xlsx"], 2023)
    assert refused.value.code == "unreadable"
