"""A12: every figure can be read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from jixiao.model.findings import Place, Severity
from jixiao.model.forms import CellType
from jixiao.model.submission import Cell, FormData
from jixiao.rules.support.base import Draft, Facts, read_number, rule
from jixiao.rules.support.cells import indicator_place, share, total_place
from jixiao.rules.support.sources import HOUSE

_REMEDY = "按原始凭证重新填写这个数：只写数字和小数点，单位按表头，不带空格和多余的符号。"


@rule("A12", "数字读不出来或单元格出错", Severity.ERROR, name="figures-readable", source=HOUSE)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：读不出来的数不能猜，猜错就会算错得分；单元格出错的值也不能采用。
    举例：决算数写成 7,00.0,77；单元格显示 #REF!。
    怎么改：把指出的字符改成正常的数字；公式出错的单元格直接填写结果。
    """
    for data in facts.submission.forms:
        yield from _tables(facts, data)
        yield from _lists(facts, data)
    for form in facts.scores:
        for row in form.rows:
            for which, value in (("target", row.target), ("actual", row.actual)):
                if value is None or value.error is None or row.indicator is None:
                    continue
                data = _copy(facts, form.form, form.project, form.sheet)
                if getattr(row.indicator, which).problem is None:
                    place = indicator_place(facts, data, row.indicator, which)
                    yield _draft(data, place, value.text, value.error)


def _copy(facts: Facts, form: str, project: str | None, sheet: str) -> FormData:
    return next(d for d in facts.submission.of(form) if (d.project, d.sheet) == (project, sheet))


def _tables(facts: Facts, data: FormData) -> Iterator[Draft]:
    sections = {section.id: section for section in facts.forms[data.form].tables()}
    for address, cell in data.cells.items():
        if not cell.text and cell.problem is None:
            continue
        table, row, name = address.split(".")
        section = sections[table]
        column = section.column(name)
        problem = cell.problem or _unreadable(cell.text, column.type)
        if problem and column.id not in section.row(row).blocked:
            place = facts.table_place(data, section, row, column.id)
            yield _draft(data, place, cell.text or problem, problem)


def _lists(facts: Facts, data: FormData) -> Iterator[Draft]:
    for row in data.indicators:
        for which, cell, figure in (
            ("target", row.target, False),
            ("actual", row.actual, False),
            ("weight", row.weight, True),
            ("score", row.score, True),
        ):
            problem = cell.problem or (figure and _unreadable(cell.text, CellType.NUMBER))
            if problem:
                place = indicator_place(facts, data, row, which)
                yield _draft(data, place, cell.text or problem, problem)
    for which, cell in (("weight", data.total_weight), ("score", data.total_score)):
        problem = cell.problem or _unreadable(cell.text, CellType.NUMBER)
        if problem:
            yield _draft(data, total_place(facts, data, which), cell.text or problem, problem)


@lru_cache(maxsize=16384)
def _unreadable(text: str, kind: CellType) -> str | None:
    cell = Cell(text)
    if kind is CellType.NUMBER:
        return read_number(text)[1] if not cell.blank else None
    if kind is CellType.PERCENT and not cell.blank and share(cell) is None:
        return f"“{text}”不是一个比率。"
    return None


def _draft(data: FormData, place: Place, found: str, why: str) -> Draft:
    return Draft(
        message=f"{data.form}“{place.text}”读不出来：{why.rstrip('。')}。",
        where=(place,),
        found=found,
        expected="一个能读出的数",
        remedy=_REMEDY,
    )
