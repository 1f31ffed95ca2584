"""G01: the unit code has 18 characters and the right check digit (GB 32100-2015)."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.sources import UNIT_CODES

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(3**i % 31 for i in range(17))


@rule(
    "G01",
    "单位代码不对",
    Severity.ERROR,
    name="unit-code-valid",
    source=UNIT_CODES,
    params={"column": "unit_code"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：统一社会信用代码 18 位，最后一位由前 17 位算出；代码错了，公开和汇总就挂到别的单位名下。
    举例：名册上是 11431125MB18152796，登记表末两位填颠倒，成了 11431125MB18152769，校验位对不上。
    怎么改：照单位法人证书重新填写 18 位代码。
    """
    for place, code in codes(facts, facts.params["column"]):
        why = wrong(code)
        if why:
            yield Draft(
                message=f"单位代码“{code}”不对：{why}。",
                where=(place,),
                found=code,
                expected="18 位统一社会信用代码",
                remedy="照单位法人证书重新填写 18 位代码。",
            )
        elif facts.department is not None and code != facts.department.code:
            yield Draft(
                message=f"单位代码“{code}”与名册上{facts.department.name}的代码不同。",
                where=(place,),
                found=code,
                expected=facts.department.code,
                remedy="改成名册上的代码；代码已变更的，先请财政局更新名册。",
            )


def codes(facts: Facts, column: str) -> Iterator[tuple[Place, str]]:
    """Every unit code written in a register row."""
    for data, section in facts.tables("register"):
        for row in section.rows:
            if any(c.id == column for c in section.columns):
                cell = data.get(f"{section.id}.{row.id}.{column}")
                if not cell.blank:
                    yield facts.table_place(data, section, row.id, column), cell.text.strip()


def wrong(code: str) -> str | None:
    """Why a code cannot be right, ``None`` if it can.

    Source: GB 32100-2015: the last character makes the sum of the characters' values, weighted
    with 3^i mod 31, a multiple of 31; I, O, Z, S and V are not used.
    """
    if len(code) != 18:
        return f"有 {len(code)} 位，应为 18 位"
    strange = [char for char in code if char not in _ALPHABET]
    if strange:
        return f"含有不使用的字符“{'、'.join(strange)}”"
    total = sum(_ALPHABET.index(c) * w for c, w in zip(code, _WEIGHTS, strict=False))
    digit = _ALPHABET[(31 - total % 31) % 31]
    return None if code[-1] == digit else f"最后一位校验位应为 {digit}，写的是 {code[-1]}"
