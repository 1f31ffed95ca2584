"""G05: the right year on every title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import sheet_place
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import normal

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})年?度?")


@rule("G05", "年度不对", Severity.ERROR, name="title-of-the-right-year", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：标题上的年度与评价年度不符，多半是拿了去年的材料改，内容也可能没有改全。
    举例：评价 2023 年度，标题写“2022 年度项目支出绩效自评报告”。
    怎么改：改成本年度，并检查正文里的年份。
    """
    odd = []
    for data in facts.submission.forms:
        years = {int(year) for year in _YEAR.findall(normal(data.title))}
        if years and facts.year not in years:
            odd.append((sheet_place(data, data.title), max(years)))
    if odd:
        years_found = "、".join(str(year) for year in dict.fromkeys(year for _, year in odd))
        yield Draft(
            message=f"标题写的是 {years_found} 年度，本次评价的是 {facts.year} 年度。",
            where=tuple(place for place, _ in odd),
            found=years_found,
            expected=str(facts.year),
            remedy="改成本年度，并检查正文里的年份。",
        )
