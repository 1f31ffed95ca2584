"""What an officer asks of the notices: what waits, what failed, what they will say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from jixiao.errors import JixiaoError
from jixiao.notices import (
    BUREAU,
    ESCALATION,
    OPERATORS,
    Entry,
    Kind,
    Outcome,
    entries,
    failed,
    merged,
    open_book,
    preview,
    render,
    send_failed_again,
    sent,
    waiting,
)
from jixiao.notices.model import Status
from jixiao.policy import Stage
from jixiao.year.base import Cycle
from jixiao.year.deadlines import granted, own_window
from jixiao.year.notify import frame

#: Which listing is which part of the outbox.
LISTINGS = {
    "waiting": (waiting,),
    "sent": (sent, merged),
    "failed": (failed,),
    "all": (waiting, failed, sent, merged),
}

_HOUSE = {BUREAU: "财政局", OPERATORS: "系统运维", ESCALATION: "负责人"}

#: The closing date a notice speaks of, where the example's will not do.
_STAGE = {
    Kind.TARGETS_OPENED: Stage.TARGETS,
    Kind.TARGETS_REMINDER: Stage.TARGETS,
    Kind.TARGETS_RETURNED: Stage.TARGETS,
    Kind.RETURNED: Stage.REVIEW,
    Kind.CORRECTION_REMINDER: Stage.REVIEW,
}


def listed(cycle: Cycle, which: str) -> list[Entry]:
    """The year's notices in one part of the outbox, see :data:`LISTINGS`."""
    with cycle.store.read() as connection:
        found = [e for listing in LISTINGS[which] for e in listing(connection, cycle.year)]
    return sorted(found, key=lambda e: e.id)


def rows(cycle: Cycle, found: Sequence[Entry]) -> list[dict[str, str]]:
    """Notices as rows with Chinese column names."""
    return [
        {
            "编号": str(entry.id),
            "年度": str(entry.year),
            "日期": str(entry.due),
            "收件": _name(cycle, entry.recipient),
            "事项": Kind(entry.kind).chinese,
            "渠道": entry.channel,
            "标题": entry.title,
            "状态": entry.status.chinese,
            "次数": str(entry.attempts),
            "说明": _remark(entry),
            "消息编号": entry.message_id,
        }
        for entry in found
    ]


def _name(cycle: Cycle, recipient: str) -> str:
    department = cycle.pack.department(recipient)
    return department.name if department else _HOUSE.get(recipient, recipient)


def _remark(entry: Entry) -> str:
    """What is known beyond the state; what a service took may still not have been read."""
    if entry.status is Status.MERGED:
        return f"并入 {entry.merged_into}"
    return entry.last_error or "—"


def preview_of(
    cycle: Cycle, kind: str, unit: str | None, format: Literal["text", "markdown"]
) -> tuple[str, str]:
    """Title and body a notice of this kind will have; nothing is queued.

    Names, contacts and closing dates are the year's own, the rest is an example.

    Args:
        unit: code of the department it is shown for, the first on the roster if none.

    Raises:
        JixiaoError: there is no such kind, or no such department.
    """
    if kind not in list(Kind):
        names = "、".join(f"{k.value}（{k.chinese}）" for k in Kind)
        raise JixiaoError(f"没有名为“{kind}”的通知。可以预览的有：{names}。")
    department = cycle.department(unit) if unit else cycle.pack.roster.departments[0]
    with cycle.store.read() as connection:
        given = granted(connection, cycle.year, department.code)
    stage = _STAGE.get(Kind(kind), Stage.SUBMIT)
    window = own_window(cycle.pack.calendar, given, department.code, stage)
    real = {**frame(cycle), "department": department, "unit": department, "window": window}
    return preview(Kind(kind), real, format)


def try_channel(cycle: Cycle, name: str, officer: str) -> Outcome:
    """Hand a test message to a channel now, whatever the hour; the event log keeps the outcome.

    Raises:
        JixiaoError: the channel cannot be used; the text says why.
    """
    setting = cycle.pack.channels.channels.get(name)
    with open_book(cycle.pack.channels) as book:
        channel = book.channel(name)
        if setting is None or channel is None:
            known = "、".join(cycle.pack.channels.channels)
            raise JixiaoError(f"{book.problem(name) or ''}已定义的渠道：{known}。")
        context = {**frame(cycle), "channel": setting.title, "officer": officer}
        title, body = render(Kind.CHANNEL_TEST, context, setting.format)
        outcome = channel.send(title, body, f"JX-TEST-{datetime.now(UTC):%Y%m%d%H%M%S}")
    with cycle.store.begin() as connection:
        cycle.as_actor(officer).log(
            connection,
            "channel_tested",
            channel=name,
            outcome=outcome.kind,
            detail=outcome.detail,
        )
    return outcome


def resend(cycle: Cycle, ids: Sequence[int], officer: str) -> list[Entry]:
    """A named officer has refused and unknown notices of the year queued again.

    Returns:
        Those that are queued again.

    Raises:
        JixiaoError: nobody is named, or one of the numbers is none of a failed notice.
    """
    if not officer.strip():
        raise JixiaoError("重发通知须写明经办人姓名。")
    with cycle.store.read() as connection:
        found = {e.id: e for e in entries(connection, ids) if e.year == cycle.year}
    for id in ids:
        if id not in found:
            raise JixiaoError(f"{cycle.year} 年度没有编号 {id} 的通知。")
        if found[id].status not in (Status.REFUSED, Status.UNKNOWN):
            raise JixiaoError(
                f"编号 {id} 的通知现在是“{found[id].status.chinese}”，不能重发；"
                "只有未能送达和结果不明的可以。"
            )
    chosen = list(dict.fromkeys(ids))
    send_failed_again(cycle.store.engine, chosen, datetime.now(UTC))
    with cycle.store.begin() as connection:
        cycle.as_actor(officer.strip()).log(
            connection, "notices_resent", ids=chosen, messages=[found[i].message_id for i in chosen]
        )
    return [found[i] for i in chosen]
