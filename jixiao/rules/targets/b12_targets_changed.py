"""B12: the targets are those approved."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.model.submission import Cell, FormData, IndicatorRow
from jixiao.model.targets import FormTargets, TargetRow
from jixiao.rules.support.base import Draft, Facts, number, rule
from jixiao.rules.support.cells import indicator_place, sheet_place, title_of
from jixiao.rules.support.rows import same_value
from jixiao.rules.support.sources import APPROVED
from jixiao.rules.support.text import bare
from jixiao.values import parse


@rule("B12", "目标与批复的不一致", Severity.ERROR, name="targets-as-approved", source=APPROVED)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：自评以批复的目标为准，事后改目标、改分值、删指标都会让结果失真。
    举例：批复“引进项目 30 个、10 分”，自评表改成“25 个、5 分”。
    怎么改：恢复批复的目标值和分值；经批准调整的，先办理目标调整再报自评。
    """
    if facts.targets is None:
        return
    for data in facts.submission.forms:
        approved = facts.targets.of(data.form, data.project)
        if approved is None or not data.indicators:
            continue
        changes = list(_changes(facts, data, approved))
        if changes:
            yield Draft(
                message=f"{title_of(facts, data)}有 {len(changes)} 处与批复的目标不一致："
                f"{'；'.join(text for text, _ in changes[:3])}{'等' if len(changes) > 3 else ''}。",
                where=tuple(place for _, place in changes),
                found="；".join(text for text, _ in changes),
                expected="与批复一致",
                remedy="恢复批复的目标值和分值；经批准调整的，先办理目标调整再报自评。",
            )


def _changes(facts: Facts, data: FormData, approved: FormTargets) -> Iterator[tuple[str, Place]]:
    filed = {_key(row.level1, row.name.text): row for row in data.indicators if not row.name.blank}
    known = {_key(row.level1, row.name): row for row in approved.rows}
    for key, row in known.items():
        if key not in filed:
            yield f"缺少“{row.name}”", sheet_place(data, f"缺少批复的指标“{row.name}”")
            continue
        yield from _row_changes(facts, data, row, filed[key])
    for key, filed_row in filed.items():
        if key not in known:
            yield f"多出“{filed_row.name.text}”", indicator_place(facts, data, filed_row, "name")


def _row_changes(
    facts: Facts, data: FormData, approved: TargetRow, filed: IndicatorRow
) -> Iterator[tuple[str, Place]]:
    name, text = approved.name, filed.target.text.strip()
    scored_blank = filed.target.blank and number(filed.score)  # B01 has it
    if (
        not scored_blank
        and text != approved.target.strip()
        and not same_value(parse(text, name=name), parse(approved.target, name=name))
    ):
        yield (
            f"“{name}”目标批复 {approved.target or '（空白）'}、现为 {text or '（空白）'}",
            indicator_place(facts, data, filed, "target"),
        )
    weight = number(Cell(approved.weight))
    if weight is not None and number(filed.weight) != weight:
        yield (
            f"“{name}”分值批复 {approved.weight}、现为 {filed.weight.text or '（空白）'}",
            indicator_place(facts, data, filed, "weight"),
        )


def _key(level1: str, name: str) -> tuple[str, str]:
    return bare(level1), bare(name)
