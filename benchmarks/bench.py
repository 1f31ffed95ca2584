"""What the house adds to the bare work: the same county by hand and through the year, in one run.

* ``bare``: for every department its workbook and outline are issued, its filing guarded, read and
  evaluated, the workbook marked where it goes back, and page, Word file, PDF and JSON rendered,
  by calling the functions of ``jixiao`` one after the other; that is ``same work``. ``whole year``
  has the target template before it and, for what is clean, the public report after it. No store,
  no site around the reports, no notices, one process.
* ``cycle``: the same through ``jixiao.year.advance`` with database, archive, event log and outbox
  (no channel is set, so notices are written and go nowhere), in as many processes as there are
  cores. ``same work`` are the two days on which the departments get their workbooks and their
  filings are looked at, ``whole year`` the days of the targets and of publication too. Then: who is
  where; the day again with nothing new; and with one department's filing handed in again, which is
  everything from reading to a new public site. Ratios of single stages are to the whole bare loop.
* ``prefect``: as ``cycle``, by the flow of the year with a server of its own (``--prefect``).
* ``libraries``: single works of a few departments by the house and by what people use otherwise:
  openpyxl (only writes the same texts, figures and merged areas, only goes through the cells),
  docxtpl and WeasyPrint where they are installed. Ratios there are to the house's own.

Not measured: making the county, filling in the workbooks, and a first department by hand, so that
fonts and templates are warm in the bare loop. Every kind runs in a process of its own; CPU is that
of it and all its children (``/proc``). Several sizes (``--departments 20 40``) give the growth as
an exponent. ``--keep FOLDER`` keeps the made counties there for another run.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.kinds import KINDS, YEAR, Cost, Measured
from benchmarks.laid_out import LaidOut, lay_out
from jixiao.installation.paths import pack_dir
from jixiao.policy import load_pack

ROOT = Path(__file__).resolve().parents[1]
SAME = ("work", "issue", "review")  # the days of issuing and review, as each kind calls them
YEAR_STAGES = ("targets", *SAME, "publish")
HEAD = "   CPU s  wall s  ms/dept  dept/s   CPU ×  wall ×  peak MB"


def measure(kind: str, county: LaidOut, rounds: int = 1) -> Measured:
    """Measure one kind in a process of its own; of several rounds the one with the least CPU."""
    if rounds > 1:
        return min((measure(kind, county) for _ in range(rounds)), key=lambda m: m.cost().cpu)
    command = [sys.executable, "-m", "benchmarks.bench", "--measure", kind]
    command += ["--keep", str(county.folder), "--departments", str(county.departments)]
    # No channel of this installation may be written to.
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "PREFECT_"))}
    mine |= {k: v for k, v in os.environ.items() if k == "JIXIAO_PROCESSES"}
    ran = subprocess.run(command, cwd=ROOT, env=mine, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(ran.stdout.splitlines()[-1])
    for costs in ("stages", "parts"):
        found[costs] = {name: Cost(**cost) for name, cost in found[costs].items()}
    return Measured(**found)


def in_this_process(kind: str, folder: Path, departments: int) -> None:
    logging.disable(logging.WARNING)  # only the last line of the output is read
    pack = load_pack(pack_dir(YEAR))
    county = lay_out(folder, pack, departments, seed=0)  # it lies there already
    print(json.dumps(asdict(KINDS[kind](pack, county))))


def machine() -> str:
    """Where, when and of what: one line."""
    model = re.search(r"model name\s+: (.*)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else platform.machine()
    command = ["git", "describe", "--always", "--dirty= with changes", "--exclude=*"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (
        f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; "
        f"commit {ran.stdout.strip() or 'unknown'}"
    )


def show(departments: int, found: dict[str, Measured]) -> None:
    """One size as a table; ratios are to the bare loop's CPU and wall time."""
    print(f"\n{departments} departments\n{'':24}{HEAD}")
    bare = found.get("bare")
    for kind in (k for k in found if k != "libraries"):
        stages = [(f"  {name}", (name,), YEAR_STAGES) for name in found[kind].stages]
        same = (f"{kind}: same work", SAME, SAME)
        year = (f"{kind}: whole year", YEAR_STAGES, YEAR_STAGES)
        for name, mine, bares in (same, year, *stages):
            base = bare.cost(bares) if bare else None
            _line(name, found[kind].cost(mine), base, departments, found[kind].peak)
        print(f"{kind}, peak MB: {found[kind].memory()}")
    if bare:
        parts = bare.parts.items()
        said = ", ".join(f"{name} {cost.cpu * 1000 / departments:.1f}" for name, cost in parts)
        print(f"bare, ms CPU a department: {said}; the rest is reading, mostly in its own process")
    if "libraries" in found:
        measured = found["libraries"]
        for name, cost in measured.stages.items():
            _line(
                name,
                cost,
                measured.stages[name.partition(" by ")[0]],
                measured.departments,
                measured.peak,
            )


def _line(name: str, cost: Cost, base: Cost | None, departments: int, peak: float) -> None:
    ratios = (
        f"{cost.cpu / max(base.cpu, 0.01):8.2f}{cost.wall / max(base.wall, 0.01):8.2f}"
        if base
        else " " * 16
    )
    print(
        f"{name:24}{cost.cpu:8.2f}{cost.wall:8.2f}{cost.cpu * 1000 / departments:9.1f}"
        f"{departments / max(cost.wall, 0.01):8.2f}{ratios}{peak:9.0f}"
    )


def show_growth(sizes: dict[int, dict[str, Measured]]) -> None:
    """How CPU grows from the smallest size to the largest; 1 is in proportion."""
    small, large = min(sizes), max(sizes)
    for kind in (k for k in sizes[small] if k != "libraries"):
        for name, stages in (("all", ()), *((s, (s,)) for s in sizes[small][kind].stages)):
            before, after = (sizes[n][kind].cost(stages).cpu for n in (small, large))
            exponent = math.log(max(after, 0.01) / max(before, 0.01)) / math.log(large / small)
            print(f"growth {small} to {large}: {kind} {name}: exponent {exponent:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench")
    parser.add_argument("--departments", type=int, nargs="+", default=[20])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--prefect", action="store_true", help="also through Prefect")
    parser.add_argument(
        "--issue-only",
        action="store_true",
        help="up to the day the workbooks go out, for sizes whose filings take hours",
    )
    parser.add_argument("--only", choices=KINDS, nargs="+", help="these kinds alone")
    parser.add_argument("--keep", type=Path, help="folder for the made counties")
    parser.add_argument("--measure", choices=KINDS, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.measure:
        in_this_process(words.measure, words.keep, words.departments[0])
        return
    print(machine(), flush=True)
    kinds = words.only or [kind for kind in KINDS if kind != "prefect" or words.prefect]
    if words.issue_only:
        kinds = [kind for kind in kinds if kind in ("cycle", "prefect")]
    sizes: dict[int, dict[str, Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for departments in words.departments:
            empty = "-empty" if words.issue_only else ""
            place = (words.keep or Path(folder)) / f"{departments}-{words.seed}{empty}"
            county = lay_out(
                place,
                load_pack(pack_dir(YEAR)),
                departments,
                words.seed,
                filled=not words.issue_only,
            )
            found = {kind: measure(kind, county, words.rounds) for kind in kinds}
            whole = [m for kind, m in found.items() if kind != "libraries"]
            if len({m.accepted for m in whole}) > 1:
                raise SystemExit(f"the kinds disagree: {[m.accepted for m in whole]} clean")
            show(departments, found)
            sizes[departments] = found
    if len(sizes) > 1:
        show_growth(sizes)


if __name__ == "__main__":
    main()
