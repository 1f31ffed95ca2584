"""What is told of many departments at once: openings, and who is where."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from jixiao.notices import BUREAU, Told, Unreachable, failed, merged, open_book, told
from jixiao.policy import Stage
from jixiao.policy.schedule import announced_on, calendar_warnings, openings, reminders_due, watched
from jixiao.store.targets import issued_records
from jixiao.year.base import Cycle, Done, Item
from jixiao.year.notify import queue_notice
from jixiao.year.queries.status import Standing, State, Tally, each_standing, standing
from jixiao.year.steps.remind import LATE

_OPENED = ("window_soon", "window_opened", "submit_opened")


def unreachable(cycle: Cycle) -> list[Unreachable]:
    """The recipients nobody can reach, and why."""
    with open_book(cycle.pack.channels) as book:
        return book.unreachable(cycle.pack.roster)


class Openings:
    """Say when a window is about to open, while there is time to reach everybody, and when it
    has opened."""

    id = "openings"
    title = "阶段开始"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            known = told(connection, cycle.year, *_OPENED)
        said = {(n.kind, n.due) for n in known if n.recipient == BUREAU}
        items = []
        for opens, stages in openings(cycle.pack.calendar) if cycle.pack.channels.bureau else ():
            kind = _kind_on(cycle, opens, stages)
            if kind and (kind, opens) not in said:
                names = "、".join(s.chinese for s in stages)
                items.append(Item(kind, names, f"{opens}"))
        submit = cycle.pack.calendar.window(Stage.SUBMIT)
        if cycle.day >= submit.opens:
            items += [
                Item(s.department.code, s.department.name, "submit_opened")
                for s in each_standing(cycle)
                if _waited(s, submit.opens)
                and Told("submit", s.department.code, "submit_opened", submit.opens, "")
                not in known
            ]
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        if item.key == "submit_opened":
            return _tell_submit_opened(cycle, item)
        opens = date.fromisoformat(item.key)
        stages = dict(openings(cycle.pack.calendar))[opens]
        nobody = unreachable(cycle)
        context: dict[str, Any] = {
            "opens": opens,
            "stages": [
                {"name": s.chinese, "closes": cycle.pack.calendar.window(s).closes} for s in stages
            ],
            "total": len(cycle.pack.roster.departments),
        }
        if item.id == "window_soon":
            context["unreachable"] = [{"name": u.name, "reason": u.reason} for u in nobody]
            context["warnings"] = calendar_warnings(cycle.pack.calendar)
        else:
            context["unreachable"] = [u.name for u in nobody]
        with cycle.store.begin() as connection:
            if queue_notice(cycle, connection, BUREAU, stages[0], item.id, due=opens, **context):
                cycle.log(
                    connection,
                    item.id,
                    opens=str(opens),
                    stages=[s.value for s in stages],
                    unreachable=[u.recipient for u in nobody],
                )
        return Done(item.id, item.name, f"已告知财政局，通知不到的 {len(nobody)} 个")


def _kind_on(cycle: Cycle, opens: date, stages: list[Stage]) -> str:
    """What is to be said of windows that open together, on the cycle's day."""
    calendar = cycle.pack.calendar
    if announced_on(calendar, calendar.window(stages[0])) <= cycle.day < opens:
        return "window_soon"
    closes = max(calendar.window(s).closes for s in stages)
    return "window_opened" if opens <= cycle.day <= closes else ""


def _waited(standing: Standing, opens: date) -> bool:
    """Whether it got its workbook before it could hand in; else the workbook's notice said it."""
    return (
        standing.state is State.ISSUED
        and standing.since is not None
        and standing.since < opens
        and bool(standing.department.channels)
    )


def _tell_submit_opened(cycle: Cycle, item: Item) -> Done:
    department = cycle.department(item.id)
    with cycle.store.begin() as connection:
        path = next(
            r.path
            for r in reversed(issued_records(connection, cycle.year, item.id))
            if r.kind == "evaluation"
        )
        queue_notice(
            cycle,
            connection,
            department,
            Stage.SUBMIT,
            "submit_opened",
            due=cycle.pack.calendar.window(Stage.SUBMIT).opens,
            workbook=cycle.settings.link(path),
        )
    return Done(item.id, item.name, "已告知报送开始")


