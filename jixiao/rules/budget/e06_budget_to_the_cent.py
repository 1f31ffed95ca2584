"""E06: an annual budget that equals execution to the cent was probably written afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import figure
from jixiao.rules.support.sources import HOUSE


@rule(
    "E06",
    "全年预算与执行数分毫不差",
    Severity.ADVICE,
    name="budget-not-copied-from-execution",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：全年预算应是年初预算加批准的调整；带零头且与执行数一分不差，多半是按决算倒填的，执行率失去意义。
    举例：年初 798.00，全年预算 1322.22，执行也是 1322.22。
    怎么改：按预算批复和追加文件填全年预算数；确实用完的不用改。
    """
    places, found = [], []
    for data, section in facts.tables("execution"):
        row = section.rows[0].id
        if not {"initial", "annual", "executed"} <= {c.id for c in section.columns}:
            continue
        initial, annual, executed = (
            figure(data, section, row, column) for column in ("initial", "annual", "executed")
        )
        if annual is None or annual != executed or annual == initial:
            continue
        if annual == annual.to_integral_value():
            continue
        places.append(facts.table_place(data, section, row, "annual"))
        places.append(facts.table_place(data, section, row, "executed"))
        found.append(f"{annual:f}")
    if places:
        yield Draft(
            message=f"有 {len(found)} 张表的全年预算数与全年执行数一分不差，又不等于年初预算。",
            where=tuple(places),
            found="、".join(found),
            expected="年初预算加批准的调整",
            remedy="按预算批复和追加文件填全年预算数；确实用完的不用改。",
        )
