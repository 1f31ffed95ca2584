"""B14: weights that differ from the year's default need a reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Place, Severity
from jixiao.rules._cells import indicator_place, score_place, scored, title_of
from jixiao.rules._rows import approved
from jixiao.rules._text import bare
from jixiao.rules.base import Draft, Facts, number, plain, rule
from jixiao.scoring.model import FormScore
from jixiao.submission import FormData

_NOTHING = Decimal(0)


@rule("B14", "各组分值与默认不同", Severity.WARNING)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：预算执行、产出、效益、满意度有默认分值，可以调整，但要有理由，防止把分都放在容易得的地方。
    举例：默认执行 10、产出 50、效益 30、满意度 10，自评表为 5、70、15、5。
    怎么改：改回默认分值，或写明调整理由；批复的目标已经这样定的不用改。
    """
    for data, score in scored(facts):
        if not data.indicators or approved(facts, data) is not None:
            continue  # approved with the targets: B12 looks at changes since
        default = facts.policy.group_weights.current
        own = _weights(facts, data, score, tuple(default))
        differ = {name: own[name] for name in default if own[name][0] != default[name]}
        if not differ:
            continue
        found = "、".join(f"{name} {plain(points)}" for name, (points, _) in own.items())
        expected = "、".join(f"{name} {plain(points)}" for name, points in default.items())
        yield Draft(
            message=f"{title_of(facts, data)}各组分值为 {found}，默认为 {expected}。",
            where=tuple(place for _, places in differ.values() for place in places[:1]),
            found=found,
            expected=expected,
            remedy="改回默认分值，或在表下写明调整理由。",
        )


def _weights(
    facts: Facts, data: FormData, score: FormScore, names: tuple[str, ...]
) -> dict[str, tuple[Decimal, list[Place]]]:
    """Points and places of each default group as this form has them."""
    own: dict[str, tuple[Decimal, list[Place]]] = {}
    for name in names:
        rows = [row for row in data.indicators if bare(row.level1) == bare(name)]
        if rows:
            points = sum((number(row.weight) or _NOTHING for row in rows), _NOTHING)
            header = next((g for g in data.groups if bare(g.level1) == bare(name)), None)
            place = (
                facts.place(data, header.cell, f"{name} {plain(points)} 分")
                if header is not None
                else indicator_place(facts, data, rows[0], "weight")
            )
            own[name] = points, [place]
        elif "执行" in name:
            execution = [row for row in score.rows if row.kind == "execution"]
            points = sum((row.weight or _NOTHING for row in execution), _NOTHING)
            own[name] = points, [score_place(facts, data, row, "weight") for row in execution]
        else:
            own[name] = _NOTHING, []
    return own
