"""延期: a later closing date for one department, with who granted it and why."""

from __future__ import annotations

from datetime import date

from jixiao.errors import JixiaoError
from jixiao.policy import Stage
from jixiao.policy.schedule import chinese_date
from jixiao.store.extensions import ExtensionRecord, extension_records, put_extension
from jixiao.year.base import Cycle
from jixiao.year.notify import queue_notice

#: The stages in which a department has something to hand in.
EXTENDABLE = (Stage.TARGETS, Stage.SUBMIT, Stage.REVIEW)


def extend(
    cycle: Cycle, unit: str, stage: Stage, until: date, officer: str, reason: str
) -> ExtensionRecord:
    """A named officer gives one department more time for one stage.

    Status, reminders, whether a filing is late and every deadline in a notice go by it from
    now on. It replaces the department's earlier extension; granting the same again changes
    nothing and tells nobody.

    Raises:
        JixiaoError: nobody or nothing is named, the stage has no deadline of a department's,
            or the date is no extension.
    """
    officer, reason = officer.strip(), reason.strip()
    if not officer:
        raise JixiaoError("准许延期须写明经办人姓名。")
    if not reason:
        raise JixiaoError("准许延期须写明原因。")
    if stage not in EXTENDABLE:
        names = "、".join(f"{s.value}（{s.chinese}）" for s in EXTENDABLE)
        raise JixiaoError(f"“{stage.chinese}”阶段没有单位自己的截止日，可以延期的是：{names}。")
    department = cycle.department(unit)
    closes = cycle.pack.calendar.window(stage).closes
    if until <= closes:
        raise JixiaoError(
            f"{stage.chinese}的截止日是 {chinese_date(closes)}，延期须晚于这一天，"
            f"现为 {chinese_date(until)}。"
        )
    with cycle.store.begin() as connection:
        earlier = [r for r in extension_records(connection, cycle.year, unit) if r.stage == stage]
        if earlier and (earlier[-1].until, earlier[-1].officer, earlier[-1].reason) == (
            until,
            officer,
            reason,
        ):
            return earlier[-1]
        record = put_extension(
            connection,
            cycle.year,
            unit=unit,
            stage=stage.value,
            until=until,
            officer=officer,
            reason=reason,
            day=cycle.day,
        )
        cycle.as_actor(officer).log(
            connection,
            "extended",
            unit,
            stage=stage.value,
            until=str(until),
            reason=reason,
            before=str(max([closes, *(r.until for r in earlier[-1:])])),
        )
        queue_notice(
            cycle,
            connection,
            department,
            stage,
            "extended",
            subject=f"extension-{record.id}",
            officer=officer,
            reason=reason,
        )
    return record


def extensions(cycle: Cycle) -> list[ExtensionRecord]:
    """Everything granted in the year, oldest first."""
    with cycle.store.read() as connection:
        return extension_records(connection, cycle.year)
