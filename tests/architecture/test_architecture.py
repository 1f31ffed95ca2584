"""The rules of the house that a reader of one file cannot see."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("jixiao", "tasks", "flows")
TEXT = {
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".j2",
    ".css",
    ".svg",
    ".json",
    ".lock",
    ".txt",
    ".mako",
    ".sh",
    "",
}
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-redis.lock"]
LEFT_OUT = {".git", ".venv", "var", "dist", "build", "node_modules"}
# Joined here so that this file does not hold what it looks for.
FORBIDDEN = {
    "a folder of one machine": re.compile(
        "|".join(
            rf"{re.escape(p)}[\w.-]"
            for p in ("/wor" + "k/", "/ro" + "ot/", "/hom" + "e/", "/opt/pyp" + "i")
        )
    ),
    "a phone number that must stay masked": re.compile("138" + "00000000"),
    "the name of a real contact": re.compile("张" + "某某"),
    "something left undone": re.compile(
        r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|raise NotImplemented" + r"Error)\b"
    ),
}


@cache
def package(name: str) -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for path in sorted((ROOT / name).rglob("*.py"))
    ]


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for name in packages:
        yield from package(name)


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of everything a module imports, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def sources() -> Iterator[Path]:
    """Every text file of the project, tracked or not."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in inside[:-1])
        if hidden or LEFT_OUT & set(inside) or "__pycache__" in inside or not path.is_file():
            continue
        if path.suffix in TEXT:
            yield path


def test_the_arrows_point_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("name", "packages"),
    [("smtplib", PACKAGES), ("aiosmtplib", PACKAGES), ("prefect", ("jixiao",))],
)
def test_nobody_imports(name: str, packages: tuple[str, ...]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in modules(*packages)
        for line, module in imported(tree)
        if module.partition(".")[0] == name
    ]
    assert found == []


def years(node: ast.AST) -> bool:
    """Whether this is a literal year, or a tuple, list or set that holds one."""
    if isinstance(node, ast.Constant):
        return type(node.value) is int and 1900 <= node.value <= 2200
    return isinstance(node, ast.Tuple | ast.List | ast.Set) and any(years(e) for e in node.elts)


def named_year(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return isinstance(name, str) and (name == "year" or name.endswith("_year"))


def branches_on_a_year(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(map(named_year, sides)) and any(map(years, sides)):
                yield node.lineno
        elif isinstance(node, ast.Match) and named_year(node.subject):
            yield node.lineno


def test_no_branch_on_a_year() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in modules(*PACKAGES)
        if path != ROOT / "jixiao" / "cli" / "demo.py"
        for line in branches_on_a_year(tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "if facts.year == 2023: pass",
        "if 2023 <= year: pass",
        "x = pack.year in (2023, 2024)",
        "if fiscal_year > 2022: pass",
        "match year:\n  case 2023: pass",
    ],
)
def test_a_branch_on_a_year_would_be_seen(code: str) -> None:
    assert list(branches_on_a_year(ast.parse(code)))


def test_a_year_compared_with_another_is_no_such_branch() -> None:
    code = "if year == pack.year: pass\nif 1 <= month <= 12: pass\nif year is None: pass"
    assert list(branches_on_a_year(ast.parse(code))) == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_files_name_no_registry(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert sum("--hash=sha256:" in line for line in lines) > 100
    found = [
        line
        for line in lines
        if not line.lstrip().startswith("#")
        and re.search(r"--(extra-)?index-url|--find-links|^-i |^-f |https?:|file:", line)
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert [line for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []


def test_every_public_module_says_what_it_is() -> None:
    assert [
        str(path.relative_to(ROOT))
        for path, tree in modules(*PACKAGES)
        if not path.name.startswith("_") or path.name == "__init__.py"
        if not ast.get_docstring(tree)
    ] == []


def test_no_error_is_swallowed() -> None:
    """An except whose body does nothing hides what went wrong; contextlib.suppress says it aloud."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass) for s in node.body)
    ]
    assert found == []
