"""The use-cases of a bureau's year: what tasks and the command line call."""

from jixiao.year.base import (
    Cycle,
    Done,
    Item,
    Step,
    open_cycle,
    open_years,
    year_pack,
    years_with_packs,
)
from jixiao.year.notify import queue_failure_notice
from jixiao.year.officer.compare import PackChange, compare_packs
from jixiao.year.officer.operators import decide_targets_of, tell_at_once, tell_operators_of
from jixiao.year.queries.receipts import receipt_rows
from jixiao.year.queries.status import Standing, State, Tally, each_standing, standings, status_rows
from jixiao.year.runner import STEPS, advance, due, outstanding, perform, stage_due, step
from jixiao.year.stages import STAGES, StageOfYear
from jixiao.year.steps.targets import approve, proposals, return_targets
from jixiao.year.upgrade import take_over

__all__ = [
    "STAGES",
    "STEPS",
    "Cycle",
    "Done",
    "Item",
    "PackChange",
    "StageOfYear",
    "Standing",
    "State",
    "Step",
    "Tally",
    "advance",
    "approve",
    "compare_packs",
    "decide_targets_of",
    "due",
    "each_standing",
    "open_cycle",
    "open_years",
    "outstanding",
    "perform",
    "proposals",
    "receipt_rows",
    "return_targets",
    "stage_due",
    "standings",
    "status_rows",
    "step",
    "take_over",
    "tell_at_once",
    "queue_failure_notice",
    "tell_operators_of",
    "year_pack",
    "years_with_packs",
]
