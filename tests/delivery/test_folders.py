"""Folders on any storage, and the address a department is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import fsspec
import pytest
from sqlalchemy import select

from jixiao.errors import JixiaoError
from jixiao.installation.delivery import Folder
from jixiao.store.tables import outbox
from jixiao.year.deliver import folder_of
from tests.delivery.conftest import SONGXI, YEAR, Bureau


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    if request.param == "local":
        return Folder(str(tmp_path / "某文件夹"))
    fs = fsspec.filesystem("memory")
    if fs.exists("/某文件夹"):
        fs.rm("/某文件夹", recursive=True)
    return Folder("memory://某文件夹")


def test_what_is_written_is_found_and_read(folder: Folder) -> None:
    assert folder.files() == []
    assert folder.modified("没有.xlsx") is None
    sha256 = folder.write("子夹/甲.xlsx", b"one")
    folder.write("乙.xlsx", b"second")
    folder.write("~$乙.xlsx", b"lock")
    folder.write(".DS_Store", b"x")
    assert sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert {(f.name, f.size) for f in folder.files()} == {("子夹/甲.xlsx", 3), ("乙.xlsx", 6)}
    assert all(f.modified is not None for f in folder.files())
    assert folder.read("子夹/甲.xlsx") == b"one"
    folder.write("子夹/甲.xlsx", b"three")
    assert folder.read("子夹/甲.xlsx") == b"three"
    assert folder.link("子夹/甲.xlsx").endswith("某文件夹/子夹/甲.xlsx")
    assert (
        unquote(folder.link("子夹/甲.xlsx", "https://x.example/d/"))
        == "https://x.example/d/子夹/甲.xlsx"
    )
    with pytest.raises(OSError):
        folder.read("没有.xlsx")


def test_an_address_nobody_knows_is_said() -> None:
    with pytest.raises(JixiaoError, match="打不开文件夹地址"):
        Folder("nosuch://x")


def test_each_department_has_one_folder_nobody_can_guess(bureau: Bureau) -> None:
    here = folder_of(bureau.cycle, SONGXI)
    assert re.fullmatch(rf"{YEAR}/{SONGXI}/[0-9a-f]{{32}}", here)
    assert folder_of(bureau.cycle, SONGXI) == here
    tokens = {folder_of(bureau.cycle, d.code) for d in bureau.cycle.pack.roster.departments}
    assert len({t.rsplit("/", 1)[1] for t in tokens}) == len(tokens)
    assert bureau.issued_path("targets").startswith(f"{here}/")
    assert bureau.issued_path().startswith(f"{here}/")


def test_a_folder_stays_when_the_key_changes(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = folder_of(bureau.cycle, SONGXI)
    monkeypatch.setenv("JIXIAO_SIGNING_KEY", "another-key-of-the-tests")
    assert folder_of(bureau.cycle, SONGXI) == here


def test_without_a_key_the_token_is_random(
    bureau_at: Callable[..., Bureau], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = folder_of(bureau_at().cycle, SONGXI)
    monkeypatch.delenv("JIXIAO_SIGNING_KEY")
    other = bureau_at()
    settings = replace(other.settings, database="sqlite:///:memory:")
    first, second = (
        folder_of(replace(other.cycle, settings=settings), code)
        for code in ("11431199MB99010161", "12431199MB99020279")
    )
    assert len({signed, first, second}) == 3


def test_any_storage_serves_as_drop_folder_and_as_delivery_folder(
    bureau_at: Callable[..., Bureau],
) -> None:
    fs = fsspec.filesystem("memory")
    for name in ("/inbox", "/out"):
        if fs.exists(name):
            fs.rm(name, recursive=True)
    bureau = bureau_at(
        inbox_at="memory://inbox", deliver_to="memory://out", deliver_url="https://files.example/d"
    )
    bureau.drop("自评.xlsx", bureau.filled())
    assert "回执号" in bureau.collect()[0]
    assert bureau.collect() == []
    assert not bureau.settings.deliveries.exists()
    with bureau.cycle.store.read() as connection:
        bodies = (
            connection.execute(select(outbox.c.body).where(outbox.c.recipient == SONGXI))
            .scalars()
            .all()
        )
    assert any("https://files.example/d/2023/" in body for body in bodies)
