"""C01: every project has all its forms and its report."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.model.forms import Scope
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place
from jixiao.rules.support.projects import Known, projects, spent
from jixiao.rules.support.sources import EVERY_PROJECT


@rule(
    "C01", "项目的表或报告不齐", Severity.ERROR, name="project-forms-complete", source=EVERY_PROJECT
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：有支出的项目都要自评，自评表、评价表、自评报告缺一样就看不全这笔钱的绩效。
    举例：业务工作经费支出 54 万元并交了自评报告，却没有附件3 和附件4。
    怎么改：补交列出的表和报告；如果用了别的名称，改成与批复一致的项目名称。
    """
    wanted = [form for form in facts.forms.values() if form.scope is Scope.PROJECT]
    for project in projects(facts):
        missing = [form for form in wanted if form.id not in project.copies]
        if not missing or not (project.copies or spent(project)):
            continue
        names = "、".join(f"{form.id}《{form.title}》" for form in missing)
        places = _places(facts, project)
        places += [
            Place(form.id, form.id, "", f"缺“{project.name}”的{form.id}", project.name)
            for form in missing
        ]
        have = "、".join(form.id for form in wanted if form.id in project.copies)
        yield Draft(
            message=f"项目“{project.name}”{_why(project)}，缺少 {names}。",
            where=tuple(places),
            found=have or "（没有）",
            expected="、".join(form.id for form in wanted),
            difference=f"缺 {len(missing)} 份",
            remedy="补交列出的表和报告；如果已经用别的名称交了，改成与批复一致的项目名称。",
        )


def _why(project: Known) -> str:
    money = spent(project)
    return f"本年支出 {money} 万元" if money else "已有其他表"


def _places(facts: Facts, project: Known) -> list[Place]:
    lines = [
        facts.table_place(line.data, line.section, line.row, "final")
        for line in project.lines
        if any(column.id == "final" for column in line.section.columns)
    ]
    copies = [
        sheet_place(data, f"{form}《{data.project}》")
        for form, each in project.copies.items()
        for data in each
    ]
    return [*lines, *copies]
