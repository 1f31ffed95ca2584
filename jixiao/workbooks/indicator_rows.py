"""Writing the indicator list: approved rows locked, spare rows open, totals live."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from jixiao.model.forms import Group, IndicatorsSection
from jixiao.model.submission import NOTHING, Cell, IndicatorRow
from jixiao.spreadsheet.grid import a1
from jixiao.spreadsheet.text import key, number
from jixiao.workbooks.tables import Writing
from jixiao.workbooks.typed import Typed, typed

WIDTHS = {
    "level1": 14.0,
    "level2": 17.0,
    "name": 24.0,
    "sign": 8.0,
    "target": 14.0,
    "unit": 8.0,
    "actual": 14.0,
    "weight": 9.0,
    "score": 9.0,
    "explanation": 26.0,
    "extra": 12.0,
}
_APPROVED = {"name", "sign", "target", "unit", "weight"}
_FULL = Decimal(100)
_TOLERANCE = Decimal("0.005")


@dataclass(slots=True)
class _Line:
    """A row to write; a spare one has no indicator yet."""

    row: IndicatorRow
    spare: bool


def widths(section: IndicatorsSection) -> list[float]:
    return [WIDTHS[c.id] for c in section.columns]


def write_indicators(w: Writing, section: IndicatorsSection, row: int) -> int:
    """Header, groups and total row; answers with the next free row."""
    for column, item in enumerate(section.columns):
        w.canvas.put(row, column, w.title(item.title), "head")
    first = row + 1
    row = first
    for title, group, rows in _groups(w, section):
        row = _group(w, section, title, group, rows, row)
    ids: list[str] = [c.id for c in section.columns]
    _rules(w, section, ids, first, row - 1)
    _total(w, section, ids, first, row)
    return row + 1


def _groups(
    w: Writing, section: IndicatorsSection
) -> list[tuple[str, Group | None, list[IndicatorRow]]]:
    """The form's groups with their rows, then groups only the department has."""
    rows = w.data.indicators
    found: list[tuple[str, Group | None, list[IndicatorRow]]] = []
    used: set[str] = set()
    for group in section.groups:
        names = {key(group.title), *map(key, group.aliases)}
        own = [r for r in rows if key(r.level1) in names]
        used |= names
        found.append((own[0].level1 if own else group.title, group, own))
    others = [r for r in rows if key(r.level1) not in used]
    for name, members in groupby(others, key=lambda r: r.level1):
        found.append((name, None, list(members)))
    return found


def _lines(
    section: IndicatorsSection,
    title: str,
    group: Group | None,
    rows: list[IndicatorRow],
    *,
    approved: bool,
) -> list[_Line]:
    """Given rows and spare ones; without approved rows, an open row for every second level."""
    lines = [_Line(r, False) for r in rows]
    if group is None:
        return lines
    if approved:
        empty = IndicatorRow(title, "", *[NOTHING] * 5)
        return [*lines, *[_Line(empty, True)] * section.spare_rows]
    have = {key(r.level2) for r in rows}
    for subgroup in group.subgroups:
        spare = IndicatorRow(title, subgroup, *[NOTHING] * 5)
        count = section.spare_rows + (key(subgroup) not in have)
        lines.extend([_Line(spare, True)] * count)
    return lines


def _group(
    w: Writing,
    section: IndicatorsSection,
    title: str,
    group: Group | None,
    rows: list[IndicatorRow],
    row: int,
) -> int:
    lines = _lines(section, title, group, rows, approved=w.sheet.approved)
    if not lines:
        return row
    points = next((g.points for g in w.data.groups if key(g.level1) == key(title)), None)
    ids = [c.id for c in section.columns]
    head = f"{title}（{points}分）" if points is not None else title
    column = ids.index("level1")
    w.canvas.put(row, column, head, "label_center", to=(row + len(lines) - 1, column))
    _second_level(w, ids.index("level2"), group, lines, row)
    for line in lines:
        _line(w, section, line, row)
        row += 1
    return row


def _second_level(
    w: Writing, column: int, group: Group | None, lines: list[_Line], row: int
) -> None:
    """Approved rows share a merged cell; a spare row chooses from the group's list."""
    for (name, spare), members in groupby(lines, key=lambda n: (n.row.level2, n.spare)):
        count = len(list(members))
        if not spare:
            w.canvas.put(row, column, name, "label_center", to=(row + count - 1, column))
        else:
            for at in range(row, row + count):
                w.canvas.put(at, column, name, "input")
            if group is not None:
                w.canvas.allow((row, column, row + count - 1, column), _subgroup_rule(group))
        row += count


def _subgroup_rule(group: Group) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(group.subgroups),
        "input_title": "二级指标",
        "input_message": "增加指标时，从下拉列表里选二级指标。用不到的空行不用管。",
        "error_title": "只能选择",
        "error_message": "请从下拉列表里选择二级指标。",
    }


