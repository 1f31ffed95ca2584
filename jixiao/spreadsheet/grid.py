"""A sheet or a table as a grid of texts: the one thing the form matcher reads.

Rows and columns count from 0. A merged area has its text at its top-left cell (its owner).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from jixiao.model.submission import BLANKS, Cell

Pos = tuple[int, int]
_NOWHERE = (-1, -1)


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=16384)
def a1(pos: Pos) -> str:
    """``(6, 3)`` → ``D7``."""
    return f"{column_letters(pos[1])}{pos[0] + 1}"


@lru_cache(maxsize=16384)
def from_a1(reference: str) -> Pos:
    """``D7`` → ``(6, 3)``.

    Raises:
        ValueError: not a cell reference.
    """
    column = 0
    for index, character in enumerate(reference):
        if not "A" <= character <= "Z":
            return int(reference[index:]) - 1, column - 1
        column = column * 26 + ord(character) - 64
    raise ValueError(f"not a cell reference: {reference!r}")


@dataclass(slots=True)
class Grid:
    """A grid of texts.

    Attributes:
        sheet: sheet or document name, as the clerk sees it.
        texts: non-blank cells by position.
        merges: top-left → bottom-right of every merged area.
        problems: cells that are broken in themselves, with the Chinese words.
        pending: formulas without a stored result, with their number format.
        origins: for tables of a document, a row's table (``表2``) and row number in it.
        blanks_as_zero: a formula that shows nothing may have been stored as 0, as some programs
            do in ``.xls``.
    """

    sheet: str
    texts: dict[Pos, str] = field(default_factory=dict)
    merges: dict[Pos, Pos] = field(default_factory=dict)
    problems: dict[Pos, str] = field(default_factory=dict)
    pending: dict[Pos, str] = field(default_factory=dict)
    origins: list[tuple[str, int]] | None = None
    blanks_as_zero: bool = False
    _covered: dict[Pos, Pos] | None = None
    _rows: dict[int, list[tuple[int, str]]] | None = None

    @property
    def height(self) -> int:
        """Number of rows up to the last one with content."""
        return max(max(self.texts, default=_NOWHERE), max(self.pending, default=_NOWHERE))[0] + 1

    def owner(self, pos: Pos) -> Pos:
        """The top-left cell of the merged area ``pos`` lies in, else ``pos``."""
        if self._covered is None:
            self._covered = {
                (r, c): top
                for top, bottom in self.merges.items()
                for r in range(top[0], bottom[0] + 1)
                for c in range(top[1], bottom[1] + 1)
            }
        return self._covered.get(pos, pos)

    def text(self, pos: Pos) -> str:
        """The text seen at ``pos``, of the whole merged area where there is one."""
        found = self.texts.get(pos)
        return found if found is not None else self.texts.get(self.owner(pos), "")

    def unmerge(self, top: Pos) -> None:
        """Forgets a merged area; its text stays at its first cell."""
        del self.merges[top]
        self._covered = None

    def end(self, pos: Pos) -> Pos:
        """Bottom-right of the area that begins at ``pos``."""
        return self.merges.get(pos, pos)

    def starts(self, row: int) -> list[tuple[int, str]]:
        """Non-blank cells that begin on a row: ``(column, text)`` from left to right."""
        if self._rows is None:
            rows: dict[int, list[tuple[int, str]]] = {}
            for (r, c), text in sorted(self.texts.items()):
                rows.setdefault(r, []).append((c, text))
            self._rows = rows
        return self._rows.get(row, [])

    def all_texts(self) -> Iterator[tuple[Pos, str]]:
        """Every non-blank cell, row by row."""
        for row in range(self.height):
            for column, text in self.starts(row):
                yield (row, column), text

    def address(self, pos: Pos) -> str:
        """The address a clerk understands: ``D7``, or ``表2第5行第3列`` in a document."""
        if self.origins is None:
            return a1(pos)
        table, row = self.origins[pos[0]]
        return f"{table}第{row + 1}行第{pos[1] + 1}列"

    def namer(self) -> Callable[[Pos], str]:
        """What :meth:`address` calls, for those who ask it of thousands of cells."""
        return a1 if self.origins is None else self.address

    def cell(self, pos: Pos, text: str | None = None) -> Cell:
        """The value at ``pos`` with its address; ``text`` replaces what stands there."""
        return self.at(self.owner(pos), text)

    def at(self, pos: Pos, text: str | None = None) -> Cell:
        """Like :meth:`cell`, where ``pos`` is known to be no covered part of a merged area."""
        return Cell(
            self.texts.get(pos, "") if text is None else text,
            self.sheet,
            self.address(pos),
            self.problems.get(pos),
        )

    def blank(self, pos: Pos) -> bool:
        """Whether :meth:`at` would be a blank cell."""
        return pos not in self.problems and self.texts.get(pos, "").strip() in BLANKS
