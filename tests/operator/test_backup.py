"""A backup restored onto an empty machine: the same year, the same site byte for byte."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import date
from pathlib import Path

import pytest

from jixiao.backup import backup, restore
from jixiao.cycle import approve, open_cycle, outstanding
from jixiao.cycle.base import _store
from jixiao.errors import JixiaoError
from jixiao.settings import Settings
from tests.operator.year import YEAR, Prepared, canonical, play, settings_in, tree

END = date(2024, 9, 2)


@pytest.fixture(scope="module")
def played(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A whole year, published."""
    settings = settings_in(tmp_path_factory.mktemp("year"))
    for _ in play(prepared, settings):
        pass
    assert (settings.site / "current" / "index.html").is_file()
    return settings


@pytest.fixture(scope="module")
def saved(played: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "jixiao.tar"
    made = backup(played, file)
    assert made.rows > 100
    assert made.files > 50
    return file


def test_restored_it_is_the_same_year(
    played: Settings, saved: Path, tmp_path: Path, database_address: str
) -> None:
    fresh = Settings(tmp_path / "var", database_address)
    restore(fresh, saved)
    for name in ("inbox", "archive", "deliveries", "reports", "site"):
        assert tree(fresh.var / name) == tree(played.var / name), name
    assert (fresh.site / "current").readlink() == (played.site / "current").readlink()
    assert told(fresh) == told(played)
    # Nothing is left to do, and the next row finds a number of its own.
    cycle = open_cycle(YEAR, END, settings=fresh)
    assert outstanding(cycle) == outstanding(open_cycle(YEAR, END, settings=played))
    with cycle.store.begin() as connection:
        cycle.log(connection, "restored")
    _store.cache_clear()


def told(settings: Settings) -> dict[str, list[str]]:
    """What both say, whatever folder they lie in: notices were written for the old one."""
    return {
        table: [line.replace("<var>", "") for line in lines]
        for table, lines in canonical(settings).items()
        if table != "outbox"
    }


def test_what_is_restored_is_backed_up_the_same(saved: Path, tmp_path: Path) -> None:
    fresh = settings_in(tmp_path / "var")
    restore(fresh, saved)
    backup(fresh, tmp_path / "again.tar")
    first, second = members(saved), members(tmp_path / "again.tar")
    for manifest in (first, second):
        manifest.pop("manifest.json")
    assert first == second


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]


def test_it_never_goes_over_what_is_there(played: Settings, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(JixiaoError, match="已有内容"):
        restore(played, saved)
    with pytest.raises(JixiaoError, match="已有数据"):
        restore(Settings(tmp_path / "elsewhere", played.database), saved)


@pytest.mark.parametrize(
    ("how", "says"),
    [("bytes", "已损坏"), ("missing", "已损坏"), ("cut", "请换一份备份"), ("no manifest", "没有校验清单"),
     ("climbing", "不该有的内容"), ("newer", "请先升级程序")],
)  # fmt: skip
def test_a_damaged_backup_restores_nothing(
    saved: Path, tmp_path: Path, how: str, says: str
) -> None:
    file = tmp_path / "damaged.tar"
    spoil(saved, file, how)
    fresh = settings_in(tmp_path / "var")
    with pytest.raises(JixiaoError, match=says):
        restore(fresh, file)
    assert tree(fresh.var / "site") == {}
    assert all(not lines for lines in canonical(fresh).values())


def spoil(saved: Path, file: Path, how: str) -> None:
    if how == "cut":
        file.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
        return
    content = members(saved)
    victim = next(n for n in content if n.startswith("archive/"))
    if how == "bytes":
        content[victim] = b"x" + content[victim][1:]
    elif how == "missing":
        del content[victim]
    elif how == "no manifest":
        del content["manifest.json"]
    elif how == "climbing":
        content["site/../../elsewhere"] = b"x"
    else:
        manifest = json.loads(content["manifest.json"])
        content["manifest.json"] = json.dumps({**manifest, "format": 99}).encode()
    with tarfile.open(file, "w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def test_a_backup_made_while_the_year_goes_on(prepared: Prepared, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    for day in play(prepared, settings, last=date(2022, 12, 20)):
        backup(settings, tmp_path / f"{day}.tar")
    fresh = settings_in(tmp_path / "fresh")
    restore(fresh, tmp_path / "2022-12-12.tar")
    cycle = open_cycle(YEAR, date(2022, 12, 13), settings=fresh)
    approve(cycle, "11431199MB99010161", "周明远")
    assert not (tmp_path / "2022-12-12.tar.part").exists()
