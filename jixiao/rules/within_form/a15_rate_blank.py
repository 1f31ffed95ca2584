"""A15: a rate that could be worked out was left blank."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import figure, row_ids
from jixiao.rules.support.sources import FORMS
from jixiao.rules.within_form.a04_quotient import operands


@rule(
    "A15",
    "应填的比率空白",
    Severity.ADVICE,
    name="rates-filled",
    source=FORMS.at("附件1 控制率、附件2 和附件3 执行率"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：分子分母都有，比率却没有填，看表的人要自己去除。
    举例：全年预算和全年执行都是 50，执行率空白。
    怎么改：填上相除的结果。
    """
    places = []
    for data, section in facts.tables():
        for column in section.columns:
            if column.formula is None:
                continue
            above, below = operands(column.formula)
            for row in section.rows:
                if column.id in row.blocked or row.sub:
                    continue
                for each in row_ids(data, section, row):
                    if (
                        data.get(f"{section.id}.{each}.{column.id}").blank
                        and figure(data, section, each, above) is not None
                        and figure(data, section, each, below)
                    ):
                        places.append(facts.table_place(data, section, each, column.id))
    if places:
        yield Draft(
            message=f"有 {len(places)} 处比率没有填，按同一行的数可以算出。",
            where=tuple(places),
            found="（空白）",
            expected="分子 ÷ 分母",
            remedy="按同一行的分子和分母相除后填上。",
        )
