"""A copy of the year's pack that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel

from jixiao.model.forms import Form
from jixiao.policy import Calendar, Channels, Pack, PackInfo, Roster, RulesPolicy, ScoringPolicy


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A pack of 2023 of one's own."""
    return Path(shutil.copytree(root / "config" / "2023", tmp_path / "2023"))


@pytest.fixture(scope="session")
def models(pack: Pack) -> dict[str, type[BaseModel]]:
    """File of the pack → the model behind it."""
    return {
        "pack.yaml": PackInfo,
        "calendar.yaml": Calendar,
        "scoring.yaml": ScoringPolicy,
        "rules.yaml": RulesPolicy,
        "departments.yaml": Roster,
        "channels.yaml": Channels,
        **{f"forms/{name}.yaml": Form for name in pack.info.forms},
    }
