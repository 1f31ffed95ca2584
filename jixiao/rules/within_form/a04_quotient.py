"""A04: a rate must equal its quotient within the last printed digit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Severity
from jixiao.model.forms import Column, TableSection
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import figure, row_ids, share
from jixiao.rules.support.sources import FORMS

_HUNDRED = Decimal(100)


@rule(
    "A04",
    "比率与分子分母算出的不符",
    Severity.ERROR,
    name="rate-equals-quotient",
    source=FORMS.at("附件1 控制率、附件2 和附件3 执行率"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：控制率、执行率等由同一行的两个数相除得出，写错会直接带错得分。
    举例：实有 32 人、编制 41 人，控制率应为 78.05%，填成 87.05%。
    怎么改：按“怎么算”一列重新相除，保留与填报相同的小数位。
    """
    for data, section in facts.tables():
        for column in section.columns:
            if column.formula is None:
                continue
            for row in section.rows:
                if column.id not in row.blocked:
                    for each in row_ids(data, section, row):
                        yield from _compare(facts, data, section, each, column)


def operands(formula: str) -> tuple[str, str]:
    """Column ids of a quotient: ``actual / establishment``."""
    above, _, below = formula.partition("/")
    return above.strip(), below.strip()


def _compare(
    facts: Facts, data: FormData, section: TableSection, row: str, column: Column
) -> Iterator[Draft]:
    printed = share(data.get(f"{section.id}.{row}.{column.id}"))
    above, below = operands(column.formula or "")
    top, bottom = figure(data, section, row, above), figure(data, section, row, below)
    if printed is None or top is None or not bottom:
        return
    value, places = printed
    exact = top / bottom * _HUNDRED
    if abs(value * _HUNDRED - exact) <= Decimal(5).scaleb(-places - 1):
        return
    expected = f"{exact:.{max(places, 2)}f}%"
    yield Draft(
        message=f"{data.form}的{column.title}填 {_text(value)}，"
        f"按 {top} ÷ {bottom} 计算应为 {expected}。",
        where=(
            facts.table_place(data, section, row, column.id),
            facts.table_place(data, section, row, above),
            facts.table_place(data, section, row, below),
        ),
        found=_text(value),
        expected=expected,
        difference=f"{value * _HUNDRED - exact:.2f} 个百分点",
        remedy="重新相除后改正；如果分子或分母填错，先改正它们。",
    )


def _text(value: Decimal) -> str:
    return f"{(value * _HUNDRED).normalize():f}%"
