"""The switch: a reader and a crash see the old site or the new one, never half of either."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from jixiao.publishing import folder
from jixiao.publishing.folder import put


class Crash(BaseException):
    """As sudden as a kill."""


def shown(out: Path) -> dict[str, bytes]:
    root = out / "current"
    return {
        str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()
    }


def test_the_site_is_exactly_what_was_given(tmp_path: Path) -> None:
    files = {"index.html": b"1", "2023/a/index.html": b"2"}
    result = put(tmp_path, files)
    assert result.changed
    assert shown(tmp_path) == files
    assert os.readlink(tmp_path / "current") == f"versions/{result.version}"
    put(tmp_path, {"index.html": b"3"})
    assert shown(tmp_path) == {"index.html": b"3"}


def test_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    first = put(tmp_path, {"a": b"1"})
    file = tmp_path / "current" / "a"
    before = file.stat()
    again = put(tmp_path, {"a": b"1"})
    assert (again.changed, again.version) == (False, first.version)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_crash_before_the_switch_leaves_the_old_site(tmp_path: Path) -> None:
    put(tmp_path, {"a": b"old"})

    def crash(link: Path, version: Path) -> None:
        assert (version / "a").read_bytes() == b"new"
        raise Crash

    with pytest.raises(Crash):
        put(tmp_path, {"a": b"new"}, switch=crash)
    assert shown(tmp_path) == {"a": b"old"}
    assert put(tmp_path, {"a": b"new"}).changed
    assert shown(tmp_path) == {"a": b"new"}


def test_a_crash_in_the_last_step_of_the_switch_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a": b"old"})

    def crash(source: object, target: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "replace", crash)
        with pytest.raises(Crash):
            put(tmp_path, {"a": b"new"})
    assert shown(tmp_path) == {"a": b"old"}
    assert put(tmp_path, {"a": b"new"}).changed
    assert shown(tmp_path) == {"a": b"new"}


def test_a_crash_while_writing_leaves_the_old_site_and_no_half_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a": b"old"})
    write = Path.write_bytes

    def crash(path: Path, content: bytes) -> int:
        if path.name == "c":
            raise Crash
        return write(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", crash)
        with pytest.raises(Crash):
            put(tmp_path, {"b": b"1", "c": b"2"})
    assert shown(tmp_path) == {"a": b"old"}
    put(tmp_path, {"b": b"1", "c": b"2"})
    assert shown(tmp_path) == {"b": b"1", "c": b"2"}
    assert not list((tmp_path / "versions").glob(".new-*"))


def test_the_last_three_versions_stay_and_one_can_go_back(tmp_path: Path) -> None:
    made = [put(tmp_path, {"a": str(n).encode()}).version for n in range(6)]
    assert {p.name for p in (tmp_path / "versions").iterdir()} == set(made[-3:])
    back = put(tmp_path, {"a": b"3"})
    assert (back.changed, back.version) == (True, made[3])
    assert shown(tmp_path) == {"a": b"3"}
    assert {p.name for p in (tmp_path / "versions").iterdir()} == set(made[-3:])


def test_a_reader_never_misses_the_page(tmp_path: Path) -> None:
    put(tmp_path, {"index.html": b"0"})
    page = tmp_path / "current" / "index.html"
    stop, missed = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                page.read_bytes()
            except OSError as error:
                missed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(20):
        put(tmp_path, {"index.html": str(n).encode()}, keep=30)
    stop.set()
    reader.join()
    assert not missed


def test_two_builds_at_once_both_end_in_a_whole_site(tmp_path: Path) -> None:
    sites = [{f"{n}.html": str(n).encode()} for n in range(6)]
    builders = [threading.Thread(target=put, args=(tmp_path, site)) for site in sites]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert shown(tmp_path) in sites
