"""B14: weights that differ from the year's default need a reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.model.findings import Place, Severity
from jixiao.model.scores import FormScore
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, number, plain, rule
from jixiao.rules.support.cells import indicator_place, score_place, scored, sheet_place, title_of
from jixiao.rules.support.rows import approved
from jixiao.rules.support.sources import SCORING
from jixiao.rules.support.text import bare

_NOTHING = Decimal(0)


@rule(
    "B14",
    "各组分值与默认不同",
    Severity.WARNING,
    name="default-group-weights",
    source=SCORING.at("各组的默认分值"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：预算执行、产出、效益、满意度有默认分值，可以调整，但要有理由，防止把分都放在容易得的地方。
    举例：默认执行 10、产出 50、效益 30、满意度 10，自评表为 10、70、15、5。
    怎么改：改回默认分值，或写明调整理由；批复的目标已经这样定的不用改。
    """
    default = facts.policy.group_weights.current
    names = {name: bare(name) for name in default}
    alike: dict[str, list[FormData]] = {}
    places: list[Place] = []
    for data, score in scored(facts):
        if not data.indicators or approved(facts, data) is not None:
            continue  # approved with the targets: B12 looks at changes since
        own = _weights(data, score, names)
        differ = [name for name in default if own[name] != default[name]]
        if differ:
            found = "、".join(f"{name} {plain(points)}" for name, points in own.items())
            alike.setdefault(found, []).append(data)
            places += [
                place
                for name in differ
                if (place := _place(facts, data, score, name, own[name])) is not None
            ]
    if not alike:
        return
    forms = [data for copies in alike.values() for data in copies]
    expected = "、".join(f"{name} {plain(points)}" for name, points in default.items())
    said = "；".join(
        f"{'、'.join(title_of(facts, data) for data in copies)}为 {found}"
        for found, copies in alike.items()
    )
    yield Draft(
        message=f"各组分值与默认（{expected}）不同：{said}。",
        where=tuple(places) or (sheet_place(forms[0], "各组分值"),),
        found=said,
        expected=expected,
        difference=f"{len(forms)} 张表",
        remedy="改回默认分值，或在表下写明调整理由。",
    )


def _weights(data: FormData, score: FormScore, names: dict[str, str]) -> dict[str, Decimal]:
    """Points of each default group as this form has them.

    Args:
        names: the groups' names with their plain forms.
    """
    sums: dict[str, Decimal] = {}
    for row in data.indicators:
        group = bare(row.level1)
        sums[group] = sums.get(group, _NOTHING) + (number(row.weight) or _NOTHING)
    execution = sum(
        (row.weight or _NOTHING for row in score.rows if row.kind == "execution"), _NOTHING
    )
    return {
        name: execution
        if "执行" in name and plain_name not in sums
        else sums.get(plain_name, _NOTHING)
        for name, plain_name in names.items()
    }


def _place(
    facts: Facts, data: FormData, score: FormScore, name: str, points: Decimal
) -> Place | None:
    """Where a group's points stand: its header, else its first row; the execution's own row."""
    group = bare(name)
    header = next((g for g in data.groups if bare(g.level1) == group), None)
    if header is not None:
        return facts.place(data, header.cell, f"{name} {plain(points)} 分")
    row = next((row for row in data.indicators if bare(row.level1) == group), None)
    if row is not None:
        return indicator_place(facts, data, row, "weight")
    execution = next((row for row in score.rows if row.kind == "execution"), None)
    if execution is not None and "执行" in name:
        return score_place(facts, data, execution, "weight")
    return None
