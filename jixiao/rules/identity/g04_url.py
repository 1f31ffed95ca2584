"""G04: the published address is an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import HOUSE

_URL = re.compile(
    r"https?://(?:[A-Za-z0-9一-鿿](?:[A-Za-z0-9一-鿿-]*[A-Za-z0-9一-鿿])?\.)+"
    r"[A-Za-z一-鿿]{2,}(?::[0-9]{1,5})?(?:/[^\s，。；]*)?"
)


@rule(
    "G04",
    "公开网址写法不对",
    Severity.ERROR,
    name="address-well-formed",
    source=HOUSE,
    params={"column": "url"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：网址写错，公众点不开，等于没有公开。
    举例：网址写成“www.example.gov.cn，财政信息栏”。
    怎么改：复制浏览器地址栏的完整地址，以 http:// 或 https:// 开头，中间没有空格。
    """
    column = facts.params["column"]
    for data, section in facts.tables("register"):
        if not any(c.id == column for c in section.columns):
            continue
        for row in section.rows:
            cell = data.get(f"{section.id}.{row.id}.{column}")
            text = cell.text.strip()
            if cell.blank or _URL.fullmatch(text):
                continue
            yield Draft(
                message=f"{data.form}的公开网址“{text}”不是完整的网址。",
                where=(facts.table_place(data, section, row.id, column),),
                found=text,
                expected="http:// 或 https:// 开头的完整地址",
                remedy="复制浏览器地址栏的完整地址，不加说明文字和空格。",
            )
