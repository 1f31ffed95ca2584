"""Who is where, since when, what is next and who must do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from jixiao.policy import Department, Stage
from jixiao.store.db import Units
from jixiao.store.decisions import DecisionRecord, decision_records
from jixiao.store.filings import (
    EvaluationRecord,
    FilingRecord,
    evaluation_records,
    filing_records,
)
from jixiao.store.publications import PublicationRecord, publication_records
from jixiao.store.targets import IssuedRecord, TargetRecord, issued_records, target_records
from jixiao.year.base import Cycle
from jixiao.year.deadlines import Granted, granted, own_window


class State(Enum):
    """Where a department stands: number, sentence, who is next."""

    NO_TEMPLATE = (10, "未下发绩效目标申报表", "财政局")
    TARGETS_OPEN = (20, "等待申报绩效目标", "单位")
    TARGETS_PROPOSED = (30, "绩效目标待批复", "财政局")
    TARGETS_RETURNED = (35, "绩效目标已退回", "单位")
    TARGETS_APPROVED = (40, "绩效目标已批复，自评工作簿待下达", "财政局")
    ISSUED = (50, "自评工作簿已下达，等待报送", "单位")
    RECEIVED = (60, "已报送，待审核", "财政局")
    RETURNED = (65, "已退回修改", "单位")
    ACCEPTED = (70, "审核通过，待公开", "财政局")
    PUBLISHED = (80, "已公开，待核验网址", "财政局")
    WITHDRAWN = (82, "公开报告已撤下", "财政局")
    BROKEN = (85, "已公开，网址核验未通过", "财政局")
    VERIFIED = (90, "已公开并核验", "—")

    def __init__(self, number: int, sentence: str, who: str) -> None:
        self.number = number
        self.sentence = sentence
        self.who = who


@dataclass(frozen=True)
class Standing:
    """One department's standing.

    Attributes:
        since: the day it got there, ``None`` where it never left the start.
        next: what is to be done, in a sentence.
        overdue: days past the deadline that is its own to keep, 0 if none.
        deadline: that deadline, extensions included; ``None`` where it is not its turn.
        filing, evaluation, publication: the newest of each.
    """

    department: Department
    state: State
    since: date | None
    next: str
    overdue: int
    filing: FilingRecord | None = None
    evaluation: EvaluationRecord | None = None
    publication: PublicationRecord | None = None
    deadline: date | None = None

    @property
    def who(self) -> str:
        return self.department.name if self.state.who == "单位" else self.state.who


#: So many departments are read at once. All that is known of 10,000 is 50 MB.
AT_ONCE = 500


@dataclass(frozen=True)
class _Known:
    """What the database holds on some departments' year, by unit code."""

    targets: dict[str, TargetRecord]
    issued: dict[tuple[str, str], IssuedRecord]
    filings: dict[str, list[FilingRecord]]
    evaluations: dict[int, EvaluationRecord]
    publications: dict[str, PublicationRecord]
    granted: Granted
    decisions: dict[int, list[DecisionRecord]]


def standings(cycle: Cycle) -> list[Standing]:
    """Every department of the roster, in roster order."""
    return list(each_standing(cycle))


def each_standing(cycle: Cycle) -> Iterator[Standing]:
    """The same, for who need not hold them all: they are read some at a time."""
    departments = cycle.pack.roster.departments
    for start in range(0, len(departments), AT_ONCE):
        some = departments[start : start + AT_ONCE]
        known = _read(cycle, [d.code for d in some])
        for department in some:
            yield _standing(cycle, known, department)


def standing(cycle: Cycle, department: Department) -> Standing:
    """One department's."""
    return _standing(cycle, _read(cycle, department.code), department)


def _read(cycle: Cycle, units: Units) -> _Known:
    with cycle.store.read() as connection:
        filings: dict[str, list[FilingRecord]] = {}
        for filing in filing_records(connection, cycle.year, units):
            filings.setdefault(filing.unit, []).append(filing)
        return _Known(
            targets={r.unit: r for r in target_records(connection, cycle.year, units)},
            issued={(r.unit, r.kind): r for r in issued_records(connection, cycle.year, units)},
            filings=filings,
            evaluations=evaluation_records(connection, cycle.year, units),
            publications=publication_records(connection, cycle.year, units),
            granted=granted(connection, cycle.year, units),
            decisions=decision_records(connection, cycle.year, units),
        )


def _standing(cycle: Cycle, known: _Known, department: Department) -> Standing:
    filings = known.filings.get(department.code, [])
    if filings:
        return _after_filing(cycle, known, department, filings)
    return _before_filing(cycle, known, department)


