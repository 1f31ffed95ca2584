"""What all tests share: the year's pack, a database of either kind, and parts that may be missing."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from jixiao.policy import Pack, load_pack
from jixiao.store import Store, open_store
from tests.budget import (  # noqa: F401 - pytest finds its hooks here
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)

# Every installation of the tests signs with one key, so that two plays of a year are the same;
# files dropped by a test are whole, so nobody waits for them.
os.environ.setdefault("JIXIAO_SIGNING_KEY", "key-of-the-tests-only")
os.environ.setdefault("JIXIAO_SETTLE_SECONDS", "0")
# Nor has any test to do with the packs pinned in the working folder of this checkout.
os.environ["JIXIAO_VAR"] = f"{tempfile.gettempdir()}/jixiao-{uuid.uuid4().hex}/var"

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"

#: Part → programs, any of which will do.
PROGRAMS = {
    "soffice": ("soffice", "libreoffice"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "pdftoppm": ("pdftoppm",),
    "systemd-analyze": ("systemd-analyze",),
}


def server_address() -> str:
    """Where the tests may make a database of their own."""
    return os.environ.get("JIXIAO_TEST_POSTGRES") or POSTGRES


def _find(part: str) -> str | None:
    """Path of a program or of a file of the system, address of a server; ``None`` without it."""
    if part.startswith("/"):
        return part if Path(part).exists() else None
    if part != "postgres":
        return next((found for name in PROGRAMS[part] if (found := shutil.which(name))), None)
    url = make_url(server_address())
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect():
            return url.render_as_string(hide_password=False)
    except OperationalError:
        return None
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """``need("soffice")``: where that part is (path or address).

    A test whose part is missing is skipped; under ``JIXIAO_REQUIRE_ALL=1`` it fails.
    """
    known: dict[str, str | None] = {}

    def where(part: str) -> str:
        if part not in known:
            known[part] = _find(part)
        found = known[part]
        if found is None:
            reason = f"缺少 {part}，本测试需要它。 / This test needs {part}, which was not found."
            if os.environ.get("JIXIAO_REQUIRE_ALL") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        return found

    return where


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The policy pack of 2023."""
    return load_pack(ROOT / "config" / "2023")


@contextmanager
def _own_database(address: str) -> Iterator[str]:
    """Address of a new database on this server, dropped at the end."""
    server = create_engine(make_url(address), isolation_level="AUTOCOMMIT")
    name = f"jixiao_test_{uuid.uuid4().hex[:16]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture(scope="session")
def postgres_database(need: Callable[[str], str]) -> Iterator[str]:
    """Address of a PostgreSQL database of this test process alone, dropped at the end."""
    with _own_database(need("postgres")) as address:
        yield address


@pytest.fixture(scope="session")
def records_database(need: Callable[[str], str]) -> Iterator[str]:
    """Address of another one, for what a Prefect server records."""
    with _own_database(need("postgres")) as address:
        yield address


@pytest.fixture(scope="session")
def year_database(need: Callable[[str], str]) -> Iterator[str]:
    """Address of a third one, for a played year that many tests look at: nobody empties it."""
    with _own_database(need("postgres")) as address:
        yield address


@pytest.fixture
def postgres_address(postgres_database: str) -> str:
    """Address of that database, emptied for this test."""
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jixiao.db'}"
    address: str = request.getfixturevalue("postgres_address")
    return address


@pytest.fixture
def database(database_address: str) -> Iterator[Store]:
    """An empty store with the newest schema, once on either kind of database."""
    store = open_store(database_address)
    yield store
    store.close()
