"""What differs between two versions of a file of a pack, key by key and in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

#: What tells the items of a list apart, where all of them have it.
_NAMES = ("id", "code", "name", "key")
_LONGEST = 60
_WORDS = {"added": "新增", "removed": "删除", "changed": "改动", "moved": "改动"}


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs.

    Attributes:
        key: keys from the top of the file, joined by dots; an item of a list goes by its name.
        kind: ``moved``: the same items in another order.
    """

    key: str
    kind: Literal["added", "removed", "changed", "moved"]
    old: Any = None
    new: Any = None

    def said(self) -> str:
        """``改动 windows.submit.closes：2024-04-30 → 2024-05-10``."""
        head = f"{_WORDS[self.kind]} {self.key or '（整个文件）'}"
        if self.kind == "added":
            return f"{head}：{_shown(self.new)}"
        if self.kind == "removed":
            return f"{head}：原为 {_shown(self.old)}"
        if self.kind == "moved":
            return f"{head}：顺序，{_shown(self.old)} → {_shown(self.new)}"
        return f"{head}：{_shown(self.old)} → {_shown(self.new)}"


def differences(old: Any, new: Any, key: str = "") -> Iterator[Change]:
    """Every difference in what two files say; comments and the order of keys are none."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_mappings(old, new, key)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, key)
    elif type(old) is not type(new) or old != new:
        yield Change(key, "changed", old, new)


def _of_mappings(old: dict[Any, Any], new: dict[Any, Any], key: str) -> Iterator[Change]:
    for name in [*old, *(n for n in new if n not in old)]:
        inner = f"{key}.{name}" if key else str(name)
        if name not in new:
            yield Change(inner, "removed", old=old[name])
        elif name not in old:
            yield Change(inner, "added", new=new[name])
        else:
            yield from differences(old[name], new[name], inner)


def _of_lists(old: list[Any], new: list[Any], key: str) -> Iterator[Change]:
    name = next((n for n in _NAMES if _tells_apart(n, old) and _tells_apart(n, new)), None)
    if name is None:
        yield from _of_plain_lists(old, new, key)
        return
    before, after = ({item[name]: item for item in items} for items in (old, new))
    yield from _of_mappings(before, after, key)
    kept, there = [n for n in before if n in after], [n for n in after if n in before]
    if kept != there:
        yield Change(key, "moved", kept, there)


def _of_plain_lists(old: list[Any], new: list[Any], key: str) -> Iterator[Change]:
    if len(old) == len(new) and any(isinstance(item, dict | list) for item in (*old, *new)):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{key}.{place}" if key else str(place))
    elif old != new:
        yield Change(key, "changed", old, new)


def _tells_apart(name: str, items: list[Any]) -> bool:
    found = [item.get(name) for item in items if isinstance(item, dict)]
    named = len(found) == len(items) and all(isinstance(each, str) for each in found)
    return named and len(set(found)) == len(items)


def _shown(value: Any) -> str:
    if value is None:
        return "（空）"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split()) or "（空）"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"
