"""A made-up county on disk, so that measuring it holds no more than one department in memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.county import Member, departments_of
from jixiao.policy import Pack, Roster
from jixiao.policy.roster import write_roster
from jixiao.workbooks import issue_workbook


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A county's folder: roster, what was approved, and the workbooks its clerks hand in.

    Attributes:
        clean: how many filings have nothing wrong put in.
    """

    folder: Path
    departments: int
    clean: int

    def members(self) -> Iterator[Member]:
        """Every department as it was made, one at a time."""
        for path in sorted((self.folder / "members").iterdir()):
            member: Member = pickle.loads(path.read_bytes())
            yield member

    def files(self) -> list[Path]:
        """Every department's workbook, filled in, in the same order."""
        return sorted((self.folder / "filings").iterdir())


def lay_out(
    folder: Path, pack: Pack, departments: int, seed: int, *, filled: bool = True
) -> LaidOut:
    """Make a county in ``folder``, unless it lies there already.

    Args:
        filled: with the workbooks its clerks hand in; filling in takes longest.
    """
    done = folder / "done"
    if not done.exists():
        clean, roster = 0, []
        for name in ("members", "filings"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for number, member in enumerate(departments_of(pack, departments, seed)):
            if filled:
                data = issue_workbook(pack, member.department, member.targets, filled=member.filing)
                (folder / "filings" / f"自评{number:06d}.xlsx").write_bytes(data)
            (folder / "members" / f"{number:06d}").write_bytes(pickle.dumps(member))
            roster.append(member.department)
            clean += not member.defects
        write_roster(folder, pack.year, Roster(departments=tuple(roster)))
        done.write_text(str(clean))
    return LaidOut(folder, departments, int(done.read_text()))