class CompetentDigests:
    """On the days of reminders a competent department hears of the units below it."""

    id = "competent"
    title = "主管部门汇总"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            known = told(connection, cycle.year, "competent_digest")
        below: dict[str | None, set[_Turn]] = {}
        for each in each_standing(cycle):
            if each.state in LATE:
                below.setdefault(each.department.competent, set()).add(_turn(each))
        items = []
        for stage in dict.fromkeys(stage for stage, _ in LATE.values()):
            for reminder in reminders_due(cycle.pack.calendar, stage, cycle.day):
                for department in cycle.pack.roster.departments:
                    turns = below.get(department.code, ())
                    this = Told(stage.value, department.code, "competent_digest", reminder.due, "")
                    if (
                        department.channels
                        and any(_owes(turn, stage, reminder.due) for turn in turns)
                        and this not in known
                    ):
                        key = f"{stage}:{reminder.due}"
                        items.append(Item(department.code, department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        name, _, text = item.key.partition(":")
        stage, day = Stage(name), date.fromisoformat(text)
        departments = cycle.pack.roster.departments
        units = [standing(cycle, d) for d in departments if d.competent == item.id]
        rows = [
            {
                "name": u.department.name,
                "state": u.state.sentence,
                "next": u.next,
                "overdue": u.overdue,
                "open": u.state in LATE and _owes(_turn(u), stage, day),
            }
            for u in units
        ]
        with cycle.store.begin() as connection:
            queue_notice(
                cycle,
                connection,
                cycle.department(item.id),
                stage,
                "competent_digest",
                due=day,
                units=rows,
                window=cycle.pack.calendar.window(stage),
            )
        return Done(item.id, item.name, f"已汇总下属 {len(units)} 个单位")


class _Turn(NamedTuple):
    """A unit's turn to hand something in: at which stage, and since when."""

    stage: Stage
    since: date | None


def _turn(standing: Standing) -> _Turn:
    return _Turn(LATE[standing.state][0], standing.since)


def _owes(turn: _Turn, stage: Stage, day: date) -> bool:
    """Whether something is to be handed in at this stage since before this day."""
    return turn.stage is stage and (turn.since is None or turn.since < day)


class Digest:
    """Once a day of the year's work the bureau is told who is where and whom nobody can reach."""

    id = "digest"
    title = "每日汇总"

    def due(self, cycle: Cycle) -> list[Item]:
        first, last = watched(cycle.pack.calendar)
        if not (first <= cycle.day <= last and cycle.pack.channels.bureau):
            return []
        with cycle.store.read() as connection:
            days = {n.due for n in told(connection, cycle.year, "bureau_digest")}
        return [] if cycle.day in days else [Item("digest", f"{cycle.day} 汇总")]

    def do(self, cycle: Cycle, item: Item) -> Done:
        tally = Tally()
        overdue = [s.department.name for s in tally.of(each_standing(cycle)) if s.overdue]
        nobody = [u.name for u in unreachable(cycle)]
        with cycle.store.begin() as connection:
            queue_notice(
                cycle,
                connection,
                BUREAU,
                Stage.REVIEW,
                "bureau_digest",
                counts=[(state.sentence, n) for state, n in tally.by_state().items()],
                overdue=overdue,
                unreachable=nobody,
                undelivered=_undelivered(cycle, connection),
            )
        return Done(item.id, item.name, f"已汇总 {tally.total} 个单位")


def _undelivered(cycle: Cycle, connection: Connection) -> list[str]:
    """Departments a notice did not reach, or nobody knows whether it did, in roster order."""
    lost = failed(connection, cycle.year)
    ids = {entry.message_id for entry in lost}
    units = {entry.recipient for entry in lost}
    units |= {e.recipient for e in merged(connection, cycle.year) if e.merged_into in ids}
    return [d.name for d in cycle.pack.roster.departments if d.code in units]
