"""A real receiver that behaves as badly as real ones do, and a real database."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from jixiao.notices import ChannelBook, Notice
from jixiao.policy.model import Channel, Channels
from jixiao.store.db import open_engine
from jixiao.store.tables import metadata

NOW = datetime(2024, 4, 23, 1, 0, tzinfo=UTC)
POSTGRES = os.environ.get("JIXIAO_TEST_POSTGRES", "")


class Receiver:
    """An HTTP server on a free port. The path's first part is the mode it answers in.

    Attributes:
        received: what arrived in full: (path, decoded JSON body).
    """

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.headers: dict[str, str] = {}  # extra headers of the ``limited`` mode
        self.modes: dict[str, str] = {}  # path → mode it shall answer in from now on
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.received.append((self.path, json.loads(raw)))
                path = self.path.partition("?")[0]
                mode = receiver.modes.get(path, path.strip("/").partition("/")[0])
                getattr(self, f"_{mode}")()

            def _answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
                self.send_response_only(status)  # no Date of its own
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _ok(self) -> None:
                self._answer(200, b'{"errcode": 0}')

            def _slow(self) -> None:
                time.sleep(0.8)
                self._answer(200)

            def _broken(self) -> None:
                self._answer(500)

            def _gone(self) -> None:
                self._answer(404)

            def _moved(self) -> None:
                self._answer(302, Location="/ok/elsewhere")

            def _limited(self) -> None:
                self._answer(429, **receiver.headers)

            def _reset(self) -> None:
                # Linger of zero seconds: closing sends RST instead of FIN.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.shutdown(socket.SHUT_RD)
                self.close_connection = True
                self.connection.close()

            def _keyword(self) -> None:
                self._answer(200, b'{"errcode": 310000, "errmsg": "keywords not in content"}')

            def log_message(self, format: str, *args: object) -> None:
                """Tests look at what was received, not at a log."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that gave up waiting, or the reset above."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    def url(self, path: str, query: str = "") -> str:
        return f"json://127.0.0.1:{self.port}/{path}{query}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


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
