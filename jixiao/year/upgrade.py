"""A new version of the program takes a year over: what was current stays current.

The keys of finished work hang on the program that did it. Held against another program's, all of
it would be due again: every workbook issued, every report published, everybody told. So before a
program works on a year for the first time, it asks what would be due with the keys of the program
before it, and what is due with its own. The difference is due for no other reason than the
upgrade: those rows get the new program's keys and nothing else happens. What was due before the
upgrade is due after it. Whose scores or findings the new program would change is for an officer
to ask and to decide, never a reason to tell or publish anything by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from packaging.version import Version
from sqlalchemy import Connection

from jixiao.errors import JixiaoError
from jixiao.store.db import alone
from jixiao.store.programs import (
    ProgramRecord,
    program_record,
    put_program,
    rekey_evaluation,
    rekey_issued,
    rekey_publication,
    rekey_rendering,
    rekey_site,
)
from jixiao.year.base import Cycle, Item, Step
from jixiao.year.form_sets import keep_forms
from jixiao.year.program import Program, from_json, released
from jixiao.year.steps.evaluate import Review
from jixiao.year.steps.issue import EvaluationWorkbooks
from jixiao.year.steps.publish import Publish
from jixiao.year.steps.render import Reports
from jixiao.year.steps.site import Site
from jixiao.year.steps.targets import TargetTemplates

#: Gives the newest row behind an item the item's key.
Rekey = Callable[[Connection, int, Item], None]


def _workbook(kind: str) -> Rekey:
    return lambda connection, year, item: rekey_issued(connection, year, item.id, kind, item.key)


#: The steps whose work carries a key, in the order of a year: the key of one may hang on those
#: of the steps before it.
_KEYED: tuple[tuple[Step, Rekey], ...] = (
    (TargetTemplates(), _workbook("targets")),
    (EvaluationWorkbooks(), _workbook("evaluation")),
    (Review(), lambda connection, _, item: rekey_evaluation(connection, int(item.id), item.key)),
    (Reports(), lambda connection, _, item: rekey_rendering(connection, int(item.id), item.key)),
    (Publish(), lambda connection, _, item: rekey_publication(connection, int(item.id), item.key)),
    (Site(), lambda connection, _, item: rekey_site(connection, item.key)),
)


def take_over(cycle: Cycle) -> None:
    """Make this program the one whose work the year's rows are, the first time it works on it.

    Raises:
        JixiaoError: a newer program has worked on the year.
    """
    with cycle.store.read() as connection:
        if _ours(cycle, program_record(connection, cycle.year)):
            return
    with cycle.store.joined() as store, store.begin() as connection:
        alone(connection, f"upgrade/{cycle.year}")  # whoever comes second finds it done
        record = program_record(connection, cycle.year)
        if _ours(cycle, record):
            return
        if record is not None:
            _rekey(replace(cycle, store=store), connection, record)
        put_program(
            connection,
            cycle.year,
            version=cycle.program.version,
            content=cycle.program.to_json(),
        )


def _ours(cycle: Cycle, record: ProgramRecord | None) -> bool:
    """Whether this very program worked on the year last.

    Raises:
        JixiaoError: a newer one did.
    """
    if record is None:
        return False
    if Version(record.version) > Version(cycle.program.version):
        raise JixiaoError(
            f"{cycle.year} 年度已由 {record.version} 版程序办理，这台机器上的程序是 "
            f"{cycle.program.version} 版。请把这台机器上的程序升级到同一版本，再重新启动。"
        )
    return record.content == cycle.program.to_json()


def _rekey(cycle: Cycle, connection: Connection, record: ProgramRecord) -> None:
    """Give finished work the keys of this program."""
    before = replace(cycle, program=_program_of(record))
    waiting = [{item.id for item in step.due(before)} for step, _ in _KEYED]
    taken: Counter[str] = Counter()
    for (step, rekey), left in zip(_KEYED, waiting, strict=True):
        for item in step.due(cycle):
            if item.id not in left:
                rekey(connection, cycle.year, item)
                taken[step.id] += 1
    keep_forms(cycle, connection)
    cycle.log(
        connection,
        "program_upgraded",
        before=record.version,
        now=cycle.program.version,
        taken_over=dict(taken),
    )


def _program_of(record: ProgramRecord) -> Program:
    program = from_json(record.content) if record.content else released(record.version)
    if program is None:
        raise JixiaoError(f"数据库由 {record.version} 版程序写成，本程序不认识。请先升级程序。")
    return program
