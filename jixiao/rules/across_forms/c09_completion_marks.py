"""C09: full marks for completion while an output indicator fell short."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.scores import RowScore, State
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import indicator_place, score_place, scored, title_of
from jixiao.rules.support.projects import siblings
from jixiao.rules.support.rows import rate_of
from jixiao.rules.support.sources import HOUSE

_GROUPS = {"实际完成率": ("数量指标",), "完成及时率": ("时效指标",), "质量达标率": ("质量指标",)}


@rule(
    "C09",
    "评价表给满分而自评表没有完成",
    Severity.WARNING,
    name="rubric-fits-indicators",
    source=HOUSE,
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：附件4 的完成率、及时率、达标率应当和附件3 的数量、时效、质量指标相符。
    举例：附件3 农产品网上交易额目标 2.5 亿元、完成 2.37 亿元，附件4 实际完成率仍给 7/7。
    怎么改：按附件3 的完成情况改附件4 的得分，或说明理由。
    """
    for data, score in scored(facts):
        section = facts.forms[data.form].role("rubric")
        for row in score.rows if section is not None else ():
            if row.claimed is None or row.claimed != row.weight:
                continue
            groups = _GROUPS.get(rate_of(facts, data, row) or "")
            if groups is None:
                continue
            fell = facts.once("fell short", lambda: _fell_short(facts))
            short = [
                (copy, other)
                for copy in siblings(facts, data)
                for other, level2 in fell.get(id(copy), ())
                if any(group in level2 for group in groups)
            ]
            if not short:
                continue
            names = "、".join(f"“{other.name}”" for _, other in short)
            yield Draft(
                message=f"{title_of(facts, data)}“{row.name}”给满分 {plain(row.claimed)} 分，"
                f"而{title_of(facts, short[0][0])}{names}没有完成目标。",
                where=(
                    score_place(facts, data, row, "score"),
                    *(
                        indicator_place(facts, copy, other.indicator, "actual")
                        for copy, other in short
                        if other.indicator is not None
                    ),
                ),
                found=plain(row.claimed),
                expected=f"低于 {plain(row.claimed)}",
                remedy="按自评表的完成情况改评价表的得分，或说明理由。",
            )


def _fell_short(facts: Facts) -> dict[int, list[tuple[RowScore, str]]]:
    """Indicators below their target, with their second level, by form copy."""
    return {
        id(data): [
            (row, row.indicator.level2)
            for row in score.rows
            if row.indicator is not None
            and row.state is State.SCORED
            and row.ratio is not None
            and row.ratio < 1
        ]
        for data, score in scored(facts)
    }
