"""What the house adds to the bare work: the same county by hand and through the year, in one run.

* ``bare``: for every department its workbook and outline are issued, its filing guarded, read and
  evaluated, the workbook marked where it goes back, and page, Word file, PDF and JSON rendered,
  by calling the functions of ``jixiao`` one after the other. No store, no notices.
* ``cycle``: the same through ``jixiao.cycle.advance`` with database, archive, event log and outbox
  (no channel is set, so notices are written and go nowhere). ``same work`` are the two days on
  which the departments get their workbooks and their filings are looked at; the days of the
  targets and of publication are shown beside, as the bare loop has nothing like them.
* ``prefect``: as ``cycle``, by the flow of the year with a server of its own (``--prefect``).
* ``openpyxl``: only writes the same texts and figures (no styles, validation, protection), and
  only opens the files and goes through the cells (nothing guarded, recognised or found).

Not measured: making the county, filling in the workbooks, and a first department by hand, so that
fonts and templates are warm. Every kind runs in a process of its own; CPU is that of it and all
its children (``/proc``). Several sizes (``--departments 20 40``) give the growth as an exponent.
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
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.county import County, Member, make_county
from benchmarks.workbooks_bench import content, issue_by_openpyxl, read_by_openpyxl
from jixiao.cycle import advance, approve, open_cycle
from jixiao.errors import RefusedFile
from jixiao.evaluation import evaluate
from jixiao.intake.child import ChildReader
from jixiao.paths import pack_dir
from jixiao.policy import Pack, Stage, load_pack
from jixiao.reports.files import report_files
from jixiao.reports.view import report_view
from jixiao.roster import write_roster
from jixiao.settings import Settings, load_settings
from jixiao.store.filings import filing_records
from jixiao.store.targets import put_targets
from jixiao.workbooks import annotate, issue_workbook, narrative_outline

YEAR, DAY = 2023, date(2024, 3, 1)
ROOT = Path(__file__).resolve().parents[1]
SAME = ("issue", "review")  # the stages of the year that are the work of the bare loop
HEAD = "   CPU s  wall s  ms/dept  dept/s   CPU ×  wall ×  peak MB"
Advance = Callable[[date], None]


@dataclass(slots=True)
class Cost:
    cpu: float  # seconds
    wall: float


@dataclass(slots=True)
class Measured:
    """One kind of run over one county.

    Attributes:
        peak: MB of the largest of its processes.
        accepted: how many filings were found clean; every kind must agree.
        parts: CPU seconds of the parts of the bare loop, in this process only.
    """

    stages: dict[str, Cost] = field(default_factory=dict)
    peak: float = 0.0
    accepted: int = 0
    parts: dict[str, float] = field(default_factory=dict)

    def cost(self, stages: tuple[str, ...] = ()) -> Cost:
        """The stages together, all of them if none is named."""
        chosen = [c for name, c in self.stages.items() if not stages or name in stages]
        return Cost(sum(c.cpu for c in chosen), sum(c.wall for c in chosen))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        cpu, wall = tree_cpu(), time.perf_counter()
        yield
        self.stages[name] = Cost(tree_cpu() - cpu, time.perf_counter() - wall)
        self.peak = max(self.peak, *(_peak(pid) for pid in tree()))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.parts[name] = self.parts.get(name, 0.0) + time.process_time() - begun


def tree() -> list[int]:
    """This process and all its living descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [os.getpid()]
    for pid in found:  # grows while it is gone through
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def tree_cpu() -> float:
    """CPU seconds of the tree so far, children that have ended included."""
    ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in tree())
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    return _proc(pid, "stat").rpartition(")")[2].split()  # from the state on


