"""The receiver of the whole suite: a real HTTP server that behaves as badly as real ones do."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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

            def _telltale(self) -> None:
                said = json.dumps({"errcode": 310000, "errmsg": f"no such token {self.path}"})
                self._answer(200, said.encode())

            def _telltale500(self) -> None:
                self._answer(500, f"cannot post to {self.path}".encode(), X_Path=self.path)

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
