"""E07: a building stays within its approved size and investment."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure
from jixiao.rules.support.sources import RUBRIC

_PAIRS = (("approved_size", "actual_size"), ("budget_investment", "actual_investment"))


@rule(
    "E07",
    "楼堂馆所超规模或超概算",
    Severity.WARNING,
    name="building-within-approval",
    source=RUBRIC.at("楼堂馆所控制率"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：楼堂馆所的规模和投资都有批复，超出的部分属于违规建设的重点检查内容。
    举例：批复规模 2000 平方米，实际 2150 平方米。
    怎么改：核对批复文件和竣工决算；确实超出的附调整批复。
    """
    for data, section in facts.tables("grid"):
        ids = {column.id for column in section.columns}
        for limit_id, actual_id in _PAIRS:
            if not {limit_id, actual_id} <= ids:
                continue
            for row in section.rows:
                limit = figure(data, section, row.id, limit_id)
                actual = figure(data, section, row.id, actual_id)
                if limit is None or actual is None or actual <= limit:
                    continue
                yield Draft(
                    message=f"{data.form}{facts.column_title(data, section, actual_id)} "
                    f"{plain(actual)} 超过{facts.column_title(data, section, limit_id)} {plain(limit)}。",
                    where=(
                        facts.table_place(data, section, row.id, actual_id),
                        facts.table_place(data, section, row.id, limit_id),
                    ),
                    found=plain(actual),
                    expected=f"不超过 {plain(limit)}",
                    difference=plain(actual - limit),
                    remedy="核对批复文件和竣工决算；确实超出的附调整批复。",
                )