def _line(w: Writing, section: IndicatorsSection, line: _Line, row: int) -> None:
    w.canvas.grow(row)
    for column, item in enumerate(section.columns):
        if item.id in {"level1", "level2"}:
            continue
        cell: Cell = getattr(line.row, item.id, NOTHING)
        locked = w.sheet.approved and not line.spare and item.id in _APPROVED
        wide = item.id in {"name", "explanation"}
        style = ("fixed" if locked else "input") + ("_text" if wide else "")
        w.canvas.put(row, column, typed(cell.text, as_text=wide), style)
    _line_checks(w, section, line, row)


def _line_checks(w: Writing, section: IndicatorsSection, line: _Line, row: int) -> None:
    """Whatever a named indicator lacks, and points above its weight."""
    at = {c.id: (row, index) for index, c in enumerate(section.columns)}
    cells: dict[str, str] = {
        id: getattr(line.row, id, NOTHING).text.strip()
        for id in at
        if id not in {"level1", "level2"}
    }
    places = ",".join(
        a1(at[id]) for id in ("name", "target", "actual", "weight", "score") if id in at
    )
    started = any(cells.get(id) for id in ("name", "target", "actual", "weight", "score"))
    parts, words = [], []
    for id in ("name", "target", "actual", "weight", "score"):
        if id in at:
            title = next(c.title for c in section.columns if c.id == id)
            parts.append(f'IF(LEN({a1(at[id])})=0,"缺{title}；","")')
            words.append("" if cells[id] else f"缺{title}；")
    if "score" in at and "weight" in at:
        score, weight = a1(at["score"]), a1(at["weight"])
        parts.append(f'IF(N({score})>N({weight}),"得分超过分值；","")')
        over = (number(cells["score"]) or Decimal(0)) > (number(cells["weight"]) or Decimal(0))
        words.append("得分超过分值；" if over else "")
    w.checks.add(
        row, f'IF(COUNTA({places})=0,"",{"&".join(parts)})', "".join(words) if started else ""
    )


def _rules(w: Writing, section: IndicatorsSection, ids: list[str], first: int, last: int) -> None:
    """Prompts for the value columns; points are figures from 0 to the row's weight."""
    messages = {
        "target": "写清数值和单位，如：61亿元以上、≥90%、600人次；定性指标写明要达到的效果。",
        "actual": "写实际完成的数值和单位，口径与年度指标值一致。",
        "explanation": "没有完成或超额较多的，写明原因和改进措施；没有偏差的留空。",
    }
    for id, message in messages.items():
        if id in ids:
            title = section.columns[ids.index(id)].title
            area = (first, ids.index(id), last, ids.index(id))
            w.canvas.allow(
                area, {"validate": "any", "input_title": title[:20], "input_message": message}
            )
    for id in ("weight", "score"):
        if id not in ids:
            continue
        column = ids.index(id)
        limit = f"=${a1((first, ids.index('weight')))}" if id == "score" else 100
        upper = "本行分值" if id == "score" else "100"
        w.canvas.allow(
            (first, column, last, column),
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": limit,
                "input_title": section.columns[column].title,
                "input_message": f"填 0 到{upper}之间的数字，可带两位小数。",
                "error_title": "分数不对",
                "error_message": f"应填 0 到{upper}之间的数字，不要带“分”字。",
            },
        )


def _total(w: Writing, section: IndicatorsSection, ids: list[str], first: int, row: int) -> None:
    """The total row: the sum of the rows and of the execution row, live."""
    left = min(ids.index(i) for i in ("weight", "score") if i in ids)
    w.canvas.put(row, 0, section.total_title, "head", to=(row, left - 1))
    for column in range(left, len(ids)):
        id = ids[column]
        if id not in {"weight", "score"}:
            w.canvas.put(row, column, "", "fixed")
            continue
        places = f"{a1((first, column))}:{a1((row - 1, column))}"
        texts = [getattr(r, id).text for r in w.data.indicators]
        execution = f"execution.total.{id}"
        if execution in w.places:
            places += f",{a1(w.places[execution])}"
            texts.append(w.text(execution))
        figures = [f for f in map(number, texts) if f is not None]
        total = sum(figures, Decimal(0))
        claimed = (w.data.total_weight if id == "weight" else w.data.total_score).text
        if w.sheet.filled and number(claimed) != (total if figures else None):
            w.canvas.put(row, column, typed(claimed), "fixed")
        else:
            shown = Typed(f"{total:f}", float(total)) if figures else Typed("")
            if w.sheet.filled and figures:
                shown = typed(claimed)  # the same figure, in the decimals it was filed with
            w.canvas.formula(
                row, column, f'=IF(COUNT({places})=0,"",SUM({places}))', shown, "fixed"
            )
        if id == "weight":
            cell = a1((row, column))
            shown_total = (number(claimed) if claimed else total) or Decimal(0)
            w.checks.add(
                row,
                f'IF(ABS(N({cell})-{_FULL})>{_TOLERANCE},"分值合计应为{_FULL}分；","")',
                f"分值合计应为{_FULL}分；" if abs(shown_total - _FULL) > _TOLERANCE else "",
            )
