"""Filling an issued workbook as a clerk does: used by the demonstration and the tests.

Where the cells stand is told by the reader's own locating code, so whatever is filled in here
is also what will be read back.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jixiao.demo.clerk import Clerk
from jixiao.errors import JixiaoError
from jixiao.intake.located import IndicatorSlot, Located
from jixiao.intake.parts import Narrative, Part, parts_of
from jixiao.intake.shape import shapes
from jixiao.intake.workbook import marker_of
from jixiao.model.forms import Form, TableSection
from jixiao.model.submission import NOTHING, FormData, IndicatorRow, Submission
from jixiao.spreadsheet.formula import evaluate, names
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.guard import inspect
from jixiao.spreadsheet.marker import TARGETS
from jixiao.spreadsheet.narrative import heading_of
from jixiao.spreadsheet.sheets import read_xlsx
from jixiao.spreadsheet.text import key, number
from jixiao.workbooks.loading import load_whole

_TEXT_COLUMNS = {"name", "explanation"}
_ROW = ("name", "sign", "target", "unit", "actual", "weight", "score", "explanation")
_LEAST_ALIKE = 0.35


def fill(
    issued: bytes, submission: Submission, forms: Mapping[str, Form], *, force_locked: bool = False
) -> bytes:
    """The issued workbook (or target template) with a submission's values typed in.

    Args:
        issued: a workbook of :func:`issue_workbook` or :func:`target_template`.
        submission: what to fill in; its project forms go to the sheets of the same project, else
            of the most similar name, else to spare sheets.
        forms: the year's forms by id.
        force_locked: write into locked cells too where the submission differs, as a clerk who
            unprotects the sheet can.

    Raises:
        JixiaoError: the workbook has no sheet or not enough rows for something.
    """
    inspected = inspect(issued, "工作簿")
    assert inspected.package is not None
    sheets = read_xlsx(inspected.package)
    marker = marker_of(sheets)
    if marker is None:
        raise JixiaoError("这个工作簿不是下达的模板，没有隐藏的标识页。请用下达的模板。")
    prepared = shapes(forms, marker.year)
    parts: list[Part] = []
    for sheet in sheets:
        mark = marker.sheets.get(sheet.name)
        if mark is not None:
            parts.extend(parts_of(sheet.grid, prepared, mark))
    book = load_whole(issued)
    held = {part.form.id for part in parts}
    wanted = [d for d in submission.forms if marker.kind != TARGETS or d.form in held]
    for data, part in _pairs(wanted, parts):
        clerk = Clerk(book[part.grid.sheet], part.grid, force_locked)
        if isinstance(part, Located):
            _fill_form(clerk, part, data)
        else:
            _fill_report(clerk, part, data)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pairs(filed: list[FormData], parts: list[Part]) -> list[tuple[FormData, Part]]:
    """Which form goes onto which sheet: the most alike project names first, then spare sheets."""
    pairs: list[tuple[FormData, Part]] = []
    for id in dict.fromkeys(d.form for d in filed):
        free = [p for p in parts if p.form.id == id]
        wanted = [d for d in filed if d.form == id]
        if len(wanted) > len(free):
            raise JixiaoError(
                f"工作簿里只有 {len(free)} 张{id}，要填 {len(wanted)} 份。请增加备用表。"
            )
        ranked = sorted(
            ((_alike(d, p), i, j) for i, d in enumerate(wanted) for j, p in enumerate(free)),
            key=lambda r: (-r[0], r[1], r[2]),
        )
        chosen: dict[int, int] = {}
        for likeness, i, j in ranked:
            if likeness >= _LEAST_ALIKE and i not in chosen and j not in chosen.values():
                chosen[i] = j
        spare = [j for j in range(len(free)) if j not in chosen.values()]
        spare.sort(key=lambda j: bool(free[j].project))
        for i in range(len(wanted)):
            if i not in chosen:
                chosen[i] = spare.pop(0)
        pairs.extend((d, free[chosen[i]]) for i, d in enumerate(wanted))
    return pairs


def _alike(data: FormData, part: Part) -> float:
    if data.project is None:
        return 1.0
    left, right = key(data.project), key(part.project or "")
    if left == right:
        return 2.0
    if right and (left in right or right in left):
        return 1.5
    return difflib.SequenceMatcher(None, left, right).ratio()


def _fill_form(clerk: Clerk, found: Located, data: FormData) -> None:
    tables = {table.id: table for table in found.form.tables()}
    for address, spot in found.cells.items():
        section, row, column = address.split(".")
        table = tables[section]
        if address not in data.cells:
            continue
        text = data.cells[address].text
        formula = table.column(column).formula
        if formula is not None:
            clerk.keep_formula(spot.pos, text, _result(data, f"{section}.{row}", formula))
        elif not (column in table.row(row).blocked and data.cells[address].blank):
            clerk.type(
                spot.pos, text, as_text=table.column(column).type.value in {"text", "choice"}
            )
    for base, slots in found.repeats.items():
        _fill_repeats(clerk, data, base, slots, tables[base.partition(".")[0]])
    if found.form.indicators is not None:
        _fill_groups(clerk, found, data)
        _fill_indicators(clerk, found, data)
        _fill_total(clerk, found, data)


def _result(data: FormData, base: str, formula: str) -> Decimal | None:
    values = {}
    for name in names(formula):
        figure = number(data.get(f"{base}.{name}").text)
        if figure is not None:
            values[name] = figure
    return evaluate(formula, values)


def _fill_repeats(
    clerk: Clerk, data: FormData, base: str, slots: list[Any], table: TableSection
) -> None:
    """One row a project, from the top; what is left over is cleared."""
    rows = list(data.repeated(table.id, base.partition(".")[2]))
    if len(rows) > len(slots):
        raise JixiaoError(f"{data.form}只有 {len(slots)} 行可填项目，要填 {len(rows)} 行。")
    for number_, slot in enumerate(slots):
        id, label = rows[number_] if number_ < len(rows) else ("", NOTHING)
        clerk.type(slot.label, label.text, as_text=True)
        for column, pos in slot.cells.items():
            clerk.type(pos, data.get(f"{table.id}.{id}.{column}").text if id else "")


def _fill_groups(clerk: Clerk, found: Located, data: FormData) -> None:
    for group in found.groups:
        filed = next((g for g in data.groups if key(g.level1) == key(group.level1)), None)
        if filed is not None and filed.points is not None and filed.points != group.points:
            clerk.type(group.pos, f"{filed.level1}（{filed.points}分）", as_text=True)


def _fill_indicators(clerk: Clerk, found: Located, data: FormData) -> None:
    """Every group's rows into that group's slots."""
    for level1 in dict.fromkeys(key(s.level1) for s in found.indicators):
        slots = [s for s in found.indicators if key(s.level1) == level1]
        rows = [r for r in data.indicators if key(r.level1) == level1]
        pairs = _same_rows(clerk, slots, rows)
        if pairs is None:
            pairs = _rewritten(clerk, slots, rows, level1)
        for slot, row in pairs:
            _fill_row(clerk, slot, row)
    known = {key(s.level1) for s in found.indicators}
    strange = [r.level1 for r in data.indicators if key(r.level1) not in known]
    if strange:
        raise JixiaoError(f"{data.form}里没有一级指标“{strange[0]}”的行。")


def _same_rows(
    clerk: Clerk, slots: list[IndicatorSlot], rows: list[IndicatorRow]
) -> list[tuple[IndicatorSlot, IndicatorRow]] | None:
    """Prefilled rows matched by name, additional ones on spare rows; ``None`` where that would
    leave a prefilled row over, which only somebody who unprotects the sheet can remove."""
    named = [s for s in slots if clerk.grid.text(s.spots["name"])]
    spare = [s for s in slots if not clerk.grid.text(s.spots["name"])]
    by_name = {key(clerk.grid.text(s.spots["name"])): s for s in named}
    pairs, extra = [], []
    for row in rows:
        slot = by_name.pop(key(row.name.text), None)
        if slot is not None:
            pairs.append((slot, row))
        else:
            extra.append(row)
    if (by_name and clerk.force) or len(extra) > len(spare):
        return None
    for row in extra:
        wanted = (s for s in spare if key(s.level2) == key(row.level2))
        slot = next(wanted, spare[0])
        spare.remove(slot)
        pairs.append((slot, row))
    return pairs


def _rewritten(
    clerk: Clerk, slots: list[IndicatorSlot], rows: list[IndicatorRow], level1: str
) -> list[tuple[IndicatorSlot, IndicatorRow]]:
    """The group's rows one after the other from its first slot; the rest is cleared."""
    if not clerk.force or len(rows) > len(slots):
        raise JixiaoError(
            f"“{level1}”只有 {len(slots)} 行可填，要填 {len(rows)} 行。请在模板里增加空行。"
        )
    _split_levels(clerk, slots)
    blank = IndicatorRow("", "", *[NOTHING] * 5)
    return [(s, rows[i] if i < len(rows) else blank) for i, s in enumerate(slots)]


