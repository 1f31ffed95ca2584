"""The one list of what belongs to an installation: nothing lies in one that it does not know."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from jixiao.backup import backup
from jixiao.installation.contents import CONTENTS, DATABASE, SAVED, known, passing
from jixiao.installation.settings import Settings
from tests.operator.archives import linked, members
from tests.operator.year import settings_in


def unaccounted(var: Path, file: Path) -> list[str]:
    """What lies in an installation, is not in its backup, and has no reason not to be."""
    saved = {*members(file), *linked(file)}
    reasons = {entry.name for entry in CONTENTS if entry.left_out}
    found = (p.relative_to(var) for p in sorted(var.rglob("*")) if p.is_symlink() or p.is_file())
    return [
        name.as_posix()
        for name in found
        if name.as_posix() not in saved
        and name.parts[0] not in reasons
        and not passing(PurePosixPath(name))
    ]


@pytest.fixture
def used(county: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation in which everything was used, packs and templates of its own too."""
    settings = settings_in(tmp_path / "var")
    shutil.copytree(county.var, settings.var, symlinks=True)
    settings.records.mkdir()
    (settings.records / "prefect.db").write_bytes(b"records of a server")
    for name in ("config/2023/pack.yaml", "templates/own.j2"):
        (settings.var / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.var / name).write_text("ours")
    monkeypatch.setenv("JIXIAO_HOME", str(settings.var))
    return settings


def test_all_of_a_used_installation_is_saved_or_left_out_for_a_reason(
    used: Settings, tmp_path: Path
) -> None:
    made = backup(used, tmp_path / "jixiao.tar")
    assert unaccounted(used.var, tmp_path / "jixiao.tar") == []
    assert [p.name for p in used.var.iterdir() if not known(p.name)] == []
    assert not any("不认识" in note for note in made.notes)
    # The list names nothing that a used installation has not.
    there = {p.name for p in used.var.iterdir()}
    assert {entry.name for entry in SAVED} <= there


def test_whatever_is_added_must_be_listed(used: Settings, tmp_path: Path) -> None:
    for name in ("letters/2023.txt", "site.json"):
        (used.var / name).parent.mkdir(exist_ok=True)
        (used.var / name).write_text("new")
    made = backup(used, tmp_path / "jixiao.tar")
    assert unaccounted(used.var, tmp_path / "jixiao.tar") == ["letters/2023.txt", "site.json"]
    assert any("不认识的，不在备份里：letters、site.json。" in note for note in made.notes)


def places(tree: ast.AST) -> Iterator[int]:
    """Lines that name something below an installation's folder by a word of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            left = node.left
            name = left.attr if isinstance(left, ast.Attribute) else getattr(left, "id", "")
            if name == "var" and isinstance(node.right, ast.Constant | ast.JoinedStr):
                yield node.lineno


def test_nobody_names_a_place_beside_the_list(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}:{line}"
        for package in ("jixiao", "tasks", "flows")
        for path in sorted((root / package).rglob("*.py"))
        for line in places(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize("code", ['settings.var / "x"', 'var / f"{year}.json"'])
def test_a_place_named_beside_the_list_would_be_seen(code: str) -> None:
    assert list(places(ast.parse(code)))


def test_the_guide_says_what_is_saved_and_what_is_not(root: Path) -> None:
    text = (root / "docs" / "operator.md").read_text(encoding="utf-8")
    section = text.partition("## 六、")[2].partition("## 七、")[0]
    rows = {
        cells[0].strip("` "): [c.strip() for c in cells[1:]]
        for line in section.splitlines()
        if line.startswith("| `")
        for cells in [line.strip("|").split("|")]
    }
    assert rows == {
        entry.name: [entry.what, f"不在：{entry.left_out}" if entry.left_out else "在"]
        for entry in CONTENTS
        if not entry.name.startswith(f"{DATABASE.name}-")  # its logs
    }
