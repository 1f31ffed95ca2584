"""The year's forms and the folder of the demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from jixiao.model.forms import Form
from jixiao.policy.yamlfile import load_model

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="session")
def forms() -> dict[str, Form]:
    """The forms of 2023 by id."""
    loaded = [load_model(path, Form) for path in sorted((CONFIG / "2023" / "forms").glob("*.yaml"))]
    return {form.id: form for form in loaded}


@pytest.fixture(scope="session")
def demo() -> Path:
    """The folder of the demonstration's script, filings and targets."""
    return CONFIG.parent / "demo"
