"""G02: one unit name everywhere, the roster's."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import bare


@rule(
    "G02",
    "单位名称不一致",
    Severity.ERROR,
    name="unit-name-as-in-roster",
    source=HOUSE,
    params={"rows": "unit", "columns": "unit_name"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：各表的单位名称要与名册相同，写错了会归到别的单位或成为没有主人的报告。
    举例：名册为江永县科技和工业信息化局，某张表写江永县科技局。
    怎么改：统一改成名册上的全称。
    """
    written = list(_names(facts))
    if facts.department is not None:
        right = facts.department.name
        accepted = {bare(right), *(bare(alias) for alias in facts.department.aliases)}
    else:
        right = facts.submission.unit_name or (written[0][1] if written else "")
        accepted = {bare(right)}
    odd = [(place, name) for place, name in written if bare(name) not in accepted]
    if not odd:
        return
    names = "、".join(dict.fromkeys(name for _, name in odd))
    yield Draft(
        message=f"单位名称写成“{names}”，应为“{right}”。",
        where=tuple(place for place, _ in odd),
        found=names,
        expected=right,
        remedy="统一改成名册上的全称。",
    )


def _names(facts: Facts) -> Iterator[tuple[Place, str]]:
    rows, columns = facts.words("rows"), facts.words("columns")
    for data, section in facts.tables():
        if data.project is not None or section.role not in {"identity", "register"}:
            continue
        for row in section.rows:
            for column in section.columns:
                if row.id not in rows and column.id not in columns:
                    continue
                cell = data.get(f"{section.id}.{row.id}.{column.id}")
                if not cell.blank:
                    yield facts.table_place(data, section, row.id, column.id), cell.text.strip()
