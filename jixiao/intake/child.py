"""Parsing in a disposable child process, with limits on memory and time.

One child serves a batch. If a file kills it, or takes too long, only that file is refused and
the next one gets a new child. Requests and answers are length-prefixed JSON and raw bytes over
pipes, so nothing the child says is ever unpickled.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.intake.sender import Sender, sender_of
from jixiao.model.forms import Form
from jixiao.model.submission import Submission, from_json, to_json
from jixiao.spreadsheet.convert import converted, convertible
from jixiao.spreadsheet.guard import CONVERTED, check

MEMORY = 2 * 1024**3  # bytes of address space
CPU_SECONDS = 20  # a file
WALL_SECONDS = 60.0  # a file
_KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "TEMP", "TZ"}
_LENGTH = struct.Struct(">Q")


class ChildReader:
    """Reads files in a child process; a context manager.

    Args:
        forms: the year's forms by id.
        memory: bytes of address space the child may take.
        cpu_seconds: CPU time a file may take.
        wall_seconds: time a file may take.
    """

    def __init__(
        self,
        forms: Mapping[str, Form],
        *,
        memory: int = MEMORY,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
    ) -> None:
        self._setup = json.dumps(
            {
                "forms": {id: form.model_dump(mode="json") for id, form in forms.items()},
                "memory": memory,
                "cpu_seconds": cpu_seconds,
            }
        ).encode()
        self._wall = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes, name: str, year: int | None = None) -> Submission | RefusedFile:
        """The submission in a file, or why it is refused.

        What LibreOffice must convert first is converted here, by a process of its own.
        """
        try:
            data = _modern(data, name)
            return from_json(self._ask(data, name, year, "submission"))
        except RefusedFile as refused:
            return refused

    def sender(self, data: bytes, name: str) -> Sender | None:
        """Whose a file says it is; ``None`` where it cannot be told without taking it up."""
        if data.startswith(CONVERTED):
            return None  # converting it only to look at it would take seconds
        try:
            return Sender(**json.loads(self._ask(data, name, None, "sender")))
        except RefusedFile:
            return None

    def _ask(self, data: bytes, name: str, year: int | None, want: str) -> bytes:
        """The child's answer.

        Raises:
            RefusedFile: the file cannot be taken, or broke the child.
        """
        fresh = self._child is None
        child = self._child = self._child or _start()
        assert child.stdin is not None
        assert child.stdout is not None
        timer = threading.Timer(self._wall, child.kill)
        timer.start()
        try:
            if fresh:
                _send(child.stdin, self._setup)
            _send(child.stdin, json.dumps({"name": name, "year": year, "want": want}).encode())
            _send(child.stdin, data)
            child.stdin.flush()
            status, answer = _receive(child.stdout), _receive(child.stdout)
        except (BrokenPipeError, EOFError):
            self.close()
            raise RefusedFile(
                "reader_failed",
                f"读取“{name}”时出了问题（内容过大或结构异常）。请把内容复制到重新下载的模板里再报送。",
            ) from None
        finally:
            timer.cancel()
        if status == b"read":
            return answer
        code, message = json.loads(answer)
        raise RefusedFile(code, message)

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._child.pid if self._child is not None else 0

    def close(self) -> None:
        """Ends the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    _close_quietly(pipe)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class SharedReader:
    """One child for a whole process: its threads take turns, whoever they work for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: ChildReader | None = None
        self._forms: Mapping[str, Form] | None = None

    def read(
        self, data: bytes, name: str, forms: Mapping[str, Form], year: int | None = None
    ) -> Submission | RefusedFile:
        """The submission in a file, or why it is refused."""
        with self._lock:
            return self._for(forms).read(data, name, year)

    def sender(self, data: bytes, name: str, forms: Mapping[str, Form]) -> Sender | None:
        """Whose a file says it is; ``None`` where it cannot be told without taking it up."""
        with self._lock:
            return self._for(forms).sender(data, name)

    def _for(self, forms: Mapping[str, Form]) -> ChildReader:
        if self._reader is None or self._forms is not forms:
            self._close()
            self._reader, self._forms = ChildReader(forms), forms
        return self._reader

    def close(self) -> None:
        """Ends the child; the next file gets a new one."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


SHARED = SharedReader()
atexit.register(SHARED.close)


def read_in_child(
    files: Iterable[tuple[bytes, str]], forms: Mapping[str, Form], year: int | None = None
) -> list[Submission | RefusedFile]:
    """Every file's submission, or why it is refused, in the order given."""
    with ChildReader(forms) as reader:
        return [reader.read(data, name, year) for data, name in files]


def _modern(data: bytes, name: str) -> bytes:
    """The bytes to hand to the child; a look at the first of them tells what must be converted."""
    if not data.startswith(CONVERTED):
        return data
    kind = check(data, name)
    return converted(data, kind, name) if convertible(kind, name) else data


def _start() -> subprocess.Popen[bytes]:
    home = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
    return subprocess.Popen(
        [sys.executable, "-m", "jixiao.intake.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**_harmless(), "PYTHONPATH": path},
    )


def _harmless() -> dict[str, str]:
    """The environment without anything a file that breaks the reader could be after."""
    return {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith("LC_")}


def _close_quietly(pipe: IO[bytes]) -> None:
    """Closes a pipe whose other end is gone; what was not flushed has nowhere to go."""
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)


def _receive(pipe: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _answer(forms: Mapping[str, Form], request: bytes, data: bytes) -> tuple[bytes, bytes]:
    wanted = json.loads(request)
    try:
        if wanted["want"] == "sender":
            return b"read", json.dumps(asdict(sender_of(data, wanted["name"], forms))).encode()
        return b"read", to_json(read_file(data, wanted["name"], forms, wanted["year"]))
    except RefusedFile as refused:
        return b"refused", json.dumps([refused.code, refused.message]).encode()


def _limit(memory: int, cpu_seconds: int) -> None:
    """This file's limits; CPU time is counted over the whole process, so it moves along."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, resource.RLIM_INFINITY))


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """The child's loop: takes forms and limits once, then answers requests until input ends."""
    settings = json.loads(_receive(source))
    forms = {id: Form.model_validate(form) for id, form in settings["forms"].items()}
    gc.disable()  # what a file leaves behind is swept up between files, not while one is read
    while True:
        try:
            request, data = _receive(source), _receive(source)
        except EOFError:
            return
        _limit(settings["memory"], settings["cpu_seconds"])
        for part in _answer(forms, request, data):
            _send(sink, part)
        sink.flush()
        gc.collect(1)


if __name__ == "__main__":
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)
