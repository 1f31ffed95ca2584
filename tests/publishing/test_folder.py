"""What stays the same is not written again, and what was changed by hand is."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.errors import JixiaoError
from jixiao.installation.delivery import Folder
from jixiao.publishing.content import Kept, bytes_of, digest
from jixiao.publishing.folder import put


def kept(folder: Folder, name: str, data: bytes) -> Kept:
    folder.write(name, data)
    return Kept(folder, name, hashlib.sha256(data).hexdigest())


def inode(path: Path) -> int:
    return path.stat().st_ino


@pytest.fixture(params=["here", "memory"])
def reports(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    """The reports folder, on this machine and elsewhere."""
    if request.param == "memory":
        fsspec.filesystem("memory").store.clear()
        return Folder("memory://reports")
    return Folder(str(tmp_path / "reports"))


def test_what_is_kept_is_shown_and_a_copy_of_its_own(reports: Folder, tmp_path: Path) -> None:
    page = kept(reports, "甲/index.html", b"<p>one")
    shown = put(tmp_path / "site", {"index.html": b"<p>all", "甲/index.html": page})
    place = shown.root / "甲" / "index.html"
    assert place.read_bytes() == b"<p>one"
    assert (shown.root / "index.html").read_bytes() == b"<p>all"
    place.write_bytes(b"<p>forged")
    assert reports.read("甲/index.html") == b"<p>one"


def test_only_what_changed_is_written_again(reports: Folder, tmp_path: Path) -> None:
    site = tmp_path / "site"
    same = kept(reports, "same.pdf", b"%PDF same")
    first = put(site, {"same.pdf": same, "index.html": b"1"}).root.resolve()
    second = put(site, {"same.pdf": same, "index.html": b"2"}).root.resolve()
    assert first != second
    assert inode(first / "same.pdf") == inode(second / "same.pdf")
    assert (first / "index.html").read_bytes() == b"1"
    assert (second / "index.html").read_bytes() == b"2"
    # Going back is the same content under the same name.
    assert put(site, {"same.pdf": same, "index.html": b"1"}).root.resolve() == first


def test_a_file_changed_by_hand_is_written_anew(reports: Folder, tmp_path: Path) -> None:
    site = tmp_path / "site"
    page = kept(reports, "page.html", b"<p>right")
    put(site, {"page.html": page, "index.html": b"1"})
    (site / "current" / "page.html").write_bytes(b"<p>wrong")
    put(site, {"page.html": page, "index.html": b"2"})
    assert (site / "current" / "page.html").read_bytes() == b"<p>right"


@pytest.mark.parametrize(
    "damage", ["{", "[1]\n", "[1, 2, 3, 4]\n", '["page.html", "0", "1", null]\n', "\x00"]
)
def test_a_damaged_list_only_costs_time(reports: Folder, tmp_path: Path, damage: str) -> None:
    site = tmp_path / "site"
    page = kept(reports, "page.html", b"<p>right")
    put(site, {"page.html": page, "index.html": b"1"})
    for each in (site / "lists").iterdir():
        each.write_text(damage + each.read_text())
    put(site, {"page.html": page, "index.html": b"2"})
    assert (site / "current" / "page.html").read_bytes() == b"<p>right"


def test_old_versions_and_their_lists_go(tmp_path: Path) -> None:
    for number in range(6):
        put(tmp_path, {"index.html": str(number).encode()}, keep=2)
    versions = {p.name for p in (tmp_path / "versions").iterdir()}
    assert len(versions) == 2
    assert {p.stem for p in (tmp_path / "lists").iterdir()} == versions


def test_what_was_left_half_written_goes_with_its_list(tmp_path: Path) -> None:
    def cut(link: Path, version: Path) -> None:
        raise KeyboardInterrupt

    put(tmp_path, {"index.html": b"1"})
    broken = Kept(Folder(str(tmp_path)), "not there", "0" * 64)
    with pytest.raises(OSError, match="not there"):
        put(tmp_path, {"a.html": b"a", "index.html": b"2", "z.html": broken})
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path, {"a.html": b"b", "index.html": b"3"}, switch=cut)
    put(tmp_path, {"a.html": b"a", "index.html": b"4"})
    versions = {p.name for p in (tmp_path / "versions").iterdir()}
    assert len(versions) == 3  # the one that only lacks the switch is whole
    assert {p.stem for p in (tmp_path / "lists").iterdir()} == versions


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=2)),
    st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=2)),
)
def test_any_version_follows_any_other(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old = put(Path(folder), first).root.resolve()
        new = put(Path(folder), second).root.resolve()
        assert {p.name: p.read_bytes() for p in new.iterdir()} == second
        for name in first.keys() & second.keys():
            same = first[name] == second[name]
            assert (inode(old / name) == inode(new / name)) is same


def test_a_site_copied_without_its_link_is_named_before_anything_is_written(
    tmp_path: Path,
) -> None:
    put(tmp_path / "site", {"index.html": b"1"})
    copied = tmp_path / "copied"
    shutil.copytree(tmp_path / "site", copied)  # as a copy to a disk without links is
    with pytest.raises(JixiaoError, match=r"copied/current 应是指向某一版的链接"):
        put(copied, {"index.html": b"2"})
    assert (copied / "current" / "index.html").read_bytes() == b"1"
    assert len(list((copied / "versions").iterdir())) == 1
    shutil.rmtree(copied / "current")
    assert (put(copied, {"index.html": b"2"}).root / "index.html").read_bytes() == b"2"


def test_what_is_not_what_it_should_be_is_never_shown(reports: Folder, tmp_path: Path) -> None:
    page = kept(reports, "page.html", b"<p>right")
    reports.write("page.html", b"<p>damaged")
    assert digest(page) == hashlib.sha256(b"<p>right").hexdigest()
    with pytest.raises(OSError, match="不一致"):
        bytes_of(page)
    with pytest.raises(OSError, match="不一致"):
        put(tmp_path / "site", {"page.html": page})
    assert not (tmp_path / "site" / "current").exists()
