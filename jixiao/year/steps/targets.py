"""绩效目标: templates out, proposals checked, an officer's decision."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection

from jixiao.errors import JixiaoError
from jixiao.installation.signing import current_key
from jixiao.model.forms import Form
from jixiao.model.targets import FormTargets, TargetSet
from jixiao.policy import Department, Stage
from jixiao.store.targets import (
    TargetRecord,
    decide_targets,
    issued_records,
    put_issued,
    target_records,
)
from jixiao.values import Kind, NumberError, parse, parse_number
from jixiao.workbooks import target_template
from jixiao.year.base import Cycle, Done, Item, content_hash, file_name
from jixiao.year.deliver import deliver, deliver_guide, with_guide
from jixiao.year.form_sets import keep_forms
from jixiao.year.notify import queue_notice

HUNDRED = Decimal(100)


class TargetTemplates:
    """Hand every department its target template when the window opens."""

    id = "targets"
    title = "下发绩效目标申报表"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.day < cycle.pack.calendar.window(Stage.TARGETS).opens:
            return []
        with cycle.store.read() as connection:
            done = {
                (r.unit, r.key)
                for r in issued_records(connection, cycle.year)
                if r.kind == "targets"
            }
        items = (Item(d.code, d.name, _key(cycle, d)) for d in cycle.pack.roster.departments)
        return [item for item in items if (item.id, item.key) not in done]

    def do(self, cycle: Cycle, item: Item) -> Done:
        department = cycle.department(item.id)
        name = f"{file_name(department.name)}绩效目标申报表.xlsx"
        deliver_guide(cycle, item.id)
        data = target_template(with_guide(cycle), department)
        path, sha256 = deliver(cycle, item.id, name, data)
        with cycle.store.begin() as connection:
            if put_issued(
                connection,
                cycle.year,
                unit=item.id,
                kind="targets",
                key=item.key,
                sha256=sha256,
                path=path,
                day=cycle.day,
            ):
                keep_forms(cycle, connection)
                cycle.log(connection, "targets_issued", item.id, sha256=sha256, path=path)
                queue_notice(
                    cycle,
                    connection,
                    department,
                    Stage.TARGETS,
                    "targets_opened",
                    subject=item.key,
                    workbook=cycle.settings.link(path),
                )
        return Done(item.id, item.name, "绩效目标申报表已下发", cycle.settings.link(path))


def _key(cycle: Cycle, department: Department) -> str:
    window = cycle.pack.calendar.window(Stage.TARGETS)
    return content_hash(
        "targets",
        cycle.pack.forms_hash,
        department.to_json(),
        window.model_dump_json(),
        "signed" if current_key() else "",
    )


def check_targets(cycle: Cycle, targets: TargetSet) -> list[str]:
    """What an officer should know before deciding: one Chinese sentence a problem.

    Checked are weights that make 100, measurable values, missing goals and empty lists.
    """
    if not targets.forms:
        return ["申报表里没有任何绩效指标。"]
    return [
        problem
        for form_targets in targets.forms
        for problem in _check_form(cycle.pack.forms[form_targets.form], form_targets)
    ]


def _check_form(form: Form, targets: FormTargets) -> list[str]:
    name = f"{form.id}（{targets.project}）" if targets.project else form.id
    problems = []
    if not targets.goal.strip():
        problems.append(f"{name}：没有填写年度总体目标。")
    if not targets.rows:
        problems.append(f"{name}：没有绩效指标。")
    total = Decimal(0)
    for label, text in [
        ("预算执行率", targets.execution_weight),
        *((r.name, r.weight) for r in targets.rows),
    ]:
        try:
            total += parse_number(text) or Decimal(0)
        except NumberError as error:
            problems.append(f"{name}：“{label}”的分值“{text}”读不出来，{error.message}")
    if targets.rows and total != HUNDRED:
        problems.append(f"{name}：分值合计 {total} 分，应为 100 分，相差 {HUNDRED - total} 分。")
    for row in targets.rows:
        value = parse(row.target, name=row.name, role="target")
        if value.error is not None:
            problems.append(f"{name}：“{row.name}”的指标值“{row.target}”读不出来，{value.error}")
        elif value.kind is Kind.BLANK:
            problems.append(f"{name}：“{row.name}”没有填写指标值。")
        elif value.kind is Kind.QUALITATIVE and value.band is None:
            problems.append(
                f"{name}：“{row.name}”的指标值“{row.target}”难以衡量，请改为可量化的值。"
            )
    if form.indicators is not None:
        present = {r.level1 for r in targets.rows}
        problems += [
            f"{name}：缺少{group.title}。"
            for group in form.indicators.groups
            if targets.rows and group.title not in present
        ]
    return problems


def approved(connection: Connection, year: int, unit: str | None = None) -> dict[str, TargetRecord]:
    """The approved target set of every department (of one alone) that has one: the newest."""
    return {r.unit: r for r in target_records(connection, year, unit) if r.status == "approved"}


def proposals(cycle: Cycle) -> list[TargetRecord]:
    """The newest proposal of every department that made one, in roster order."""
    with cycle.store.read() as connection:
        newest = {r.unit: r for r in target_records(connection, cycle.year)}
    return [newest[d.code] for d in cycle.pack.roster.departments if d.code in newest]


def approve(cycle: Cycle, unit: str, officer: str) -> TargetRecord:
    """A named officer approves the department's newest proposal.

    Raises:
        JixiaoError: nobody is named, or there is nothing to approve.
    """
    return _decide(cycle, unit, officer, "approved", "")


def return_targets(cycle: Cycle, unit: str, officer: str, reason: str) -> TargetRecord:
    """A named officer sends the department's newest proposal back with a reason."""
    if not reason.strip():
        raise JixiaoError("退回绩效目标须写明原因。")
    return _decide(cycle, unit, officer, "returned", reason)


def _decide(cycle: Cycle, unit: str, officer: str, status: str, reason: str) -> TargetRecord:
    if not officer.strip():
        raise JixiaoError("批复或退回绩效目标须写明经办人姓名。")
    department = cycle.department(unit)
    with cycle.store.begin() as connection:
        records = target_records(connection, cycle.year, unit)
        if not records:
            raise JixiaoError(f"{department.name}还没有申报 {cycle.year} 年度绩效目标。")
        newest = records[-1]
        if newest.status == status:
            return newest
        if newest.status != "proposed":
            words = {"approved": "批复", "returned": "退回"}
            raise JixiaoError(
                f"{department.name}最近一次申报已由{newest.decided_by}于 {newest.decided_on} "
                f"{words[newest.status]}；如需改变，请让单位重新申报。"
            )
        decide_targets(
            connection, newest.id, status=status, officer=officer, reason=reason, day=cycle.day
        )
        cycle.as_actor(officer).log(
            connection, f"targets_{status}", unit, hash=newest.hash, reason=reason
        )
        queue_notice(
            cycle,
            connection,
            department,
            Stage.TARGETS,
            f"targets_{status}",
            subject=newest.hash,
            officer=officer,
            reason=reason,
            problems=newest.problems,
        )
        return target_records(connection, cycle.year, unit)[-1]
