"""Packs and templates are found in a checkout, under JIXIAO_HOME and in an installed package."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from jixiao.errors import PackError
from jixiao.installation import paths


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be installed."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    (built,) = folder.glob("jixiao-*.whl")
    return built


def test_a_checkout_uses_its_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIXIAO_HOME", raising=False)
    assert paths.data_root() == root
    assert paths.pack_dir(2023) == root / "config" / "2023"
    assert paths.template_dir() == root / "templates"


def test_jixiao_home_comes_first(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    monkeypatch.setenv("JIXIAO_HOME", str(tmp_path))
    assert paths.config_dir() == tmp_path / "config"
    assert paths.template_dir() == root / "templates"  # a home without templates uses ours
    (tmp_path / "templates").mkdir()
    assert paths.template_dir() == tmp_path / "templates"


def test_a_home_with_nothing_in_it_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIXIAO_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(PackError, match="JIXIAO_HOME"):
        paths.config_dir()


def test_the_wheel_holds_everything_a_year_needs(wheel: Path, root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("flows", "tasks", "jixiao"):
        ours = {p.relative_to(root).as_posix() for p in (root / package).rglob("*.py")}
        assert ours
        assert ours <= names
    for folder in ("config", "demo", "templates", "deployments"):
        ours = {
            f"jixiao/_data/{p.relative_to(root).as_posix()}"
            for p in (root / folder).rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        }
        assert ours
        assert ours <= names
    assert "jixiao/py.typed" in names
    assert "jixiao/store/migrations/script.py.mako" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "var/"))]


def test_an_installed_package_uses_the_copies_inside(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from jixiao.installation import paths\n"
        "from jixiao.policy import load_pack\n"
        "print(load_pack(paths.pack_dir(2023)).root)\n"
        "print(paths.template_dir())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONUTF8": "1"},
    )
    pack, templates = (Path(line) for line in ran.stdout.splitlines())
    assert pack == tmp_path / "jixiao" / "_data" / "config" / "2023"
    assert templates == tmp_path / "jixiao" / "_data" / "templates"
    assert templates.is_dir()