def _peak(pid: int) -> float:
    """The most memory a process has had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", _proc(pid, "status"))
    return int(found[1]) / 1024 if found else 0.0


def _proc(pid: int, name: str) -> str:
    """What the system says of a process; nothing if it has just ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def by_hand(
    pack: Pack, member: Member, file: bytes, reader: ChildReader, measured: Measured
) -> bool:
    """All the bare work for one department; whether its filing is clean."""
    department, targets = member.department, member.targets
    with measured.part("workbook"):
        issue_workbook(pack, department, targets)
        narrative_outline(pack, department, targets)
    submission = reader.read(file, "自评.xlsx")
    if isinstance(submission, RefusedFile):
        raise submission
    with measured.part("evaluate"):
        evaluation = evaluate(pack, submission, department=department, targets=targets)
    with measured.part("mark"):
        if not evaluation.clean:
            annotate(file, evaluation.findings)
    view = report_view(pack, evaluation, department=department, public=False, filed_on=DAY)
    with measured.part("report"):
        report_files(view, day=DAY)
    return evaluation.clean


def bare(pack: Pack, county: County, files: list[bytes]) -> Measured:
    measured = Measured()
    with ChildReader(pack.forms) as reader:
        by_hand(pack, county.members[0], files[0], reader, Measured())
        with measured.stage("bare"):
            for member, file in zip(county.members, files, strict=True):
                measured.accepted += by_hand(pack, member, file, reader, measured)
    return measured


def through_cycle(pack: Pack, county: County, files: list[bytes]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder))

        def forward(day: date) -> None:
            _, failed = advance(open_cycle(YEAR, day, settings=settings))
            if failed:
                raise RuntimeError(f"not everything was done: {failed}")

        return _year(pack, county, files, settings, forward)


def through_prefect(pack: Pack, county: County, files: list[bytes]) -> Measured:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = load_settings(Path(folder))
        os.environ["JIXIAO_VAR"] = str(settings.var)
        os.environ["JIXIAO_DATABASE"] = settings.database
        os.environ["JIXIAO_SETTLE_SECONDS"] = "0"
        from flows.server import recorded_server

        stack.enter_context(recorded_server(settings.var / "prefect"))
        # Imported here: Prefect reads where its server is when it is imported.
        from flows.annual_cycle import annual_cycle

        def forward(day: date) -> None:
            state = annual_cycle(YEAR, day, return_state=True)
            if not state.is_completed():
                raise RuntimeError(f"not everything was done: {state.message}")

        return _year(pack, county, files, settings, forward)


def _year(
    pack: Pack, county: County, files: list[bytes], settings: Settings, forward: Advance
) -> Measured:
    """The days of a year on which every department has something done for it."""
    with ChildReader(pack.forms) as reader:
        by_hand(pack, county.members[0], files[0], reader, Measured())
    write_roster(settings.var, YEAR, county.roster)
    opens = {stage: pack.calendar.window(stage).opens for stage in Stage}
    measured = Measured()
    with measured.stage("targets"):
        forward(opens[Stage.TARGETS])
    cycle = open_cycle(YEAR, opens[Stage.TARGETS], settings=settings)
    for member in county.members:
        with cycle.store.begin() as connection:
            put_targets(connection, member.targets, source="", problems=[], day=cycle.day)
        approve(cycle, member.department.code, "周明远")
    with measured.stage("issue"):
        forward(opens[Stage.ISSUE])
    settings.inbox.mkdir(parents=True)
    for number, file in enumerate(files):
        (settings.inbox / f"自评{number}.xlsx").write_bytes(file)
    with measured.stage("review"):
        forward(opens[Stage.REVIEW])
    with measured.stage("publish"):
        forward(opens[Stage.PUBLISH])
    with cycle.store.read() as connection:
        records = filing_records(connection, YEAR)
    measured.accepted = sum(r.status == "accepted" for r in records)
    return measured


