"""The use-cases of a bureau's year: what tasks and the command line call."""

from jixiao.cycle.advance import STEPS, advance, due, outstanding, perform, stage_due, step
from jixiao.cycle.base import (
    Cycle,
    Done,
    Item,
    Step,
    open_cycle,
    open_years,
    year_pack,
    years_with_packs,
)
from jixiao.cycle.compare import PackChange, compare_packs
from jixiao.cycle.operators import decide_targets_of, tell_at_once, tell_operators_of
from jixiao.cycle.receipts import receipt_rows
from jixiao.cycle.stages import STAGES, StageOfYear
from jixiao.cycle.status import Standing, State, Tally, each_standing, standings, status_rows
from jixiao.cycle.targets import approve, proposals, return_targets
from jixiao.cycle.tell import tell_failure
from jixiao.cycle.upgrade import take_over

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
    "tell_failure",
    "tell_operators_of",
    "year_pack",
    "years_with_packs",
]
