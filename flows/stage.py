"""How every stage flow runs its step: all items, each on its own, then one clear sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any, NamedTuple

from prefect import State
from prefect.client.schemas.objects import StateType
from prefect.futures import PrefectFuture, wait
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.order import Part, resolve, sharers, shares_at, start_next, start_shares
from jixiao.year import Item, pool, step
from tasks.artifacts import show_results
from tasks.notices import tell_operators
from tasks.steps import Row, do_batch, do_item, due, failed_row, in_short
from tasks.trouble import error_of

#: Bounded: Prefect's server and a small database are the narrow places, not the work.
#: (Typed loosely: the decorator's own annotation refuses every concrete runner.)
RUNNER: Any = ThreadPoolTaskRunner(max_workers=4)

#: Up to so many items of a step, each is a task run of its own.
ONE_EACH = 100
#: Above that so many go together, more where the county is so large that it takes it.
BATCH = 50
#: No run makes more task runs, whatever the size of the province.
MOST_TASK_RUNS = 480


class Ran(NamedTuple):
    """What became of a step's items, and how many task runs it took."""

    rows: list[Row]
    task_runs: int


def run_steps(
    ids: list[str],
    year: int | None,
    day: date | None,
    *,
    stage: str = "",
    part: Part | None = None,
) -> State:
    """Run steps one after the other for every year asked for.

    A failed item never stops the others; at the end the run is Failed with a sentence saying
    how many and what to do, so that Retry does only those.

    Args:
        stage: the stage, where the run does only a part of it.
        part: that part.
    """
    years, on = resolve(year, day)
    name = flow_run.flow_name or ""
    rows: list[Row] = []
    shared: list[str] = []
    left = MOST_TASK_RUNS
    for each in years:
        for id in ids:
            items = due(id, each, on)
            if part:
                items = part.of(items)
            elif said := _shared_out(name, id, items, each, day):
                shared.append(said)
                break  # what comes after this step is for when all parts are done
            # A step takes half of what is left at most, so that those after it have some too.
            ran = _run_step(id, each, on, items, max(1, left // 2))
            rows += ran.rows
            left -= ran.task_runs
    if rows:
        show_results(name, rows)
    if deployment.id and not shared:
        _hand_on(stage or name, ids, year, day, part)
    message = "；".join((*shared, *_sentences(rows))) or "没有待办"
    if not any(row["原因"] for row in rows):
        return Completed(message=message)
    if not deployment.id:
        # Of a deployment's run the operators are told by an automation, even when it is dead.
        tell_operators(name, _run_name(), message, years, on)
    return Failed(
        message=f"{message}。原因见本次运行的结果表，修正后点 Retry，只会重做未完成的部分。"
    )


def _run_name() -> str:
    """The run as an operator finds it; another attempt of it is another piece of news."""
    attempt = flow_run.run_count
    return f"{flow_run.id}" + (f" 第 {attempt} 次" if attempt > 1 else "")


def _shared_out(stage: str, id: str, items: Sequence[Item], year: int, day: date | None) -> str:
    """Have other workers do a step with many items, where there are some: a sentence that says so.

    The last of them to end hands on to what comes after the step.
    """
    if not deployment.id or len(items) <= ONE_EACH:
        return ""
    head = f"{year} 年度{step(id).title}：{len(items)} 项"
    run, parts = str(flow_run.id), len(sharers())
    others = shares_at(stage, id, year, run)
    if any(r.state_type == StateType.RUNNING for r in others) or (others and parts > 1):
        return f"{head}正在由 {len(others)} 次“分担”运行办理"
    if parts < 2:
        return ""  # nobody to share with; shares that nobody took are not waited for
    start_shares(stage, id, year, day, run, parts)
    return f"{head}分给 {parts} 个执行器办理，见各次“分担”运行"


def _hand_on(
    stage: str, ids: Sequence[str], year: int | None, day: date | None, part: Part | None
) -> None:
    """Start what comes next; of a step that was shared out, the last part to end does.

    The rest of the stage is for the stage itself, which does what has failed once more. Where so
    much has failed that it would share it out again, and so on for ever, it is not started.
    """
    if part is None:
        start_next(stage, year, day)
        return
    (id,), (each,), on = ids, *resolve(year, day)
    left = due(id, each, on)
    if not (left and shares_at(stage, id, each, str(flow_run.id))):
        start_next(stage, year, day, shared=ids if len(left) <= ONE_EACH else [])


def _run_step(id: str, year: int, day: date, items: Sequence[Item], most: int) -> Ran:
    """A row for every item: whose, what was done, where it is, and why it failed if it did.

    Args:
        most: task runs it may make.
    """
    batches = in_batches(items, most)
    if len(batches) == len(items):
        in_process = pool.enough_for_processes(items)
        rows = _one_each(
            [do_item.submit(id, year, day, i, in_process=in_process) for i in items], items
        )
    else:
        futures = [do_batch.submit(id, year, day, batch) for batch in batches]
        rows = [
            row
            for future, batch in zip(futures, batches, strict=True)
            for row in _batch_rows(future, batch)
        ]
    head = {"年度": str(year), "步骤": step(id).title}
    return Ran([{**head, **row} for row in rows], len(batches))


def in_batches(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """The items one by one while they are few, else in batches of at least :data:`BATCH`.

    Args:
        most: how many batches there may be.
    """
    few_enough = len(items) <= min(ONE_EACH, most)
    size = 1 if few_enough else max(BATCH, ceil(len(items) / most))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _one_each(futures: Sequence[PrefectFuture[Row]], items: Sequence[Item]) -> list[Row]:
    wait(list(futures))
    return [
        future.result() if future.state.is_completed() else failed_row(item, error_of(future.state))
        for future, item in zip(futures, items, strict=True)
    ]


def _batch_rows(future: PrefectFuture[Any], batch: Sequence[Item]) -> list[Row]:
    """The rows a batch answered; a failed one answers too, one that died answers nothing."""
    future.wait()
    said = future.state.result(raise_on_failure=False)
    if isinstance(said, list):
        return said
    error = error_of(future.state)
    return [failed_row(item, error) for item in batch]


def _sentences(rows: list[dict[str, str]]) -> list[str]:
    """One sentence a year and step, in the order they ran."""
    sentences = []
    for year, title in dict.fromkeys((row["年度"], row["步骤"]) for row in rows):
        mine = [row for row in rows if (row["年度"], row["步骤"]) == (year, title)]
        failed = [row["单位"] for row in mine if row["原因"]]
        said = f"{len(mine)} 项已完成"
        if failed:
            said = f"{len(failed)}/{len(mine)} 项未完成（{in_short(failed)}）"
        sentences.append(f"{year} 年度{title}：{said}")
    return sentences
