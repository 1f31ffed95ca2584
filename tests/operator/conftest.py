"""The sample year, prepared once a session."""

from __future__ import annotations

import pytest

from tests.operator.year import Prepared, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The files the clerks of the sample year hand in."""
    return prepare(tmp_path_factory.getbasetemp() / "prepared")
