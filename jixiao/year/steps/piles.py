"""Files of one department that lie in the drop folder at once: which of them counts.

The choice goes by what the files are and when they were saved, never by the order in which
they are taken up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jixiao.errors import RefusedFile
from jixiao.intake.child import SHARED
from jixiao.model.submission import Submission
from jixiao.policy import Department
from jixiao.spreadsheet.marker import TARGETS
from jixiao.year.base import Cycle, Item
from jixiao.year.steps.arrival import named

SAVE_AGAIN = "如应以这一份为准，请打开它重新保存，再报送一次；否则不用处理。"


@dataclass(frozen=True, slots=True)
class Found:
    """A file nobody has taken up; ``unit`` is the code of whose it says it is, if it can be told.

    ``data`` is kept only until the file was looked at.
    """

    name: str
    sha256: str
    data: bytes = b""
    unit: str | None = None


def with_sender(cycle: Cycle, found: Found) -> Found:
    """The same with its unit; the bytes are let go."""
    if not found.data:
        return found
    said = SHARED.sender(found.data, found.name.rsplit("/", 1)[-1], cycle.pack.forms)
    if said is None or said.year not in (None, cycle.year):
        return Found(found.name, found.sha256)
    department = named(cycle, said.unit_code.strip().upper(), said.unit_name)
    return Found(found.name, found.sha256, unit=department.code if department else None)


def piles(found: Iterable[Found]) -> list[Item]:
    """An item for every department's files, and one for every file of nobody known."""
    by_unit: dict[str, list[Found]] = {}
    for file in found:
        by_unit.setdefault(file.unit or f"/{file.name}", []).append(file)
    return [
        Item(
            pile[0].name,
            "、".join(f.name for f in pile),
            pile[0].sha256,
            tuple((f.name, f.sha256) for f in pile[1:]),
        )
        for pile in by_unit.values()
    ]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that arrived."""

    name: str
    sha256: str
    size: int

    @property
    def kept_as(self) -> str:
        """Where the bytes are kept below the archive: by content, so that nothing is lost."""
        return f"{self.sha256[:2]}/{self.sha256}{Path(self.name).suffix.lower()[:8]}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was read and whose sender is known.

    Attributes:
        saved: seconds since the epoch, ``None`` where the storage does not tell.
    """

    delivery: Delivery
    submission: Submission
    department: Department
    saved: float | None

    @property
    def is_report(self) -> bool:
        """Only text: a Word report, which is one filing with the workbook beside it."""
        return not any(f.cells or f.indicators for f in self.submission.forms)


def by_sender(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """The arrivals of each department, proposals of targets apart from filings."""
    found: dict[tuple[str, bool], list[Arrival]] = {}
    for each in arrivals:
        key = (each.department.code, each.submission.kind == TARGETS)
        found.setdefault(key, []).append(each)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Chosen:
    """What counts of a pile.

    Attributes:
        taken: to be registered in this order; all after the first have the same content as it.
        report: the Word report that belongs to the first.
        refused: each with the reason, in the order of their names.
    """

    taken: list[Arrival]
    report: Arrival | None
    refused: list[tuple[Arrival, RefusedFile]]


def choose(pile: list[Arrival]) -> Chosen:
    """Of different files of one kind the one saved last counts; where that cannot be told, none.

    A workbook and a Word report are no rivals: they are one filing.
    """
    pile = sorted(pile, key=lambda a: a.delivery.name)
    books, no_books = _last([a for a in pile if not a.is_report])
    reports, no_reports = _last([a for a in pile if a.is_report])
    refused = [*no_books, *no_reports]
    if no_books and not books:
        # Of which workbook the report is nobody can tell: it waits with them.
        names = "、".join(f"“{a.delivery.name}”" for a, _ in no_books)
        refused += [(a, _with_them(names)) for a in reports]
        return Chosen([], None, refused)
    if books and reports:
        return Chosen(books, reports[0], refused)
    return Chosen(books or reports, None, refused)


def _last(rivals: list[Arrival]) -> tuple[list[Arrival], list[tuple[Arrival, RefusedFile]]]:
    """Those with the content that was saved last, and the others with their refusals."""
    if len({a.delivery.sha256 for a in rivals}) <= 1:
        return rivals, []
    times = [a.saved for a in rivals if a.saved is not None]
    newest = {a.delivery.sha256 for a in rivals if a.saved == max(times, default=None)}
    if len(times) < len(rivals) or len(newest) > 1:
        return [], [(a, _untold(rivals)) for a in rivals]
    last = [a for a in rivals if a.delivery.sha256 in newest]
    return last, [(a, _older(last[0])) for a in rivals if a.delivery.sha256 not in newest]


def _older(last: Arrival) -> RefusedFile:
    return RefusedFile(
        "two_at_once",
        f"同时收到内容不同的两份，以后保存的“{last.delivery.name}”为准，这一份没有登记。{SAVE_AGAIN}",
    )


def _untold(rivals: list[Arrival]) -> RefusedFile:
    names = "、".join(f"“{a.delivery.name}”" for a in rivals)
    return RefusedFile(
        "two_at_once",
        f"同时收到内容不同的 {len(rivals)} 份（{names}），看不出哪一份保存得晚，都没有登记。"
        "请把应当算数的那一份打开重新保存，单独再报送一次。",
    )


def _with_them(names: str) -> RefusedFile:
    return RefusedFile(
        "two_at_once",
        f"同时收到的工作簿（{names}）内容不同，看不出以哪一份为准，这份报告也没有登记。"
        "请与重新保存的工作簿一起再报送一次（重新保存，或换个文件名）。",
    )