def _split_levels(clerk: Clerk, slots: list[IndicatorSlot]) -> None:
    """Takes apart the merged second-level cells, so that every row can name its own."""
    for pos in {s.spots["level2"] for s in slots if "level2" in s.spots}:
        clerk.unmerge(pos)
    for slot in slots:
        if "level2" in slot.spots:
            slot.spots["level2"] = (slot.spots["name"][0], slot.spots["level2"][1])


def _fill_row(clerk: Clerk, slot: IndicatorSlot, row: IndicatorRow) -> None:
    second = slot.spots.get("level2")
    if second is not None and second not in clerk.grid.merges:
        clerk.type(second, row.level2, as_text=True)
    for id in _ROW:
        if id in slot.spots:
            clerk.type(slot.spots[id], getattr(row, id).text, as_text=id in _TEXT_COLUMNS)


def _fill_total(clerk: Clerk, found: Located, data: FormData) -> None:
    for id, claimed in (("weight", data.total_weight), ("score", data.total_score)):
        if id in found.total and not claimed.blank:
            texts = [getattr(r, id).text for r in data.indicators]
            texts.append(data.get(f"execution.total.{id}").text)
            figures = [f for f in map(number, texts) if f is not None]
            total = sum(figures, Decimal(0)) if figures else None
            clerk.keep_formula(found.total[id], claimed.text, total)


