"""CPU time to issue and to read a department's workbook, against openpyxl in the same run.

* ``read``: guard, parsing and matching in the disposable child, which is kept over the batch; the
  CPU time of both processes counts, starting the child does not. openpyxl only opens the same
  files (read-only, values) and goes through their cells: no guard, no formats, nothing found.
  These are the filings of the demonstration; ``read_county`` those of the county, of 22 sheets.
* ``issue``: the whole workbook from forms, targets and roster, of a county of departments with one
  to eight projects, with last year's figures, filled into templates that are there already.
  ``demo`` is the same for the filings of the demonstration.
* ``issue_first``: the same county by a process that has no templates yet; ``issue_strange``: a
  county in which hardly two lists of indicators have the same shape, met for the first time.
* ``issue_plain``: the plain writer, which every filled workbook is equal to.
* ``issue_openpyxl``: openpyxl only writes the same texts, figures and merged areas: no styles, no
  validation, no protection; ``issue_openpyxl_whole``: with these, and sizes and print set-up. Both
  are given everything ready made: no layout, no results worked out.
* ``outline``: the Word outline that is issued with the workbook.

Each is the median of several rounds, in workbooks a CPU second.
Run: ``python -m benchmarks.workbooks_bench`` from the repository, with ``--json`` for one line.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import Workbook, load_workbook
from openpyxl.styles import NamedStyle

from benchmarks.county import make_county
from jixiao.demo.sample import load_filing
from jixiao.errors import RefusedFile
from jixiao.intake.child import ChildReader
from jixiao.model.submission import Submission
from jixiao.model.targets import TargetSet, from_submission
from jixiao.policy import Department, Pack, load_pack
from jixiao.workbooks import issue_workbook, narrative_outline
from jixiao.workbooks.template import TEMPLATES, UnfitError

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
REPEAT = 14  # times the filings of the demonstration in one batch: a county's hundred

COUNTY = 100  # departments; the slow ways do the first few of them
FEW = 8
KEPT = 0.7  # share of the indicators that are left in a strange county

Case = tuple[Department, TargetSet, Submission]


def cases(pack: Pack) -> list[Case]:
    """Every filing of the demonstration with its department and targets."""
    found = []
    for path in sorted((ROOT / "demo" / "filings").glob("*.yaml")):
        filing = load_filing(path, pack.forms)
        department = pack.department(filing.unit_code)
        assert department is not None
        found.append((department, from_submission(filing, pack.year, filing.unit_code), filing))
    return found


def rate(count: int, work: Callable[[], float]) -> float:
    """Things a CPU second: the median over the rounds."""
    return count / statistics.median(work() for _ in range(ROUNDS))


def read_by_child(files: list[bytes], pack: Pack) -> float:
    """CPU seconds of both processes for one batch."""
    with ChildReader(pack.forms) as reader:
        _checked(reader.read(files[0], "先读一份.xlsx"))  # starts the child
        child = reader.pid
        before = time.process_time() + _cpu(child)
        for data in files:
            _checked(reader.read(data, "自评.xlsx"))
        return time.process_time() + _cpu(child) - before


def _checked(answer: Submission | RefusedFile) -> None:
    if isinstance(answer, RefusedFile):
        raise answer


def _cpu(pid: int) -> float:
    """CPU seconds a running process has taken so far (user and system)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_by_openpyxl(files: list[bytes]) -> float:
    before = time.process_time()
    for data in files:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True):
                len(row)
    return time.process_time() - before


def county(pack: Pack) -> list[Case]:
    made = make_county(pack, COUNTY, seed=4)
    return [(m.department, m.targets, m.filing) for m in made.members]


def strange(cases: list[Case]) -> list[Case]:
    """The cases with indicators left out here and there."""
    dice = random.Random(5)
    found = []
    for department, targets, filing in cases:
        forms = tuple(
            replace(form, rows=tuple(r for r in form.rows if dice.random() < KEPT))
            for form in targets.forms
        )
        found.append((department, replace(targets, forms=forms), filing))
    return found


def issue(all_: list[Case], pack: Pack) -> float:
    before = time.process_time()
    for department, targets, filing in all_:
        issue_workbook(pack, department, targets, prior=filing)
    return time.process_time() - before


def issue_at_first(all_: list[Case], pack: Pack) -> float:
    TEMPLATES.clear()
    return issue(all_, pack)


def issue_plainly(all_: list[Case], pack: Pack) -> float:
    with patch("jixiao.workbooks.issue.filled_book", side_effect=UnfitError):
        return issue(all_, pack)


def outlines(all_: list[Case], pack: Pack) -> float:
    before = time.process_time()
    for department, targets, filing in all_:
        narrative_outline(pack, department, targets, prior=filing)
    return time.process_time() - before


