"""B03: a shortfall needs a reason."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore, State
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.rows import explained, overspent, overspent_full
from jixiao.rules.support.sources import FORMS


@rule(
    "B03",
    "未完成目标没有说明原因",
    Severity.WARNING,
    name="shortfall-explained",
    source=FORMS.at("附件2、附件3", "偏差原因分析及改进措施"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：自评表要求对没有完成的指标分析偏差原因并提出改进措施。
    举例：目标 2.5 亿元、完成 2.37 亿元，偏差原因一栏空白。
    怎么改：在偏差原因分析及改进措施一栏写明原因和下一步措施。
    """
    for data, score in scored(facts):
        short = [row for row in score.rows if _short(row) and not explained(row)]
        if not short:
            continue
        places = []
        for row in short:
            assert row.indicator is not None
            places.append(indicator_place(facts, data, row.indicator, "explanation"))
            places.append(indicator_place(facts, data, row.indicator, "actual"))
        names = "、".join(f"“{row.name}”" for row in short)
        yield Draft(
            message=f"{title_of(facts, data)}{names}没有完成目标，也没有说明原因。",
            where=tuple(places),
            found="（空白）",
            expected="偏差原因和改进措施",
            remedy="在偏差原因分析及改进措施一栏写明原因和下一步措施。",
        )


def _short(row: RowScore) -> bool:
    """Below the target by arithmetic; a full-marks overspending is B02's."""
    if row.indicator is None or row.state is not State.SCORED or overspent_full(row):
        return False
    if overspent(row):
        return True
    return row.computed is not None and row.weight is not None and row.computed < row.weight
