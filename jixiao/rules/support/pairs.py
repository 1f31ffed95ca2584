"""The same indicator in two forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jixiao.model.scores import RowScore
from jixiao.model.submission import FormData, IndicatorRow
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import scored
from jixiao.rules.support.text import bare
from jixiao.values import Value

GENERIC = "满意、合格率、准确率、及时、时限、年限、时间、完成率、预算、支出、成本、资金、经费、达标率、到位率"


@dataclass(frozen=True)
class Stated:
    """An indicator with both values read, and the form copy it stands in."""

    data: FormData
    row: RowScore
    indicator: IndicatorRow
    target: Value
    actual: Value


def shared(facts: Facts, generic: tuple[str, ...]) -> list[list[Stated]]:
    """Indicators of one name that stand in several forms.

    A name that only says how every project is measured (满意率, 合格率, 完成时限 …) is no
    common measure: such names are passed over.
    """
    return facts.once(f"shared {generic}", lambda: list(_shared(facts, generic)))


def _shared(facts: Facts, generic: tuple[str, ...]) -> Iterator[list[Stated]]:
    by_name: dict[str, list[Stated]] = {}
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or row.target is None or row.actual is None:
                continue
            name = bare(row.indicator.name.text)
            if len(name) < 4 or any(word in name for word in generic):
                continue
            one = Stated(data, row, row.indicator, row.target, row.actual)
            by_name.setdefault(name, []).append(one)
    for stated in by_name.values():
        if len({(s.data.form, s.data.project, s.data.sheet) for s in stated}) > 1:
            yield stated