Content = list[tuple[str, list[tuple[int, int, object]], list[str]]]


def content(data: bytes) -> Content:
    """Values and merged areas of a workbook, sheet by sheet."""
    return [
        (
            sheet.title,
            [(c.row, c.column, c.value) for row in sheet.iter_rows() for c in row if c.value],
            [str(area) for area in sheet.merged_cells.ranges],
        )
        for sheet in load_workbook(io.BytesIO(data)).worksheets
    ]


def issue_by_openpyxl(books: list[Content]) -> float:
    before = time.process_time()
    for book in books:
        made = Workbook()
        for name, cells, merges in book:
            sheet = made.create_sheet(name)
            for row, column, value in cells:
                sheet.cell(row, column, value)
            for area in merges:
                sheet.merge_cells(area)
        made.save(io.BytesIO())
    return time.process_time() - before


def issue_whole_by_openpyxl(books: list[Workbook]) -> float:
    """Every cell with its look, sizes, merged areas, validations, protection, print set-up."""
    before = time.process_time()
    for book in books:
        made = Workbook()
        for sheet in book.worksheets:
            _copy(sheet, made.create_sheet(sheet.title))
        made.save(io.BytesIO())
    return time.process_time() - before


def _look(cell: Any, book: Workbook) -> str:
    """A named style that looks like the cell; openpyxl is far slower without names."""
    name = f"look {cell.style_id}"
    if name not in book.style_names:
        look = NamedStyle(name, number_format=cell.number_format)
        look.font, look.fill, look.border = copy(cell.font), copy(cell.fill), copy(cell.border)
        look.alignment, look.protection = copy(cell.alignment), copy(cell.protection)
        book.add_named_style(look)
    return name


def _copy(sheet: Any, to: Any) -> None:
    for row in sheet.iter_rows():
        for old in row:
            cell = to.cell(old.row, old.column)
            if old.value is not None:
                cell.value = old.value
            cell.style = _look(old, to.parent)
    for area in sheet.merged_cells.ranges:
        to.merge_cells(str(area))
    for n, size in sheet.row_dimensions.items():
        to.row_dimensions[n].height = size.height
    for name, size in sheet.column_dimensions.items():
        to.column_dimensions[name].width = size.width
    for rule in sheet.data_validations.dataValidation:
        to.add_data_validation(rule)
    to.protection.sheet, to.freeze_panes = sheet.protection.sheet, sheet.freeze_panes
    to.print_title_rows = sheet.print_title_rows
    to.page_setup.paperSize = sheet.page_setup.paperSize
    to.page_setup.orientation = sheet.page_setup.orientation
    to.sheet_state = sheet.sheet_state


def main() -> None:
    pack = load_pack(ROOT / "config" / "2023")
    demo, made = cases(pack), county(pack)
    few, odd = made[:FEW], strange(made)
    files = [issue_workbook(pack, d, t, filled=f) for d, t, f in demo] * REPEAT
    large = [issue_workbook(pack, d, t, filled=f) for d, t, f in made]
    found = {
        "read": rate(len(files), lambda: read_by_child(files, pack)),
        "read_county": rate(len(large), lambda: read_by_child(large, pack)),
        "read_openpyxl": rate(len(files), lambda: read_by_openpyxl(files)),
        "issue_first": rate(len(made), lambda: issue_at_first(made, pack)),
        "issue_strange": rate(len(odd), lambda: issue_at_first(odd, pack)),
    }
    for _ in range(2):  # the second time a shape is met its template is made
        issue(made, pack)
        issue(demo, pack)
    found |= {
        "issue": rate(len(made), lambda: issue(made, pack)),
        "issue_demo": rate(len(demo), lambda: issue(demo, pack)),
        "outline": rate(len(made), lambda: outlines(made, pack)),
        "issue_plain": rate(len(few), lambda: issue_plainly(few, pack)),
        "issue_demo_plain": rate(len(demo), lambda: issue_plainly(demo, pack)),
    }
    # Only now: what openpyxl keeps in memory makes Python's own clearing up slower for all.
    issued = [issue_workbook(pack, d, t, prior=f) for d, t, f in few]
    contents = [content(data) for data in issued]
    whole = [load_workbook(io.BytesIO(data)) for data in issued]
    found |= {
        "issue_openpyxl": rate(len(few), lambda: issue_by_openpyxl(contents)),
        "issue_openpyxl_whole": rate(len(few), lambda: issue_whole_by_openpyxl(whole)),
    }
    if "--json" in sys.argv:
        print(json.dumps({k: round(v, 1) for k, v in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:22} {value:8.1f} workbooks a CPU second")


if __name__ == "__main__":
    main()
