"""An installation's own packs: pinned once, found first, never passed over in silence."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jixiao.errors import JixiaoError, PackError
from jixiao.installation import paths, pinned
from jixiao.installation.paths import config_dir, demo_dir, template_dir
from jixiao.installation.pinned import RECORD, pin, which_packs
from jixiao.policy import load_pack
from jixiao.version import __version__
from jixiao.year import year_pack, years_with_packs

YEAR = 2023


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an installation in which nothing has happened yet."""
    monkeypatch.delenv("JIXIAO_HOME", raising=False)
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def config(var: Path) -> Path:
    """Its packs, pinned."""
    pin(var, lambda _: None)
    return var / "config"


def test_the_shipped_years_are_copied_and_written_down(root: Path, var: Path) -> None:
    said: list[str] = []
    assert config_dir() == root / "config"
    assert "还没有固定" in which_packs()
    pin(var, said.append)
    config = var / "config"
    assert said == [f"政策包已固定在 {config}，今后改这里；升级程序不会动它。"]
    assert config_dir() == config
    assert f"{config}（本机的，固定于程序 {__version__}" in which_packs()
    assert [p.name for p in var.iterdir()] == ["config"]  # nothing half made is left
    copied = tree(config)
    record = json.loads(copied.pop(RECORD))
    shipped = {f"{YEAR}/{n}": data for n, data in tree(root / "config" / str(YEAR)).items()}
    assert copied == shipped
    assert record == {
        "program": __version__,
        "files": {n: hashlib.sha256(data).hexdigest() for n, data in sorted(shipped.items())},
    }
    assert year_pack(YEAR).hashes == load_pack(root / "config" / str(YEAR)).hashes


def test_what_is_changed_there_counts_and_is_never_gone_over(config: Path, var: Path) -> None:
    calendar = config / str(YEAR) / "calendar.yaml"
    text = calendar.read_text(encoding="utf-8").replace("announce: 5 ", "announce: 9 ")
    calendar.write_text(text, encoding="utf-8")
    said: list[str] = []
    pin(var, said.append)
    assert said == []
    assert year_pack(YEAR).calendar.announce == 9


def test_a_new_year_and_a_kept_one(config: Path) -> None:
    """A year is a folder with its number; what an upgrade kept beside it is none."""
    shutil.copytree(config / str(YEAR), config / "2023.before-0.2.0")
    shutil.copytree(config / str(YEAR), config / "2031")
    assert years_with_packs() == [YEAR, 2031]


def test_the_demonstration_and_the_templates_stay_the_programs(config: Path, root: Path) -> None:
    assert demo_dir() == root / "demo"
    assert (demo_dir() / "script.yaml").is_file()
    assert template_dir() == root / "templates"


def test_jixiao_home_is_somebodys_own_care(
    var: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIXIAO_HOME", str(root))
    pin(var, lambda _: None)
    assert not var.exists()
    assert "JIXIAO_HOME" in which_packs()


def test_of_many_at_once_one_wins(var: Path) -> None:
    said: list[str] = []
    ready = threading.Barrier(6)

    def work() -> None:
        ready.wait()
        pin(var, said.append)

    with ThreadPoolExecutor(6) as pool:
        for each in [pool.submit(work) for _ in range(6)]:
            each.result()
    assert len(said) == 1
    assert [p.name for p in var.iterdir()] == ["config"]
    assert set(tree(var / "config")) > {f"{YEAR}/pack.yaml", RECORD}


def test_another_that_was_faster_is_left_alone(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is done while this one copies, and has been worked with already."""
    write = pinned.write_record

    def meanwhile(folder: Path, record: pinned.Shipped) -> None:
        write(folder, record)
        shutil.copytree(folder, var / "config")
        (var / "config" / str(YEAR) / "pack.yaml").write_text("changed", encoding="utf-8")

    monkeypatch.setattr(pinned, "write_record", meanwhile)
    said: list[str] = []
    pin(var, said.append)
    assert said == []
    assert (var / "config" / str(YEAR) / "pack.yaml").read_text(encoding="utf-8") == "changed"


def test_cut_off_in_the_middle_nothing_is_pinned(
    var: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, record: pinned.Shipped) -> None:
        raise OSError(28, "No space left on device", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr(pinned, "write_record", full)
        with pytest.raises(OSError, match="No space"):
            pin(var, lambda _: None)
    assert list(var.iterdir()) == []
    assert config_dir() == root / "config"
    pin(var, lambda _: None)
    assert config_dir() == var / "config"


def test_an_empty_folder_is_filled_and_another_is_not_touched(var: Path) -> None:
    (var / "config").mkdir(parents=True)
    pin(var, lambda _: None)
    assert years_with_packs() == [YEAR]
    shutil.rmtree(var / "config")
    (var / "config").mkdir()
    (var / "config" / "说明.txt").write_text("别的", encoding="utf-8")
    with pytest.raises(JixiaoError, match="却没有年度文件夹"):
        pin(var, lambda _: None)
    assert tree(var / "config") == {"说明.txt": "别的".encode()}


def spoil(config: Path, how: str) -> str:
    """Make the pinned packs unreadable; returns the path the error must name."""
    year = config / str(YEAR)
    if how == "a file of it":
        (year / "pack.yaml").unlink()
        (year / "pack.yaml").mkdir()
        return str(year / "pack.yaml")
    aside = config.rename(config.with_name("aside"))
    if how == "the year":
        config.mkdir()
        year.symlink_to(config.parent / "gone" / str(YEAR))
        return str(year)
    if how == "a link that leads nowhere":
        config.symlink_to(config.parent / "gone")
    elif how == "a link to itself":
        config.symlink_to(config)
    else:
        shutil.copyfile(aside / RECORD, config)
    return str(config)


@pytest.mark.parametrize(
    "how",
    ["a file of it", "the year", "a link that leads nowhere", "a link to itself", "a file instead"],
)
def test_unreadable_ones_are_an_error_and_not_replaced(how: str, config: Path) -> None:
    where = spoil(config, how)
    with pytest.raises(PackError) as caught:
        year_pack(YEAR)
    assert where in caught.value.message
    if how not in ("a file of it", "the year"):
        for look in (paths.config_dir, years_with_packs, template_dir):
            with pytest.raises(PackError, match="config"):
                look()
        with pytest.raises(PackError, match="config"):
            pin(config.parent, lambda _: None)


def test_a_record_that_is_damaged_is_named(config: Path) -> None:
    for text in ("", "[]", '{"program": "0.1.0"}', '{"program": "0.1.0", "files": 1}'):
        (config / RECORD).write_text(text, encoding="utf-8")
        with pytest.raises(PackError, match="已损坏"):
            which_packs()
    (config / RECORD).unlink()
    assert "由备份恢复或自己放入" in which_packs()