def _before_filing(cycle: Cycle, known: _Known, department: Department) -> Standing:
    code = department.code
    window = cycle.pack.calendar.window
    evaluation = known.issued.get((code, "evaluation"))
    targets = known.targets.get(code)
    template = known.issued.get((code, "targets"))
    if evaluation is not None:
        closes = _closes(cycle, known, code, Stage.SUBMIT)
        return Standing(
            department,
            State.ISSUED,
            evaluation.issued_on,
            f"在 {closes} 前填好自评工作簿并报送",
            _overdue(cycle, closes),
            deadline=closes,
        )
    if targets is not None:
        state, next = {
            "proposed": (State.TARGETS_PROPOSED, "查看申报的绩效目标，批复或退回"),
            "returned": (State.TARGETS_RETURNED, f"按退回意见修改后重新申报：{targets.reason}"),
            "approved": (
                State.TARGETS_APPROVED,
                f"{window(Stage.ISSUE).opens} 起自动下达自评工作簿",
            ),
        }[targets.status]
        turn = state is State.TARGETS_RETURNED
        closes = _closes(cycle, known, code, Stage.TARGETS)
        return Standing(
            department,
            state,
            targets.decided_on or targets.received_on,
            next,
            _overdue(cycle, closes) if turn else 0,
            deadline=closes if turn else None,
        )
    if template is not None:
        closes = _closes(cycle, known, code, Stage.TARGETS)
        return Standing(
            department,
            State.TARGETS_OPEN,
            template.issued_on,
            f"在 {closes} 前申报绩效目标",
            _overdue(cycle, closes),
            deadline=closes,
        )
    opens = window(Stage.TARGETS).opens
    return Standing(department, State.NO_TEMPLATE, None, f"{opens} 起自动下发绩效目标申报表", 0)


def _after_filing(
    cycle: Cycle, known: _Known, department: Department, filings: list[FilingRecord]
) -> Standing:
    newest = filings[-1]
    evaluation = known.evaluations.get(newest.id)
    publication = known.publications.get(department.code)
    since = newest.received_on
    overdue, deadline = 0, None
    decided = known.decisions.get(newest.id, [])[-1:]
    if newest.status == "received" and decided:
        last = decided[0]
        state, since = State.RECEIVED, last.decided_on
        next = f"{last.officer}已撤回审核通过（{last.reason}），重新决定通过或退回"
    elif newest.status == "received":
        state, next = State.RECEIVED, "重算得分并审核（自动）"
    elif newest.status == "returned":
        errors = evaluation.errors if evaluation else 0
        state, next = State.RETURNED, f"改正 {errors} 处错误后重新报送"
        since = evaluation.evaluated_on if evaluation else since
        if decided and decided[0].kind == "return":
            next, since = f"按退回理由修改后重新报送：{decided[0].reason}", decided[0].decided_on
        # Who filed in time and was returned has until the end of the review to correct.
        deadline = _closes(cycle, known, department.code, Stage.REVIEW)
        overdue = _overdue(cycle, deadline)
    elif publication is None or publication.filing_id != newest.id:
        opens = cycle.pack.calendar.window(Stage.PUBLISH).opens
        state, next = State.ACCEPTED, f"{opens} 起自动公开"
        since = evaluation.evaluated_on if evaluation else since
    else:
        since = publication.verified_on or publication.published_on
        state, next = {
            "published": (State.PUBLISHED, "核验公开网址（自动）"),
            "verified": (State.VERIFIED, "无"),
            "withdrawn": (State.WITHDRAWN, f"等待更正后的报送：{publication.detail}"),
        }.get(publication.state, (State.BROKEN, publication.detail or "检查公开网址"))
    return Standing(
        department, state, since, next, overdue, newest, evaluation, publication, deadline
    )


def _closes(cycle: Cycle, known: _Known, unit: str, stage: Stage) -> date:
    """The department's own last day of a stage."""
    return own_window(cycle.pack.calendar, known.granted, unit, stage).closes


def _overdue(cycle: Cycle, closes: date) -> int:
    return max(0, (cycle.day - closes).days)


@dataclass
class Tally:
    """Counts departments as they pass by, so that nobody has to hold them all.

    Attributes:
        public: how many have a report that is or was published.
    """

    counts: Counter[State] = field(default_factory=Counter)
    public: int = 0

    def of(self, items: Iterable[Standing]) -> Iterator[Standing]:
        """The same departments, counted."""
        for each in items:
            self.counts[each.state] += 1
            self.public += each.publication is not None
            yield each

    @property
    def total(self) -> int:
        return self.counts.total()

    def by_state(self) -> dict[State, int]:
        """How many stand where, in the order of the year."""
        return {state: self.counts[state] for state in State if self.counts[state]}


def status_rows(items: list[Standing]) -> list[dict[str, str]]:
    """The standings as rows with Chinese column names, for a table anywhere."""
    return [
        {
            "单位": s.department.name,
            "状态": f"{s.state.number} {s.state.sentence}",
            "自": str(s.since or "—"),
            "下一步": s.next,
            "责任方": s.who,
            "截止日": str(s.deadline or "—"),
            "逾期天数": str(s.overdue or "—"),
            "得分": (s.evaluation.total or "—") if s.evaluation else "—",
            "等级": (s.evaluation.grade or "—") if s.evaluation else "—",
            "错误": str(s.evaluation.errors) if s.evaluation else "—",
            "警告": str(s.evaluation.warnings) if s.evaluation else "—",
        }
        for s in items
    ]