def workbooks(pack: Pack, county: County, files: list[bytes]) -> Measured:
    """Writing and reading alone, by the house and by openpyxl."""
    measured = Measured()
    contents = [content(issue_workbook(pack, m.department, m.targets)) for m in county.members]
    with ChildReader(pack.forms) as reader:
        reader.read(files[0], "自评.xlsx")
        with measured.stage("issue"):
            for m in county.members:
                issue_workbook(pack, m.department, m.targets)
        with measured.stage("read"):
            for file in files:
                reader.read(file, "自评.xlsx")
    with measured.stage("issue by openpyxl"):
        issue_by_openpyxl(contents)
    with measured.stage("read by openpyxl"):
        read_by_openpyxl(files)
    return measured


KINDS = {"bare": bare, "cycle": through_cycle, "prefect": through_prefect, "workbooks": workbooks}


def measure(kind: str, departments: int, seed: int, rounds: int = 1) -> Measured:
    """Measure one kind in a process of its own; of several rounds the one with the least CPU."""
    if rounds > 1:
        return min(
            (measure(kind, departments, seed) for _ in range(rounds)), key=lambda m: m.cost().cpu
        )
    command = [sys.executable, "-m", "benchmarks.bench", "--measure", kind]
    command += ["--departments", str(departments), "--seed", str(seed)]
    # No channel of this installation may be written to.
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "PREFECT_"))}
    ran = subprocess.run(command, cwd=ROOT, env=mine, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(ran.stdout.splitlines()[-1])
    stages = {name: Cost(**cost) for name, cost in found.pop("stages").items()}
    return Measured(stages=stages, **found)


def in_this_process(kind: str, departments: int, seed: int) -> None:
    logging.disable(logging.WARNING)  # only the last line of the output is read
    pack = load_pack(pack_dir(YEAR))
    county = make_county(pack, departments, seed)
    files = [issue_workbook(pack, m.department, m.targets, filled=m.filing) for m in county.members]
    measured = KINDS[kind](pack, county, files)
    print(json.dumps(asdict(measured)))


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
    print(f"\n{departments} departments, {found['bare'].accepted} filings clean\n{'':24}{HEAD}")
    base = found["bare"].cost()
    for kind, measured in found.items():
        mark = "book: " if kind == "workbooks" else "  "
        rows: list[tuple[str, tuple[str, ...]]] = [(f"{mark}{s}", (s,)) for s in measured.stages]
        if kind in ("cycle", "prefect"):
            rows = [(f"{kind}: same work", SAME), (f"{kind}: whole year", ()), *rows]
        for name, stages in rows:
            cost = measured.cost(stages)
            print(
                f"{name:24}{cost.cpu:8.2f}{cost.wall:8.2f}{cost.cpu * 1000 / departments:9.1f}"
                f"{departments / cost.wall:8.2f}{cost.cpu / base.cpu:8.2f}"
                f"{cost.wall / base.wall:8.2f}{measured.peak:9.0f}"
            )
    parts = found["bare"].parts.items()
    said = ", ".join(f"{name} {cpu * 1000 / departments:.1f}" for name, cpu in parts)
    print(f"bare, ms CPU a department: {said}; the rest is reading, mostly in its own process")


def show_growth(sizes: dict[int, dict[str, Measured]]) -> None:
    """How CPU grows from the smallest size to the largest; 1 is in proportion."""
    small, large = min(sizes), max(sizes)
    for kind in sizes[small]:
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
    parser.add_argument("--measure", choices=KINDS, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.measure:
        in_this_process(words.measure, words.departments[0], words.seed)
        return
    print(machine())
    kinds = [kind for kind in KINDS if kind != "prefect" or words.prefect]
    sizes: dict[int, dict[str, Measured]] = {}
    for departments in words.departments:
        found = {kind: measure(kind, departments, words.seed, words.rounds) for kind in kinds}
        whole = [m for kind, m in found.items() if kind != "workbooks"]
        if len({m.accepted for m in whole}) != 1:
            raise SystemExit(f"the kinds disagree: {[m.accepted for m in whole]} filings clean")
        sizes[departments] = found
        show(departments, found)
    if len(set(words.departments)) > 1:
        show_growth(sizes)


if __name__ == "__main__":
    main()
