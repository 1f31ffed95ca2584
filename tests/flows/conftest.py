"""One Prefect server a session, and a year whose folders the flows' tasks find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jixiao.installation.settings import Settings
from jixiao.year import open_cycle
from jixiao.year.base import _store
from tests.operator.year import YEAR, Prepared, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The files the clerks of the sample year hand in."""
    return prepare(tmp_path_factory.getbasetemp() / "prepared")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A server of this session alone, with a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        patch.delenv("PREFECT_API_URL", raising=False)
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture
def year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_address: str
) -> Iterator[Settings]:
    """An empty installation that tasks find by the environment, once on either database."""
    settings = Settings(tmp_path / "var", database_address)
    _store.cache_clear()  # the database was emptied: it is to be brought to head again
    monkeypatch.setenv("JIXIAO_VAR", str(settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", settings.database)
    for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
        monkeypatch.delenv(f"JIXIAO_CHANNEL_{name}", raising=False)
    yield settings
    open_cycle(YEAR, settings=settings).store.close()
    _store.cache_clear()
