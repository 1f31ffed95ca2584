"""CPU time to issue and to read a department's workbook, against openpyxl in the same run.

* ``read``: guard, parsing and matching in the disposable child, which is kept over the batch; the
  CPU time of both processes counts, starting the child does not. openpyxl only opens the same
  files (read-only, values) and goes through their cells: no guard, no formats, nothing found.
* ``issue``: the whole workbook from forms, targets and roster. openpyxl only writes the same
  texts, figures and merged areas: no styles, no validation, no protection.

Each is the median of several rounds over the filings of the demonstration, in workbooks a CPU
second. Run: ``python -m benchmarks.workbooks_bench`` from the repository, with ``--json`` for
one line.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook, load_workbook

from jixiao.errors import RefusedFile
from jixiao.intake.child import ChildReader
from jixiao.policy import Department, Pack, load_pack
from jixiao.sample import load_filing
from jixiao.submission import Submission
from jixiao.targets import TargetSet, from_submission
from jixiao.workbooks import issue_workbook

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
REPEAT = 4  # times the filings of the demonstration in one batch

Case = tuple[Department, TargetSet, Submission]


def cases(pack: Pack) -> list[Case]:
    """Every filing of the demonstration with its department and targets."""
    found = []
    for path in sorted((ROOT / "config" / "demo" / "filings").glob("*.yaml")):
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


def issue(all_: list[Case], pack: Pack) -> float:
    before = time.process_time()
    for department, targets, filing in all_:
        issue_workbook(pack, department, targets, prior=filing)
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


def main() -> None:
    pack = load_pack(ROOT / "config" / "2023")
    all_ = cases(pack)
    files = [issue_workbook(pack, d, t, filled=f) for d, t, f in all_] * REPEAT
    contents = [content(issue_workbook(pack, d, t, prior=f)) for d, t, f in all_]
    found = {
        "read": rate(len(files), lambda: read_by_child(files, pack)),
        "read_openpyxl": rate(len(files), lambda: read_by_openpyxl(files)),
        "issue": rate(len(all_), lambda: issue(all_, pack)),
        "issue_openpyxl": rate(len(all_), lambda: issue_by_openpyxl(contents)),
    }
    if "--json" in sys.argv:
        print(json.dumps({k: round(v, 1) for k, v in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:16} {value:8.1f} workbooks a CPU second")


if __name__ == "__main__":
    main()
