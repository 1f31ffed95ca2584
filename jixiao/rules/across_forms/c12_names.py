"""C12: a project goes by one name."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place
from jixiao.rules.support.projects import projects
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import project_core


@rule("C12", "项目名称前后不一", Severity.ADVICE, name="one-name-per-project", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一个项目用几个名称，汇总和公开时容易被当成几个项目。
    举例：附件3 写“电子商务集中经营专项经费”，报告写“商务经营专项”。
    怎么改：统一用批复的项目名称。
    """
    for project in projects(facts):
        cores = {project_core(name) for name in (project.name, *project.names)}
        if len(cores) < 2:
            continue
        names = list(dict.fromkeys((project.name, *project.names)))
        places = [
            facts.place(line.data, line.data.labels[f"{line.section.id}.{line.row}"], line.name)
            for line in project.lines
        ]
        places += [
            sheet_place(data, data.project or "")
            for copies in project.copies.values()
            for data in copies
        ]
        yield Draft(
            message=f"同一个项目用了几个名称：{'、'.join(names)}。",
            where=tuple(places),
            found="、".join(names),
            expected=project.name,
            remedy=f"统一用批复的项目名称（如“{project.name}”）。",
        )
