"""The receipts of a year: what came in, when by the clock, and what became of it."""

from __future__ import annotations

from jixiao.installation.settings import ZONE
from jixiao.store.filings import delivery_records, filing_records
from jixiao.year.base import Cycle

_STATUS = {
    "received": "待审核",
    "returned": "已退回",
    "accepted": "已通过",
    "superseded": "已被后来的取代",
}


def receipt_rows(cycle: Cycle, unit: str | None = None) -> list[dict[str, str]]:
    """Every filing of the year (of one department) with Chinese column names, oldest first.

    Raises:
        JixiaoError: there is no such department.
    """
    if unit is not None:
        cycle.department(unit)
    with cycle.store.read() as connection:
        filings = filing_records(connection, cycle.year, unit)
        names = {d.id: d.name for d in delivery_records(connection, cycle.year)}
    known = {d.code: d.name for d in cycle.pack.roster.departments}
    return [
        {
            "单位": known.get(filing.unit, filing.unit),
            "回执号": filing.receipt,
            "报送日": str(filing.received_on) + ("（逾期）" if filing.late else ""),
            "收到时间": filing.received_at.astimezone(ZONE).isoformat(" ", "seconds"),
            "状态": _STATUS[filing.status],
            "文件": names[filing.delivery_id],
            "校验码": filing.sha256,
        }
        for filing in filings
    ]
