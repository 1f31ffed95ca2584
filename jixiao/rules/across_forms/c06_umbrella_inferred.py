"""C06: say so where an umbrella project was inferred."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.across_forms.c05_umbrella import line_places, places
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.projects import executed, umbrella
from jixiao.rules.support.sources import HOUSE


@rule("C06", "推断为总项目，未重复相加", Severity.ADVICE, name="umbrella-inferred", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：没有批复的项目清单时，一个项目的金额恰好等于其余项目之和，按包含关系理解，不再相加。
    举例：事业发展专项资金 771.32 等于其余四个项目之和。
    怎么改：不用改；如果不是包含关系，请在项目清单里分开列明。
    """
    if facts.department is not None:
        return
    found = umbrella(facts)
    if found is None:
        return
    whole, parts = found
    total = executed(facts, whole)
    assert total is not None
    names = "、".join(part.name for part in parts)
    yield Draft(
        message=f"推断“{whole.name}”包含{names}：它的执行数 {plain(total)} 等于这些项目之和，"
        "核对时没有重复相加。",
        where=places(facts, whole, "executed")
        + tuple(place for part in parts for place in line_places(facts, part)),
        found=plain(total),
        expected="与项目清单的上下级关系一致",
        remedy="不用改；如果不是包含关系，请在项目清单里分开列明。",
    )
