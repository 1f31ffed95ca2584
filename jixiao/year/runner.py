"""The year's steps in order, and what is outstanding on a day."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.year import pool
from jixiao.year.base import Cycle, Done, Item, Step
from jixiao.year.stages import STAGES, StageOfYear
from jixiao.year.steps.collect import Inbox
from jixiao.year.steps.digests import CompetentDigests, Digest, Openings
from jixiao.year.steps.evaluate import Review
from jixiao.year.steps.issue import EvaluationWorkbooks
from jixiao.year.steps.publish import Publish
from jixiao.year.steps.remind import Escalations, Outbox, Reminders
from jixiao.year.steps.render import Reports
from jixiao.year.steps.site import Site
from jixiao.year.steps.targets import TargetTemplates
from jixiao.year.steps.verify import Verify
from jixiao.year.upgrade import take_over

#: In the order of a year. Each looks at what the ones before it left behind.
STEPS: dict[str, Step] = {
    step.id: step
    for step in (
        TargetTemplates(),
        EvaluationWorkbooks(),
        Inbox(),
        Review(),
        Reports(),
        Publish(),
        Site(),
        Verify(),
        Openings(),
        Reminders(),
        CompetentDigests(),
        Escalations(),
        Digest(),
        Outbox(),
    )
}


def step(id: str) -> Step:
    return STEPS[id]


def due(cycle: Cycle, id: str) -> list[Item]:
    """What one step has outstanding on the cycle's day."""
    take_over(cycle)
    return STEPS[id].due(cycle)


def outstanding(cycle: Cycle) -> dict[str, list[Item]]:
    """What every step has to do on the cycle's day; steps with nothing to do are left out."""
    found = ((id, due(cycle, id)) for id in STEPS)
    return {id: items for id, items in found if items}


def perform(cycle: Cycle, id: str) -> tuple[list[Done], dict[str, Exception]]:
    """Do everything one step has outstanding; one failure never stops another.

    Returns:
        What was done, and what failed by the item's name.
    """
    done: list[Done] = []
    failed: dict[str, Exception] = {}
    items = due(cycle, id)
    outcomes = (
        pool.do_all(cycle, id, items)
        if pool.enough_for_processes(items)
        else _do_here(cycle, id, items)
    )
    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, Done):
            done.append(outcome)
        else:
            failed[item.name] = outcome
    return done, failed


def _do_here(cycle: Cycle, id: str, items: list[Item]) -> Iterator[Done | Exception]:
    """Every item in this process; for each, in order, what was done or why it was not."""
    for item in items:
        try:
            yield STEPS[id].do(cycle, item)
        except Exception as error:  # noqa: BLE001 - it is handed to the caller, who says it
            yield error


def stage_due(cycle: Cycle, stage: StageOfYear) -> bool:
    """Whether a stage has something to do on the cycle's day."""
    return any(due(cycle, id) for id in stage.own)


def advance(cycle: Cycle) -> tuple[list[Done], dict[str, Exception]]:
    """Advance the year as far as the day and the data allow, without Prefect."""
    done: list[Done] = []
    failed: dict[str, Exception] = {}
    for stage in STAGES:
        # Asked anew before each stage: the one before may have made work for this one.
        for id in stage.steps if stage_due(cycle, stage) else ():
            now_done, now_failed = perform(cycle, id)
            done += now_done
            failed |= now_failed
    return done, failed
