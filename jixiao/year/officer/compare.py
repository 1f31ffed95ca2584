"""Two packs on the same filings: whose score or grade would change before a pack bites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from jixiao.policy import load_pack
from jixiao.rules import check_pack
from jixiao.scoring import ScoreChange, changes
from jixiao.store.filings import filing_records
from jixiao.year.base import Cycle
from jixiao.year.steps.evaluate import evaluate_filing


@dataclass(frozen=True, slots=True)
class PackChange:
    """One form of one department that scores otherwise under the other pack."""

    unit: str
    name: str
    change: ScoreChange


def compare_packs(cycle: Cycle, other: Path) -> list[PackChange]:
    """Every difference the pack in ``other`` would make to this year's newest filings.

    Nothing is written. The other pack's roster does not matter: departments are this year's.

    Raises:
        PackError: the other pack is wrong.
    """
    pack = load_pack(other)
    check_pack(pack)
    there = replace(cycle, pack=replace(pack, roster=cycle.pack.roster))
    with cycle.store.read() as connection:
        newest = {r.unit: r for r in filing_records(connection, cycle.year)}
    found = []
    for filing in newest.values():
        department = cycle.pack.department(filing.unit)
        if department is None:
            continue
        before = evaluate_filing(cycle, filing).scores
        after = evaluate_filing(there, filing).scores
        found += [PackChange(filing.unit, department.name, c) for c in changes(before, after)]
    return found
