"""撤下: an officer takes a public report down; its address then says so."""

from __future__ import annotations

from jixiao.errors import JixiaoError
from jixiao.policy import Stage
from jixiao.store.publications import publication_records, set_publication_state
from jixiao.year.base import Cycle
from jixiao.year.notify import queue_notice


def unpublish(cycle: Cycle, unit: str, officer: str, reason: str) -> str:
    """Take the department's public report down, by name and with a reason that is made public.

    The site shows it with its next build: the report's address says that it was withdrawn and
    why, the register says 否 with the reason. A filing accepted later is published at the same
    address, as its next revision.

    Returns:
        The report's address.

    Raises:
        JixiaoError: nobody or no reason is named, or nothing of the department is public.
    """
    if not officer.strip() or not reason.strip():
        raise JixiaoError("撤下公开报告须写明经办人姓名和理由；理由会在网页上公布。")
    department = cycle.department(unit.strip().upper())
    acting = cycle.as_actor(officer)
    with cycle.store.begin() as connection:
        record = publication_records(connection, cycle.year, department.code).get(department.code)
        if record is None:
            raise JixiaoError(f"{department.name}没有公开的 {cycle.year} 年度报告，不用撤下。")
        if record.state == "withdrawn":
            raise JixiaoError(f"{department.name}的公开报告已经撤下：{record.detail}")
        set_publication_state(
            connection, record.id, "withdrawn", detail=reason.strip(), verified_on=cycle.day
        )
        acting.log(
            connection,
            "unpublished",
            department.code,
            address=record.address,
            revision=record.revision,
            reason=reason.strip(),
        )
        queue_notice(
            cycle,
            connection,
            department,
            Stage.PUBLISH,
            "unpublished",
            subject=record.sha256,
            address=record.address,
            reason=reason.strip(),
            officer=officer,
        )
    return record.address
