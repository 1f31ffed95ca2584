"""B07: words where the filing itself has a number."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import indicator_place, scored, title_of
from jixiao.rules.support.sources import TARGETS
from jixiao.rules.support.text import bare, without_verb
from jixiao.values import Kind


@rule(
    "B07",
    "能量化的指标用了文字",
    Severity.ADVICE,
    name="figures-instead-of-words",
    source=TARGETS,
    params={"shortest": "4"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：同一件事在别的表里有数，这里只写“效果明显”，既不可衡量也不好核对。
    举例：“提高工业总产值”目标写效果明显，而部门表里工业总产值有 63.36 亿元。
    怎么改：目标和完成值都改成数；或换成真正只能定性的指标。
    """
    shortest = int(facts.params["shortest"])
    numeric = [
        (data, row.indicator, bare(row.name))
        for data, score in scored(facts)
        for row in score.rows
        if row.indicator is not None and row.actual is not None and row.actual.kind is Kind.QUANTITY
    ]
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None or row.target is None:
                continue
            name = without_verb(row.name)
            if row.target.kind is not Kind.QUALITATIVE or len(name) < shortest:
                continue
            for other, indicator, known in numeric:
                if name in known:
                    yield Draft(
                        message=f"{title_of(facts, data)}“{row.name}”写“{row.target.text.strip()}”，"
                        f"而{title_of(facts, other)}“{indicator.name.text}”有数"
                        f" {indicator.actual.text.strip()}。",
                        where=(
                            indicator_place(facts, data, row.indicator, "target"),
                            indicator_place(facts, other, indicator, "actual"),
                        ),
                        found=row.target.text.strip(),
                        expected="可以衡量的数",
                        remedy="目标和完成值都改成数，或换成真正只能定性的指标。",
                    )
                    break
