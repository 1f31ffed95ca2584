"""The order of the stages, and how a stage run by a deployment hands on to the next one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from zlib import crc32

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkerFilter,
    WorkerFilterStatus,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun, StateType, WorkerStatus
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound

from flows.server import SHARES
from jixiao.installation.settings import today
from jixiao.year import STAGES, Item, StageOfYear, open_years
from jixiao.year.stages import BY_ID
from tasks.steps import due


def resolve(year: int | None, day: date | None) -> tuple[list[int], date]:
    """The years to work on and the day to work for.

    Without a year these are the years whose windows contain the day.
    """
    day = day or today()
    return ([year] if year is not None else open_years(day)), day


def due_stage(stage: StageOfYear, year: int, day: date) -> bool:
    """Whether a stage has something to do."""
    return any(due(step, year, day) for step in stage.own)


class Part(NamedTuple):
    """One part of a step's items, of so many."""

    number: int
    parts: int

    def of(self, items: Sequence[Item]) -> list[Item]:
        """This part's: told by the item alone, so that it stays the same while work goes on."""
        return [i for i in items if crc32(i.id.encode()) % self.parts == self.number - 1]


def start_shares(stage: str, step: str, year: int, day: date | None, run: str, parts: int) -> None:
    """Have the workers of the pool for shares do a step, each a part of it.

    Args:
        run: this run's id. Tried again, it starts no share a second time.
    """
    for number in range(1, parts + 1):
        given = {
            "stage": stage,
            "step": step,
            "part": number,
            "parts": parts,
            "year": year,
            "day": day,
        }
        run_deployment(
            "share/share",
            parameters={name: value for name, value in given.items() if value is not None},
            timeout=0,
            as_subflow=False,
            idempotency_key=f"{run}/{step}/{year}/{number}/{parts}",
        )


def sharers() -> list[str]:
    """The workers that are there for shares alone, one a machine."""
    online = WorkerFilter(status=WorkerFilterStatus(any_=[WorkerStatus.ONLINE]))
    with get_client(sync_client=True) as client:
        try:
            found = client.read_workers_for_work_pool(SHARES, worker_filter=online)
        except ObjectNotFound:  # registered by an older version
            return []
    return [worker.name for worker in found]


def shares_at(stage: str, step: str, year: int, run: str) -> list[FlowRun]:
    """The runs that have a part of this step and are not over yet, but for this run and those it
    started itself."""
    unfinished = FlowRunFilterStateType(any_=list(set(StateType) - TERMINAL_STATES))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["share"])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=unfinished)),
        )
    same = {"stage": stage, "step": step, "year": year}
    return [
        r
        for r in runs
        if same.items() <= r.parameters.items()
        and str(r.id) != run
        and not (r.idempotency_key or "").startswith(f"{run}/")
    ]


def start_next(
    after: str | None, year: int | None, day: date | None, *, shared: Collection[str] = ()
) -> str | None:
    """Start the deployment of the first stage after this one that has something to do.

    It is not waited for: waiting would block a worker of one. Each stage hands on when it
    ends, only ever to a later one, so the chain comes to an end whatever fails in it.

    Args:
        after: a stage; ``None`` for the beginning of the year.
        year, day: as the flow was given them, so that a run that was asked for nothing in
            particular is, when somebody clicks Retry next week, about that day and no other.
        shared: steps of this stage that were shared out. What comes after them in the stage
            was left for when all parts are done: then the stage itself is started again.

    Returns:
        The stage that was started, if any.
    """
    years, on = resolve(year, day)
    ids = [stage.id for stage in STAGES]
    later = STAGES[ids.index(after) + 1 :] if after else STAGES
    waiting = [(stage.id, stage.own) for stage in later]
    if shared and after:
        rest = tuple(step for step in BY_ID[after].own if step not in shared)
        waiting.insert(0, (after, rest))
    for id, steps in waiting:
        if any(due(step, each, on) for each in years for step in steps):
            given = {"year": year, "day": day}
            run_deployment(
                f"{id}/{id}",
                parameters={name: value for name, value in given.items() if value is not None},
                timeout=0,
                as_subflow=False,
            )
            return id
    return None
