"""A local receiver for demonstrations: every message that arrives becomes one line of a file."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType


class Sink:
    """An HTTP server on a free port of this machine that takes every POST.

    Use it as a context manager and give :attr:`url` to a channel. Each JSON message received
    is appended to ``file`` as one line (its keys and ``path``); anything else as
    ``{"path": …, "text": …}``.

    Args:
        file: the file to append to; its folder is made.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The Apprise address of this sink.

        Raises:
            RuntimeError: the sink is not open.
        """
        return self.address("notices")

    def address(self, path: str) -> str:
        """The Apprise address under ``path``: several channels can share one sink and still
        be told apart, because the path is kept in the line.

        Raises:
            RuntimeError: the sink is not open.
        """
        if self._server is None:
            raise RuntimeError("the sink is not open")
        return f"json://127.0.0.1:{self._server.server_address[1]}/{path}"

    def __enter__(self) -> Sink:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None

    def _keep(self, path: str, raw: bytes) -> None:
        line = {"path": path.strip("/"), **_message(raw)}
        with self._lock, self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                keep(self.path, raw)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:
                """The file is the log."""

        return Handler


def _message(raw: bytes) -> dict[str, object]:
    text = raw.decode("utf-8", errors="replace")
    try:
        read = json.loads(text)
    except ValueError:
        return {"text": text}
    return read if isinstance(read, dict) else {"text": text}
