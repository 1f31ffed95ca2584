"""What is measured: each kind does the same county's work in another way. See ``bench.py``."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks import others
from benchmarks.laid_out import LaidOut
from benchmarks.processes import tree_cpu, watched
from benchmarks.workbooks_bench import content, issue_by_openpyxl, read_by_openpyxl
from jixiao.checking.evaluation import evaluate
from jixiao.errors import RefusedFile
from jixiao.installation.settings import Settings, load_settings
from jixiao.intake.child import ChildReader
from jixiao.model.evaluation import Evaluation
from jixiao.policy import Department, Pack, Stage
from jixiao.policy.roster import roster_file
from jixiao.publishing.site import SiteInfo, site_entry, site_info
from jixiao.reports.files import report_files
from jixiao.reports.view import report_view
from jixiao.store.filings import filing_records
from jixiao.store.targets import put_targets
from jixiao.workbooks import annotate, issue_workbook, narrative_outline, target_template
from jixiao.year import advance, approve, open_cycle, outstanding, standings

YEAR, DAY = 2023, date(2024, 3, 1)
FEW = 10  # departments the slow libraries do
Advance = Callable[[date], None]


@dataclass(slots=True)
class Cost:
    cpu: float = 0.0  # seconds
    wall: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.cpu - other.cpu, self.wall - other.wall)


@dataclass(slots=True)
class Measured:
    """One kind of run over one county.

    Attributes:
        peaks: MB of the largest process of each part: ``flows`` runs the year.
        accepted: how many filings were found clean; every kind must agree.
        parts: of the bare loop, CPU in this process only.
        departments: how many were done, where not all of the county.
    """

    stages: dict[str, Cost] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    accepted: int = 0
    parts: dict[str, Cost] = field(default_factory=dict)
    departments: int = 0

    def cost(self, stages: tuple[str, ...] = ()) -> Cost:
        """The stages together, all of them if none is named."""
        chosen = [c for name, c in self.stages.items() if not stages or name in stages]
        return sum(chosen, Cost())

    @property
    def peak(self) -> float:
        """MB of the largest of all processes."""
        return max(self.peaks.values(), default=0.0)

    def memory(self) -> str:
        """The parts with their peaks, the largest first."""
        largest = sorted(self.peaks.items(), key=lambda part: -part[1])
        return ", ".join(f"{name} {peak:.0f}" for name, peak in largest)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        cpu, wall = tree_cpu(), time.perf_counter()
        with watched(self.peaks):
            yield
        cost = self.stages[name] = Cost(tree_cpu() - cpu, time.perf_counter() - wall)
        # The largest sizes take hours: whoever waits sees how far it is.
        print(
            f"{name}: {cost.cpu:.2f} s CPU, {cost.wall:.2f} s, MB: {self.memory()}",
            file=sys.stderr,
            flush=True,
        )

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        cost = Cost(time.process_time() - cpu, time.perf_counter() - wall)
        self.parts[name] = self.parts.get(name, Cost()) + cost


def bare(pack: Pack, county: LaidOut) -> Measured:
    """All the bare work for one department after the other, in one process."""
    measured = Measured()
    with ChildReader(pack.forms) as reader:
        _by_hand(pack, county, 1, reader, Measured())
        with measured.stage("bare"):
            measured.accepted = _by_hand(pack, county, county.departments, reader, measured)
    # The days of the targets and of publication by themselves, as in the other kinds.
    parts = measured.parts
    work = measured.stages["bare"] - parts["targets"] - parts["publish"]
    measured.stages = {"targets": parts["targets"], "work": work, "publish": parts["publish"]}
    return measured


def _by_hand(
    pack: Pack, county: LaidOut, first: int, reader: ChildReader, measured: Measured
) -> int:
    """The first departments of the county; how many filings are clean."""
    clean, info = 0, site_info(pack)
    for member, path, _ in zip(county.members(), county.files(), range(first), strict=False):
        department, targets = member.department, member.targets
        with measured.part("targets"):
            target_template(pack, department)
        with measured.part("workbook"):
            issue_workbook(pack, department, targets)
        with measured.part("outline"):
            narrative_outline(pack, department, targets)
        file = path.read_bytes()
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
        with measured.part("publish"):
            if evaluation.clean:
                _public_report(pack, department, evaluation, info)
        clean += evaluation.clean
    return clean


def _public_report(
    pack: Pack, department: Department, evaluation: Evaluation, info: SiteInfo
) -> None:
    view = report_view(pack, evaluation, department=department, public=True, filed_on=DAY)
    site_entry(view, info, revision=1, published_on=DAY, formats=pack.info.site.formats)


def cycle(pack: Pack, county: LaidOut) -> Measured:
    """The year without Prefect."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder))

        def forward(day: date) -> None:
            _, failed = advance(open_cycle(YEAR, day, settings=settings))
            if failed:
                raise RuntimeError(f"not everything was done: {failed}")

        return _year(pack, county, settings, forward)


