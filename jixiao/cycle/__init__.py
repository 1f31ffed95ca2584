"""The use-cases of a bureau's year: what tasks and the command line call."""

from jixiao.cycle.advance import STEPS, advance, outstanding, perform, step
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
from jixiao.cycle.status import Standing, State, standings, status_rows, summary
from jixiao.cycle.targets import approve, proposals, return_targets
from jixiao.cycle.tell import tell_failure

__all__ = [
    "STEPS",
    "Cycle",
    "Done",
    "Item",
    "PackChange",
    "Standing",
    "State",
    "Step",
    "advance",
    "approve",
    "compare_packs",
    "open_cycle",
    "open_years",
    "outstanding",
    "perform",
    "proposals",
    "return_targets",
    "standings",
    "status_rows",
    "step",
    "summary",
    "tell_failure",
    "year_pack",
    "years_with_packs",
]
