"""A13: what must be filled is filled."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Place, Severity
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, number, rule
from jixiao.rules.support.cells import indicator_place, row_ids, title_of, total_place
from jixiao.rules.support.sources import HOUSE


@rule("A13", "必填项空白", Severity.ERROR, name="required-cells-filled", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：必填的数缺了，执行率、得分和表间核对都算不出来。
    举例：年度资金总额的全年执行数空白；总分一格没有填。
    怎么改：把列出的各格补齐；确实没有金额的填 0。
    """
    for data in facts.submission.forms:
        blanks = [*_cells(facts, data), *_rows(facts, data)]
        if blanks:
            names = "、".join(place.text.removesuffix(" （空白）") for place in blanks[:4])
            more = f"等 {len(blanks)} 处" if len(blanks) > 4 else ""
            yield Draft(
                message=f"{title_of(facts, data)}有必填项空白：{names}{more}。",
                where=tuple(blanks),
                found="（空白）",
                expected="填写",
                difference=f"缺 {len(blanks)} 处",
                remedy="把列出的各格补齐，没有金额的填 0。",
            )


def _cells(facts: Facts, data: FormData) -> Iterator[Place]:
    for section in facts.forms[data.form].tables():
        if section.role in {"identity", "register"}:
            continue  # G02 and G03 look at these
        for row in section.rows:
            for each in row_ids(data, section, row):
                for column in row.required:
                    if data.get(f"{section.id}.{each}.{column}").blank:
                        yield facts.table_place(data, section, each, column)


def _rows(facts: Facts, data: FormData) -> Iterator[Place]:
    if not data.indicators:
        return
    for row in data.indicators:
        if row.name.blank:
            continue
        for which in ("weight", "score"):
            if getattr(row, which).blank:
                yield indicator_place(facts, data, row, which)
        if not number(row.score):  # with points it is B01
            for which in ("target", "actual"):
                if getattr(row, which).blank:
                    yield indicator_place(facts, data, row, which)
    if data.total_weight.blank:
        yield total_place(facts, data, "weight")
    if data.total_score.blank:
        yield total_place(facts, data, "score")
