"""Beside the execution row's score stands what its rate is worth, where the clerk wrote less or more."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.model.submission import Cell, Submission
from jixiao.policy import Pack
from jixiao.spreadsheet import convert
from jixiao.workbooks import issue_workbook

#: executed, annual, weight, the score claimed → what the check column says of it
CASES = [
    ("94.80", "100", "10", "9.48", ""),
    ("94.80", "100", "10", "9.5", "按执行率应得 9.48 分；"),
    ("94.80", "100", "10", "", "按执行率应得 9.48 分；"),
    ("120", "100", "10", "10", ""),
    ("120", "100", "10", "12", "按执行率应得 10.00 分；"),
    ("-5", "100", "10", "", ""),
    ("-5", "100", "10", "1", "按执行率应得 0.00 分；"),
    ("0", "100", "10", "0", ""),
    ("66.665", "100", "10", "6", "按执行率应得 6.67 分；"),
    ("50", "", "10", "5", ""),  # no rate: that something is missing is said already
    ("50", "0", "10", "5", ""),
    ("", "100", "10", "5", ""),
    ("五十", "100", "10", "5", ""),
]


def filed(pack: Pack, *cases: tuple[str, ...]) -> Submission:
    """A filing whose forms with an execution table hold one case each."""
    filing = load_filing(demo_dir() / "filings" / "songxi-2.yaml", pack.forms)
    forms = [f for f in filing.forms if "execution.total.executed" in f.cells]
    assert len(forms) >= len(cases)
    for data, case in zip(forms, cases, strict=False):
        for column, text in zip(("executed", "annual", "weight", "score"), case, strict=False):
            at = f"execution.total.{column}"
            data.cells[at] = replace(data.cells.get(at, Cell("")), text=text)
        data.cells.pop("execution.total.rate", None)
    return filing


def said(data: bytes) -> list[str]:
    """What each sheet with an execution table says in the check column of its total row."""
    book = load_workbook(io.BytesIO(data), data_only=True)
    words = []
    for sheet in book.worksheets:
        row = next((c.row for c in sheet["A"] if c.value in ("年度资金总额",)), None)
        row = row or next((c.row for c in sheet["B"] if c.value == "年度资金总额"), None)
        if row is not None:
            check = next(c for r in sheet.iter_rows(max_row=1) for c in r if c.value == "填写检查")
            words.append(str(sheet.cell(row, check.column).value or ""))
    return words


def _hint(words: str) -> str:
    found = [w for w in words.split("；") if w.startswith("按执行率")]
    return f"{found[0]}；" if found else ""


def written(pack: Pack, filing: Submission) -> bytes:
    department = pack.department(filing.unit_code)
    assert department is not None
    return issue_workbook(pack, department, None, filled=filing)


@pytest.mark.parametrize("case", CASES, ids=lambda c: " ".join(c[:4]))
def test_the_check_says_what_the_rate_is_worth(pack: Pack, case: tuple[str, ...]) -> None:
    assert _hint(said(written(pack, filed(pack, case)))[0]) == case[4]


@pytest.mark.parametrize("case", [c for c in CASES if c[4]], ids=lambda c: " ".join(c[:4]))
def test_it_is_what_the_bureau_works_out(pack: Pack, case: tuple[str, ...]) -> None:
    filing = filed(pack, case)
    form = next(f for f in filing.forms if "execution.total.executed" in f.cells)
    found = next(
        s for s in evaluate(pack, filing).scores if (s.form, s.project) == (form.form, form.project)
    )
    row = next(r for r in found.rows if r.kind == "execution")
    assert row.computed is not None
    assert case[4] == f"按执行率应得 {row.computed.quantize(Decimal('0.01'))} 分；"


@pytest.mark.office
def test_an_office_works_it_out_the_same(
    pack: Pack, need: Callable[[str], str], tmp_path: Path
) -> None:
    program = need("soffice")
    many = len([f for f in filed(pack).forms if "execution.total.executed" in f.cells])
    for start in range(0, len(CASES), many):
        cases = CASES[start : start + many]
        book = written(pack, filed(pack, *cases))
        # By way of another format, so that nothing stored is handed through.
        ods = convert._run(program, tmp_path / f"a{start}", book, "xlsx", "ods")
        assert ods is not None
        back = convert._run(program, tmp_path / f"b{start}", ods, "ods", "xlsx")
        assert back is not None
        assert [_hint(w) for w in said(back)[: len(cases)]] == [c[4] for c in cases]
