"""What changed between two filings of a department, cell by cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jixiao.model.forms import Form
from jixiao.model.submission import NOTHING, Cell, FormData, IndicatorRow, Submission

_COLUMNS = {
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "explanation": "偏差原因",
    "sign": "指标性质",
    "unit": "计量单位",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is another now.

    Attributes:
        form, project: whose form.
        sheet, cell: where it stands now; where it stood, if it is gone.
        name: what it is, in the words of the form.
        before, after: both texts, ``""`` for a blank.
    """

    form: str
    project: str | None
    sheet: str
    cell: str
    name: str
    before: str
    after: str


_Values = dict[tuple[str, ...], tuple[str, Cell]]


def diff(
    before: Submission, after: Submission, forms: Mapping[str, Form] | None = None
) -> list[Change]:
    """Every value that differs, in the order of the later filing; then what is gone.

    White space at the ends and ways of leaving a cell blank are no difference. Paragraphs are
    compared as a whole: one that was edited is one change.

    Args:
        forms: the year's forms, for the names of cells; without them their ids are the names.
    """
    changes: list[Change] = []
    old = {(d.form, d.project): d for d in before.forms}
    new = {(d.form, d.project): d for d in after.forms}
    for ticket in (*new, *(t for t in old if t not in new)):
        form = (forms or {}).get(ticket[0])
        one, other = old.get(ticket), new.get(ticket)
        left = dict(_values(one, form)) if one else {}
        right = dict(_values(other, form)) if other else {}
        changes += _changed(ticket, left, right)
        changes += _paragraphs(ticket, one, other)
    return changes


def _said(cell: Cell) -> str:
    if cell.problem is not None:
        return cell.text.strip() or cell.problem
    return "" if cell.blank else cell.text.strip()


def _changed(ticket: tuple[str, str | None], left: _Values, right: _Values) -> Iterator[Change]:
    for key in (*right, *(k for k in left if k not in right)):
        name, now = right.get(key, ("", NOTHING))
        was_name, was = left.get(key, ("", NOTHING))
        if _said(was) != _said(now):
            place = now if now.sheet else was
            yield Change(*ticket, place.sheet, place.cell, name or was_name, _said(was), _said(now))


def _values(
    data: FormData, form: Form | None
) -> Iterator[tuple[tuple[str, ...], tuple[str, Cell]]]:
    """Every value of a form under a key that stays the same when rows move."""
    labels = {address: label.text for address, label in data.labels.items() if not label.blank}
    for address, label in data.labels.items():
        yield ("label", labels.get(address, address)), ("项目名称", label)
    for address, cell in data.cells.items():
        row, _, column = address.rpartition(".")
        yield ("cell", labels.get(row, row), column), (_name(data, form, address), cell)
    seen: dict[tuple[str, str, str], int] = {}
    for indicator in data.indicators:
        yield from _indicator(indicator, seen)
    for group in data.groups:
        points = Cell(group.points or "", group.cell.sheet, group.cell.cell)
        yield ("group", group.level1), (f"{group.level1}·标注分值", points)
    yield ("total", "weight"), ("总分·分值", data.total_weight)
    yield ("total", "score"), ("总分·得分", data.total_score)


def _indicator(
    row: IndicatorRow, seen: dict[tuple[str, str, str], int]
) -> Iterator[tuple[tuple[str, ...], tuple[str, Cell]]]:
    ticket = (row.level1, row.level2, row.name.text.strip())
    seen[ticket] = number = seen.get(ticket, 0) + 1
    base = ("indicator", *ticket, str(number))
    yield (*base, "name"), ("三级指标", row.name)
    for column, title in _COLUMNS.items():
        yield (*base, column), (f"{row.name.text}·{title}", getattr(row, column))


def _name(data: FormData, form: Form | None, address: str) -> str:
    """``三公经费·2023年决算数`` for a cell's address, without the year where a form names one."""
    section, row, column = address.split(".", 2)
    table = next((t for t in form.tables() if t.id == section), None) if form else None
    label = data.labels.get(f"{section}.{row}")
    if table is None:
        return address
    title = label.text if label is not None else table.row(row).title
    parts = (title or table.title, table.column(column).title)
    plain = "·".join(part for part in parts if part)
    return plain.replace("{year}", "本").replace("{last_year}", "上").strip()


def _paragraphs(
    ticket: tuple[str, str | None], before: FormData | None, after: FormData | None
) -> Iterator[Change]:
    """Text that was edited, added or taken out."""
    left = before.paragraphs if before else []
    right = after.paragraphs if after else []
    matcher = difflib.SequenceMatcher(
        None, [p.text.strip() for p in left], [p.text.strip() for p in right], autojunk=False
    )
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        for offset in range(max(i_end - i, j_end - j)):
            was = left[i + offset] if i + offset < i_end else None
            now = right[j + offset] if j + offset < j_end else None
            place = now or was
            assert place is not None
            yield Change(
                *ticket,
                place.sheet,
                place.cell,
                "正文",
                was.text.strip() if was else "",
                now.text.strip() if now else "",
            )
