"""C10: sibling projects have one competent department."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import bare


@rule(
    "C10",
    "各项目的主管部门不一致",
    Severity.WARNING,
    name="one-competent-department",
    source=HOUSE,
    params={"row": "supervisor"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一单位的项目由同一主管部门负责，写法不一样会汇总不到一起，也看不清谁负责。
    举例：三个项目写县人民政府，一个项目写本局。
    怎么改：按批复统一主管部门；确实分属不同部门的写明依据。
    """
    named: dict[str, list[Place]] = {}
    texts: dict[str, str] = {}
    for data, section in facts.tables("identity"):
        if data.project is None or not any(r.id == facts.params["row"] for r in section.rows):
            continue
        for column in section.columns:
            cell = data.get(f"{section.id}.{facts.params['row']}.{column.id}")
            if not cell.blank:
                name = bare(cell.text)
                texts.setdefault(name, cell.text.strip())
                named.setdefault(name, []).append(
                    facts.table_place(data, section, facts.params["row"], column.id)
                )
    if len(named) < 2 or _listed(facts):
        return
    rare = sorted(named, key=lambda name: len(named[name]))
    yield Draft(
        message="各项目的主管部门写法不一致："
        + "；".join(f"{texts[n]} {len(named[n])} 个项目" for n in reversed(rare))
        + "。",
        where=tuple(place for name in rare for place in named[name]),
        found="、".join(texts[name] for name in reversed(rare)),
        expected="同一主管部门",
        remedy="按批复统一主管部门；确实分属不同部门的写明依据。",
    )


def _listed(facts: Facts) -> bool:
    """The approved project list itself names several competent departments."""
    if facts.department is None:
        return False
    return len({p.supervisor for p in facts.department.projects if p.supervisor}) > 1