def _fill_report(clerk: Clerk, part: Narrative, data: FormData) -> None:
    """The text under the sheet's own headings; with force, the whole report pasted as it is."""
    if part.project_at is not None and data.project:
        clerk.type(part.project_at, f"项目名称：{data.project}", as_text=True)
    if clerk.force:
        _paste_report(clerk, part, data)
    else:
        _fill_sections(clerk, part, data)


def _paste_report(clerk: Clerk, part: Narrative, data: FormData) -> None:
    """The report's lines one under the other, headings and text each looking like the sheet's."""
    first, column = part.lines[0]
    last = max(part.lines[-1][0], first + len(data.paragraphs) - 1)
    heading, text = (first, column), (first + 1, column)
    looks = {True: clerk.look(heading), False: clerk.look(text)}
    for row in range(first, last + 1):
        index = row - first
        paragraph = data.paragraphs[index] if index < len(data.paragraphs) else None
        known = paragraph is not None and paragraph.heading is not None
        clerk.type((row, column), paragraph.text if paragraph else "", as_text=True)
        clerk.dress((row, column), looks[known])


def _fill_sections(clerk: Clerk, part: Narrative, data: FormData) -> None:
    """A paragraph a row under the heading it stands under; what does not fit goes into the last
    row, set off by line breaks."""
    section = part.form.narrative
    assert section is not None
    texts: dict[str, list[str]] = {}
    for paragraph in data.paragraphs:
        if paragraph.heading is None:
            texts.setdefault(paragraph.section, []).append(paragraph.text)
    for pos in part.lines:
        heading, _ = heading_of(section, part.grid.texts[pos])
        if heading is None or heading.id not in texts:
            continue
        lines = texts.pop(heading.id)
        rows = _open_rows(clerk, part.grid, pos)
        if not rows:
            raise JixiaoError(f"{data.form}的“{heading.title}”下没有可填的空行。")
        for index, row in enumerate(rows):
            last = index == len(rows) - 1
            text = "\n".join(lines[index:]) if last else "".join(lines[index : index + 1])
            if text:
                clerk.type(row, text, as_text=True)
    if texts:
        raise JixiaoError(f"{data.form}里没有放“{next(iter(texts.values()))[0][:20]}”的标题。")


def _open_rows(clerk: Clerk, grid: Grid, heading: Pos) -> list[Pos]:
    """The unlocked cells right under a heading."""
    rows: list[Pos] = []
    at = (heading[0] + 1, heading[1])
    while not clerk.cell(at).protection.locked:
        rows.append(at)
        at = (at[0] + 1, at[1])
    return rows
