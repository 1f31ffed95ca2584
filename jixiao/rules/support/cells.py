"""Places of indicator rows, totals and whole sheets, and figures out of cells."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from jixiao.model.findings import Place
from jixiao.model.forms import CellType, Column, Row, TableSection
from jixiao.model.scores import FormScore, RowScore
from jixiao.model.submission import Cell, FormData, IndicatorRow
from jixiao.rules.support.base import Facts, number

_TITLES = {
    "name": "三级指标",
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "explanation": "偏差原因分析及改进措施",
}


def indicator_place(facts: Facts, data: FormData, row: IndicatorRow, column: str) -> Place:
    """``补助金额·实际完成值 367.32万元`` at its cell."""
    cell: Cell = getattr(row, column)
    titles = facts.once(f"titles {data.form}", lambda: _titles(facts, data.form))
    title = titles.get(column, _TITLES[column])
    address = cell if cell.cell else Cell(cell.text, cell.sheet or row.name.sheet, row.name.cell)
    return facts.place(data, address, f"{row.name.text}·{title} {shown(cell)}")


def _titles(facts: Facts, form: str) -> dict[str, str]:
    """What the columns of a form's indicators are called, by their meaning."""
    section = facts.forms[form].indicators
    return {c.id: c.title for c in section.columns} if section is not None else {}


def total_place(facts: Facts, data: FormData, column: str) -> Place:
    """The printed total of an indicator form: ``总分·分值 100``."""
    section = facts.forms[data.form].indicators
    title = section.total_title if section is not None else "总分"
    cell = data.total_weight if column == "weight" else data.total_score
    return facts.place(data, cell, f"{title}·{_TITLES[column]} {shown(cell)}")


def score_place(facts: Facts, data: FormData, row: RowScore, column: str) -> Place:
    """A scored row's weight or score cell: ``年度资金总额·分值 5``."""
    cell = row.weight_cell if column == "weight" else row.score_cell
    return facts.place(data, cell, f"{row.name}·{_TITLES[column]} {shown(cell)}")


def sheet_place(data: FormData, text: str) -> Place:
    """A whole sheet or report."""
    return Place(data.form, data.sheet, "", text, data.project)


def shown(cell: Cell) -> str:
    return cell.problem or cell.text.strip() or "（空白）"


def scored(facts: Facts) -> list[tuple[FormData, FormScore]]:
    """Every scored form with the copy it was scored from."""
    return facts.once("scored", lambda: list(_scored(facts)))


def score_at(facts: Facts, data: FormData) -> FormScore | None:
    """The scored form of a copy."""
    by_id = facts.once("scores", lambda: {id(data): score for data, score in scored(facts)})
    return by_id.get(id(data))


def _scored(facts: Facts) -> Iterator[tuple[FormData, FormScore]]:
    for data in facts.submission.forms:
        score = facts.score_of(data)
        if score is not None:
            yield data, score


def title_of(facts: Facts, data: FormData) -> str:
    """How a sentence names a form copy: ``附件3《招商引资工作经费》``."""
    return f"{data.form}《{data.project}》" if data.project else data.form


def row_ids(data: FormData, section: TableSection, row: Row) -> list[str]:
    """The ids under which a row of the form stands in a filing: itself, or each of its repeats."""
    return [each for each, _ in data.repeated(section.id, row.id)] if row.repeat else [row.id]


def amounts(section: TableSection) -> list[Column]:
    """Columns of plain figures: no rates, no texts, nothing worked out from other columns."""
    return [c for c in section.columns if c.type is CellType.NUMBER and c.formula is None]


def money_columns(section: TableSection) -> list[Column]:
    """Amount columns that are not points."""
    return [c for c in amounts(section) if c.unit != "分"]


def share(cell: Cell) -> tuple[Decimal, int] | None:
    """A rate cell as a share and the number of decimals of its percentage.

    ``78.05%`` → (0.7805, 2). A bare figure above 2 is meant in per cent (78.05), below it is a
    share (0.7805).
    """
    text = cell.text.strip().replace("％", "%").replace(" ", "")
    if cell.blank or cell.problem is not None:
        return None
    body = text.removesuffix("%")
    try:
        value = Decimal(body)
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    places = len(body.partition(".")[2])
    if text.endswith("%") or value > 2:
        return value / 100, places
    return value, max(places - 2, 0)


def places_of(cell: Cell) -> int:
    """Printed decimals of a figure."""
    return len(cell.text.strip().partition(".")[2])


def figure(data: FormData, section: TableSection, row: str, column: str) -> Decimal | None:
    return number(data.get(f"{section.id}.{row}.{column}"))


def subtotal(data: FormData, section: TableSection, row: str, column: str) -> Decimal | None:
    """A row's own figure, else the sum of its complete breakdown; ``None`` if nothing stands."""
    own = figure(data, section, row, column)
    return own if own is not None else breaks_up(data, section, row, column)


def parts_of(data: FormData, section: TableSection, row: str) -> list[str]:
    """Ids of the rows that are the complete breakdown of a row, repeats spelt out."""
    return [
        each
        for child in section.row(row).sum_of
        for each in row_ids(data, section, section.row(child))
    ]


def breaks_up(data: FormData, section: TableSection, row: str, column: str) -> Decimal | None:
    """The sum of a row's complete breakdown, ``None`` where it has none or none is filled."""
    parts = [subtotal(data, section, each, column) for each in parts_of(data, section, row)]
    standing = [p for p in parts if p is not None]
    return sum(standing, Decimal(0)) if standing else None
