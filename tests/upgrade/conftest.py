"""The installation that a release left behind, unpacked anew for a test, on either database."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from jixiao.installation.settings import Settings
from jixiao.year.base import _store

RELEASES = Path(__file__).resolve().parents[1] / "releases"


@pytest.fixture(scope="session")
def frozen_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What release 0.1.0 left, to be copied from."""
    folder = tmp_path_factory.mktemp("0.1.0")
    with tarfile.open(RELEASES / "0.1.0.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture
def frozen(
    frozen_files: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], Settings]]:
    """The frozen installation, on ``sqlite`` or ``postgresql``, with the packs it ran with."""
    monkeypatch.setenv("JIXIAO_HOME", str(frozen_files / "home"))
    monkeypatch.setenv("JIXIAO_SIGNING_KEY", "key-of-the-tests-only")

    def unpacked(kind: str) -> Settings:
        with tarfile.open(RELEASES / "0.1.0.tar.xz") as tar:
            members = [m for m in tar if m.name.startswith("var/") and "/prefect" not in m.name]
            tar.extractall(tmp_path, members, filter="data")
        address = f"sqlite:///{tmp_path / 'var' / 'jixiao.db'}"
        if kind == "postgresql":
            address = request.getfixturevalue("postgres_address")
            (tmp_path / "var" / "jixiao.db").unlink()
            _run_dump((frozen_files / "postgres.sql").read_text(encoding="utf-8"), address)
        _store.cache_clear()
        return Settings(tmp_path / "var", address)

    yield unpacked
    _store.cache_clear()


def _run_dump(sql: str, address: str) -> None:
    """What pg_dump wrote, without the commands of its own shell."""
    lines = [line for line in sql.splitlines() if not line.startswith("\\")]
    engine = create_engine(address)
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("\n".join(lines))
        connection.execute(text("SET search_path TO public"))
    engine.dispose()
