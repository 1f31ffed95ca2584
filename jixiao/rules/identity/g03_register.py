"""G03: the register row is complete."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import FORMS


@rule(
    "G03",
    "公开登记表没有填全",
    Severity.ERROR,
    name="register-row-complete",
    source=FORMS.at("附件8"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：公开登记表随自评报告一起公布，是否公开、网址、联系人和电话缺一项都不能用。
    举例：自评报告公开“是/否”一格空白。
    怎么改：把列出的各格补齐，是否公开只填“是”或“否”。
    """
    for data, section in facts.tables("register"):
        for row in section.rows:
            wrong = []
            for column in section.columns:
                cell = data.get(f"{section.id}.{row.id}.{column.id}")
                missing = column.id in row.required and cell.blank
                strange = (
                    bool(column.choices)
                    and not cell.blank
                    and cell.text.strip() not in column.choices
                )
                if missing or strange:
                    wrong.append(column)
            if not wrong:
                continue
            names = "、".join(facts.say(column.title) for column in wrong)
            yield Draft(
                message=f"{data.form}没有填全或填得不对：{names}。",
                where=tuple(facts.table_place(data, section, row.id, c.id) for c in wrong),
                found="（空白）"
                if all(data.get(f"{section.id}.{row.id}.{c.id}").blank for c in wrong)
                else "不在可选的内容里",
                expected="；".join(
                    f"{facts.say(c.title)}{'填' + '或'.join(c.choices) if c.choices else ''}"
                    for c in wrong
                ),
                difference=f"{len(wrong)} 处",
                remedy="把列出的各格补齐，是否公开只填“是”或“否”。",
            )
