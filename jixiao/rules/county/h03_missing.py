"""H03: a department of the roster that handed in nothing."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.county import county_of
from jixiao.rules.support.sources import HOUSE


@rule("H03", "名册里的单位没有报送", Severity.ADVICE, name="every-department-filed", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：汇总和公开要覆盖全部预算单位，少一家，全县的数就不完整。
    举例：收到 5 家，名册里还有 1 家没有报。
    怎么改：催报；单位已撤并的，在名册里写明并入哪里。
    """
    about = county_of(facts)
    if about is None or about[1] not in about[0].missing:
        return
    county, unit = about
    name = county.names.get(unit, unit)
    yield Draft(
        message=f"{name}没有报送 {facts.year} 年度自评材料，"
        f"全县已报 {len(county.filings)} 家，未报 {len(county.missing)} 家。",
        where=(Place("", "", "", f"{name}的全部自评材料"),),
        found="（没有报送）",
        expected="按时报送",
        remedy="催报；单位已撤并的，在名册里写明并入哪里。",
    )
