"""What a rule's findings depend on, as a hash: its code, its helpers, and how the year sets it.

A filing that was checked before is checked again only by the rules whose hash has changed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache

from jixiao.policy.model import RuleSetting, WrittenRule
from jixiao.rules import catalogue

_PACKAGE = "jixiao"
_RULES = "jixiao.rules"
_WRITTEN = "jixiao.rules.written"


def rule_sources() -> dict[str, str]:
    """The hash of each rule's code and of what it imports of ours, by the rule's code (hex)."""
    return {rule.code: sources(rule.check.__module__) for rule in catalogue().values()}


def written_source() -> str:
    """The same of the one module that runs what a pack writes itself."""
    return sources(_WRITTEN)


def rule_key(source: str, code: str, said: WrittenRule | RuleSetting) -> str:
    """Changes whenever the rule's code or what the pack says of it does (hex)."""
    return _hash(source, code, said.model_dump_json())


@cache
def engine_key() -> str:
    """Changes whenever the code that reads and scores does, whatever the rules say of it."""
    return sources("jixiao.checking.evaluation", without=_RULES)


@cache
def sources(module: str, without: str | None = None) -> str:
    """Hash of a module's source and of every module of ours it imports, directly or not.

    Args:
        without: a package whose modules are left out.
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found or (without is not None and f"{name}.".startswith(f"{without}.")):
            continue
        found[name] = _source(name)
        if name != _RULES:  # it finds every rule there is; none depends on it
            waiting += _imports(name)
    return _hash(*(part for name in sorted(found) for part in (name, found[name])))


@cache
def _source(module: str) -> str:
    spec = importlib.util.find_spec(module)
    loader = spec.loader if spec is not None else None
    if loader is None or not hasattr(loader, "get_source"):
        return ""
    return loader.get_source(module) or ""


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Modules of ours a module imports when it runs (not those it needs for types alone)."""
    return tuple(dict.fromkeys(_named(ast.parse(_source(module)).body)))


def _named(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module.split(".")[0] == _PACKAGE:
                yield node.module
                yield from (
                    name
                    for alias in node.names
                    if _is_module(name := f"{node.module}.{alias.name}")
                )
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == _PACKAGE)
        elif isinstance(node, ast.FunctionDef):
            yield from _named(node.body)


@cache
def _is_module(name: str) -> bool:
    parent = importlib.util.find_spec(name.rpartition(".")[0])
    if parent is None or parent.submodule_search_locations is None:
        return False
    return importlib.util.find_spec(name) is not None


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