def prefect(pack: Pack, county: LaidOut) -> Measured:
    """The year by Prefect's flow, with a server of its own."""
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

        return _year(pack, county, settings, forward)


def _year(pack: Pack, county: LaidOut, settings: Settings, forward: Advance) -> Measured:
    """The days of a year on which every department has something done for it."""
    roster = roster_file(settings.var, YEAR)
    roster.parent.mkdir(parents=True)
    shutil.copyfile(roster_file(county.folder, YEAR), roster)
    opens = {stage: pack.calendar.window(stage).opens for stage in Stage}
    measured = Measured()
    with measured.stage("targets"):
        forward(opens[Stage.TARGETS])
    _approve_all(county, settings, opens[Stage.TARGETS])
    with measured.stage("issue"):
        forward(opens[Stage.ISSUE])
    if not county.files():
        with measured.stage("status"):
            standings(open_cycle(YEAR, opens[Stage.ISSUE], settings=settings))
        with measured.stage("nothing new"):
            forward(opens[Stage.ISSUE])
        return measured
    settings.inbox.mkdir(parents=True)
    for path in county.files():
        shutil.copyfile(path, settings.inbox / path.name)
    with measured.stage("review"):
        forward(opens[Stage.REVIEW])
    with measured.stage("publish"):
        forward(opens[Stage.PUBLISH])
    now = open_cycle(YEAR, opens[Stage.PUBLISH], settings=settings)
    with now.store.read() as connection:
        records = filing_records(connection, YEAR)
    measured.accepted = sum(r.status == "accepted" for r in records)
    with measured.stage("status"):
        standings(now)
    with measured.stage("nothing new"):
        forward(opens[Stage.PUBLISH])
    newest = next(m.department.code for m in county.members() if not m.defects)
    _file_again(county, settings, newest)
    with measured.stage("one more"):
        forward(opens[Stage.PUBLISH])
    with now.store.read() as connection:
        assert len(filing_records(connection, YEAR)) == len(records) + 1
    assert not outstanding(now), outstanding(now)
    return measured


def _approve_all(county: LaidOut, settings: Settings, day: date) -> None:
    """What the officers do between the stages; it is nobody's cost."""
    now = open_cycle(YEAR, day, settings=settings)
    for member in county.members():
        with now.store.begin() as connection:
            put_targets(connection, member.targets, source="", problems=[], day=now.day)
        approve(now, member.department.code, "周明远")


def _file_again(county: LaidOut, settings: Settings, unit: str) -> None:
    """A department saves its workbook again and hands it in: the same figures, another file."""
    at = [m.department.code for m in county.members()].index(unit)
    again = io.BytesIO()
    with zipfile.ZipFile(county.files()[at]) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), zipfile.ZIP_DEFLATED, 1)
    (settings.inbox / "更正.xlsx").write_bytes(again.getvalue())
    moment = time.time() + timedelta(hours=1).total_seconds()
    os.utime(settings.inbox / "更正.xlsx", (moment, moment))


def libraries(pack: Pack, county: LaidOut) -> Measured:
    """Single works by the house and by the library people reach for first, a few departments."""
    measured = Measured(departments=min(FEW, county.departments))
    few = range(measured.departments)
    members = [m for m, _ in zip(county.members(), few, strict=False)]
    files = [path.read_bytes() for path, _ in zip(county.files(), few, strict=False)]
    contents = [content(issue_workbook(pack, m.department, m.targets)) for m in members]
    with ChildReader(pack.forms) as reader:
        reader.read(files[0], "自评.xlsx")
        with measured.stage("issue"):
            for m in members:
                issue_workbook(pack, m.department, m.targets)
        with measured.stage("read"):
            for file in files:
                reader.read(file, "自评.xlsx")
    with measured.stage("issue by openpyxl"):
        issue_by_openpyxl(contents)
    with measured.stage("read by openpyxl"):
        read_by_openpyxl(files)
    views = [
        report_view(
            pack,
            evaluate(pack, m.filing, department=m.department, targets=m.targets),
            department=m.department,
            public=False,
            filed_on=DAY,
        )
        for m in members
    ]
    others.reports(views, DAY, measured.stage)
    return measured


KINDS = {"bare": bare, "cycle": cycle, "prefect": prefect, "libraries": libraries}
