"""下达: every department with approved targets gets its evaluation workbook."""

from __future__ import annotations

from jixiao.installation.signing import current_key
from jixiao.policy import Stage
from jixiao.store.targets import issued_records, put_issued, target_set
from jixiao.workbooks import issue_workbook, narrative_outline
from jixiao.year.base import Cycle, Done, Item, content_hash, file_name
from jixiao.year.deadlines import granted, own_window
from jixiao.year.deliver import deliver, deliver_guide, with_guide
from jixiao.year.form_sets import keep_forms
from jixiao.year.notify import queue_notice
from jixiao.year.queries.prior import prior_filing, prior_filings
from jixiao.year.steps.targets import approved


class EvaluationWorkbooks:
    """Write the workbooks that are due; one is written again only when its content changes."""

    id = "issue"
    title = "下达绩效自评工作簿"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.day < cycle.pack.calendar.window(Stage.ISSUE).opens:
            return []
        with cycle.store.read() as connection:
            targets = approved(connection, cycle.year)
            priors = prior_filings(connection, cycle.pack)
            done = {
                (r.unit, r.key)
                for r in issued_records(connection, cycle.year)
                if r.kind == "evaluation"
            }
        deadline = cycle.pack.calendar.window(Stage.SUBMIT).model_dump_json()
        bureau = cycle.pack.info.bureau.model_dump_json()
        items = []
        for department in cycle.pack.roster.departments:
            if department.code not in targets:
                continue
            prior = priors.get(department.code)
            key = content_hash(
                "evaluation",
                cycle.pack.forms_hash,
                deadline,
                bureau,
                "signed" if current_key() else "",
                department.to_json(),
                targets[department.code].hash,
                prior.sha256 if prior else "",
            )
            if (department.code, key) not in done:
                items.append(Item(department.code, department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        department = cycle.department(item.id)
        with cycle.store.read() as connection:
            record = approved(connection, cycle.year, item.id)[item.id]
            targets = target_set(connection, record.id)
            prior = prior_filing(connection, cycle.pack, department)
            last_year = prior.read(connection, cycle.pack.forms) if prior else None
        deliver_guide(cycle, item.id)
        data = issue_workbook(with_guide(cycle), department, targets, prior=last_year)
        name = f"{file_name(department.name)}{cycle.year}年度绩效自评.xlsx"
        path, sha256 = deliver(cycle, item.id, name, data)
        outline = narrative_outline(cycle.pack, department, targets, prior=last_year)
        name = f"{file_name(department.name)}{cycle.year}年度绩效自评报告提纲.docx"
        outline_path, _ = deliver(cycle, item.id, name, outline)
        with cycle.store.begin() as connection:
            if put_issued(
                connection,
                cycle.year,
                unit=item.id,
                kind="evaluation",
                key=item.key,
                sha256=sha256,
                path=path,
                day=cycle.day,
            ):
                keep_forms(cycle, connection)
                cycle.log(
                    connection,
                    "issued",
                    item.id,
                    sha256=sha256,
                    path=path,
                    target_hash=targets.hash,
                )
                # What a clerk must know is by when to hand it in, not how long we issue.
                given = granted(connection, cycle.year, item.id)
                deadline = own_window(cycle.pack.calendar, given, item.id, Stage.SUBMIT)
                queue_notice(
                    cycle,
                    connection,
                    department,
                    Stage.ISSUE,
                    "issued",
                    subject=item.key,
                    workbook=cycle.settings.link(path),
                    outline=cycle.settings.link(outline_path),
                    window=deadline,
                )
        return Done(item.id, item.name, "自评工作簿已下达", cycle.settings.link(path))
