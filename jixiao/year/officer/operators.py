"""What the people who run the year do and hear: decisions by unit alone, news of failures."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.exc import DBAPIError

from jixiao.errors import JixiaoError
from jixiao.notices import open_book, render, send_due
from jixiao.notices.channels.secrets import hide
from jixiao.policy import Stage
from jixiao.year.base import open_cycle, year_pack, years_with_packs
from jixiao.year.notify import queue_failure_notice
from jixiao.year.steps.targets import approve, proposals, return_targets


def decide_targets_of(
    unit: str, officer: str, years: list[int], day: date, *, approved: bool, reason: str = ""
) -> str:
    """Approve or return the proposal of a department that waits for a decision.

    Args:
        years: the years that may be meant, oldest first; the newest with a proposal counts.

    Raises:
        JixiaoError: nothing waits, the unit is unknown, or a name or reason is missing.
    """
    unit = unit.strip().upper()
    for year in reversed(years):
        cycle = open_cycle(year, day)
        if unit not in {r.unit for r in proposals(cycle)}:
            continue
        name = cycle.department(unit).name
        if approved:
            approve(cycle, unit, officer)
            return f"已批复{name}的 {year} 年度绩效目标"
        return_targets(cycle, unit, officer, reason)
        return f"已退回{name}的 {year} 年度绩效目标：{reason}"
    raise JixiaoError(f"单位代码 {unit} 没有申报绩效目标，请核对代码和年度。")


def tell_operators_of(*, flow: str, run: str, error: str, years: list[int], day: date) -> str:
    """Tell the operators of a failed run: through the outbox, or at once if that is impossible.

    Once a run, whoever else tells of it. Nothing here needs the run to be alive.

    Returns:
        What became of the news, in a sentence.
    """
    year = (years or years_with_packs())[-1]
    try:
        cycle = open_cycle(year, day)
        queue_failure_notice(cycle, flow=flow, run=run, error=error)
        with open_book(cycle.pack.channels) as book:
            # News of a failure does not wait for everybody's notices, nor for the morning.
            delivery = send_due(
                cycle.store.engine,
                book,
                datetime.now(UTC),
                year=cycle.year,
                only=cycle.pack.channels.operators,
            )
        return f"已交出 {delivery.sent} 条" if delivery.sent else "已记入待发通知"
    except (JixiaoError, DBAPIError):
        # The database itself may be what failed; the operators hear of it all the same.
        return tell_at_once(flow=flow, run=run, error=error, year=year, day=day)


def tell_at_once(*, flow: str, run: str, error: str, year: int, day: date) -> str:
    """Tell the operators without the database: over each of their channels, right now.

    Raises:
        JixiaoError: no channel took it; the text says why.
    """
    pack = year_pack(year)
    context = {
        "year": year,
        "day": day,
        "bureau": pack.info.bureau,
        "department": None,
        "stage": Stage.REVIEW,
        "window": pack.calendar.window(Stage.REVIEW),
        "flow": flow,
        "run": run,
        "error": hide(pack.channels, error),
    }
    problems = []
    with open_book(pack.channels) as book:
        for name in pack.channels.operators:
            channel = book.channel(name)
            if channel is None:
                problems.append(book.problem(name) or "")
                continue
            title, body = render("operators_failure", context, book.format(name))
            outcome = channel.send(title, body, f"{run}"[:64])
            if outcome.kind == "handed_over":
                return f"已直接告知（{name}）"
            problems.append(outcome.detail)
    raise JixiaoError("没有一个运维渠道能用：" + ("；".join(problems) or "没有登记渠道") + "。")
