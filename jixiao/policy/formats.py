"""The formats of a policy pack: what an earlier program wrote is read by every later one.

``format`` in pack.yaml says which one a pack is written in; without it, it is 1, that of
release 0.1.0. A pack of an earlier format is brought to this one in memory, before it is
checked: its files stay as they are, and so do their hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

#: The format this program writes, and the newest it reads.
FORMAT = 1

#: Name of each of a pack's files → its data as read, with every scalar as text.
Files = dict[str, Any]

#: n → what makes format n + 1 of n, changing the data in place. A file that could not be read is
#: not among them.
UPGRADES: dict[int, Callable[[Files], None]] = {}


def upgrade(files: Files, written: int) -> None:
    """Bring files written in an earlier format to this program's."""
    for number in range(written, FORMAT):
        UPGRADES[number](files)


def mappings(data: Any, *path: str) -> Iterator[dict[str, Any]]:
    """The mappings at a path of keys below ``data``, ``*`` standing for every item or value.

    What is not there, or is no mapping, is passed over: the check of the file tells what is wrong
    with it, an upgrade must not break down on it.
    """
    if not path:
        if isinstance(data, dict):
            yield data
        return
    first, *rest = path
    inside: list[Any] = []
    if first == "*":
        inside = list(data.values()) if isinstance(data, dict) else data
    elif isinstance(data, dict) and first in data:
        inside = [data[first]]
    for each in inside if isinstance(inside, list) else ():
        yield from mappings(each, *rest)
