"""A real receiver and a real database."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from jixiao.notices import ChannelBook, Notice
from jixiao.policy.model import Channel, Channels
from jixiao.store.db import open_engine
from jixiao.store.tables import metadata
from tests.receiver import Receiver

NOW = datetime(2024, 4, 23, 1, 0, tzinfo=UTC)
POSTGRES = os.environ.get("JIXIAO_TEST_POSTGRES", "")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(params=["sqlite", *(["postgres"] if POSTGRES else [])])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The database as production opens it; PostgreSQL too where ``JIXIAO_TEST_POSTGRES`` is set."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'outbox.db'}")
        metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    schema = f"notices_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = create_engine(POSTGRES, connect_args={"options": f"-csearch_path={schema}"})
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@pytest.fixture
def book() -> Iterator[Callable[..., ChannelBook]]:
    """Makes a book from channel name → address; a channel without an address is not configured."""
    opened: list[ChannelBook] = []

    def make(**addresses: str) -> ChannelBook:
        policy = Channels(
            bureau=tuple(addresses)[:1],
            channels={n: Channel(title=n, url_env=f"TEST_{n.upper()}") for n in addresses},
        )
        environ = {f"TEST_{n.upper()}": address for n, address in addresses.items()}
        opened.append(ChannelBook(policy, environ))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def notice(number: int = 1, channel: str = "main", **changes: Any) -> Notice:
    given: dict[str, Any] = {
        "year": 2023,
        "stage": "submit",
        "recipient": f"{number:018d}",
        "kind": "receipt",
        "due": date(2024, 4, 23),
        "subject": "",
        "channel": channel,
        "title": "已收到",
        "body": f"第 {number} 份材料已收到。",
    }
    return Notice(**{**given, **changes})


@pytest.fixture
def make_notice() -> Callable[..., Notice]:
    return notice


@pytest.fixture
def now() -> datetime:
    return NOW
