"""The site at another place: content first, index last, only what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from jixiao.errors import JixiaoError
from jixiao.publishing.site import SiteInfo, SiteYear, site_files
from jixiao.publishing.target import mirror

PLACE = "memory://site/jx"


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    target = fsspec.filesystem("memory")
    target.store.clear()
    yield target
    target.store.clear()


@pytest.fixture
def files(site: SiteInfo, year: SiteYear) -> dict[str, bytes]:
    return site_files(site, [year])


def shown(target: MemoryFileSystem) -> dict[str, bytes]:
    found = {path.removeprefix("/site/jx/"): target.cat_file(path) for path in target.find("/site")}
    found.pop(".jixiao-site.json", None)
    return found


def test_the_target_holds_exactly_the_site(
    memory: MemoryFileSystem, files: dict[str, bytes]
) -> None:
    assert set(mirror(files, PLACE)) == set(files)
    assert shown(memory) == files
    assert mirror(files, PLACE) == []


def test_only_what_changed_is_sent_and_what_is_gone_is_removed(
    memory: MemoryFileSystem, files: dict[str, bytes]
) -> None:
    mirror(files, PLACE)
    gone = next(path for path in files if path.endswith("report.json"))
    later = {path: data for path, data in files.items() if path != gone}
    later["2023/index.html"] += b"<!-- new -->"
    memory.pipe_file("/site/jx/not-ours.txt", b"kept")
    assert mirror(later, PLACE) == ["2023/index.html"]
    assert shown(memory) == {**later, "not-ours.txt": b"kept"}


def test_content_comes_first_and_the_front_page_last(
    memory: MemoryFileSystem, files: dict[str, bytes]
) -> None:
    written = mirror(files, PLACE)
    reports = [n for n, path in enumerate(written) if path.count("/") >= 2]
    assert max(reports) < written.index("2023/index.html") < written.index("index.html")


def test_stopped_anywhere_it_never_leads_into_nothing_and_is_finished_by_the_next(
    memory: MemoryFileSystem, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = MemoryFileSystem.pipe_file
    for allowed in range(len(files)):
        memory.store.clear()
        count = 0

        def failing(
            self: MemoryFileSystem, path: str, value: bytes, *, limit: int = allowed, **more: Any
        ) -> None:
            nonlocal count
            count += 1
            if count > limit:
                raise OSError("connection lost")
            write(self, path, value, **more)

        monkeypatch.setattr(MemoryFileSystem, "pipe_file", failing)
        with pytest.raises(JixiaoError, match="没有完成"):
            mirror(files, PLACE)
        monkeypatch.setattr(MemoryFileSystem, "pipe_file", write)
        there = shown(memory)
        for path in there:
            if path == "index.html":
                assert set(there) >= {p for p in files if p.count("/") >= 2}
        mirror(files, PLACE)
        assert shown(memory) == files


def test_a_folder_is_an_address_too(tmp_path: Path, files: dict[str, bytes]) -> None:
    mirror(files, str(tmp_path / "out"))
    assert (tmp_path / "out" / "2023" / "index.html").read_bytes() == files["2023/index.html"]


@pytest.mark.parametrize("address", ["nosuch://user:geheim@host/x", "memory2://a?key=geheim"])
def test_a_target_that_cannot_be_reached_is_said_without_its_secrets(address: str) -> None:
    with pytest.raises(JixiaoError) as error:
        mirror({"index.html": b""}, address)
    assert "geheim" not in error.value.message
