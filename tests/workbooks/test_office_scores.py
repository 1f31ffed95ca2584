"""The formulas of an issued workbook, worked out by LibreOffice, against the Python scores."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from jixiao.checking.evaluation import evaluate
from jixiao.demo.fill import fill
from jixiao.demo.sample import load_filing
from jixiao.intake import read_file
from jixiao.model.scores import FormScore
from jixiao.model.submission import Cell, Submission
from jixiao.model.targets import from_submission
from jixiao.policy import Pack
from jixiao.spreadsheet import convert
from jixiao.workbooks import issue_workbook

pytestmark = pytest.mark.office
DEMO = Path(__file__).resolve().parents[2] / "demo/filings"
FILES = ("yunling-1", "songxi-2", "xinghe-1", "pinghu-1", "jiangyong-2")
CENT = Decimal("0.01")


def _random_values(filing: Submission, dice: random.Random) -> Submission:
    """The filing with other money and other points; scores stay within their weights."""
    for data in filing.forms:
        if "execution.total.executed" in data.cells:
            annual = Decimal(dice.randrange(1000, 900_000)) / 100
            executed = (annual * dice.randrange(30, 101) / 100).quantize(CENT)
            for column, value in (("annual", annual), ("executed", executed)):
                _put(data.cells, f"execution.total.{column}", f"{value:.2f}")
            data.cells.pop("execution.total.rate", None)
            weight = Decimal(data.get("execution.total.weight").text or "0")
            share = (weight * executed / annual).quantize(CENT)
            _put(data.cells, "execution.total.score", f"{share}")
        for index, row in enumerate(data.indicators):
            limit = int(Decimal(row.weight.text or "0") * 100)
            score = Decimal(dice.randrange(0, limit + 1)) / 100
            data.indicators[index] = replace(row, score=Cell(f"{score:.2f}"))
        data.total_score = Cell("")
        data.total_weight = Cell("")
    return filing


def _put(cells: dict[str, Cell], address: str, text: str) -> None:
    cells[address] = replace(cells.get(address, Cell("")), text=text)


@pytest.mark.parametrize("seed", range(5))
def test_libreoffice_works_out_what_the_scores_say(
    seed: int, pack: Pack, need: Callable[[str], str], tmp_path: Path
) -> None:
    program = need("soffice")
    filing = load_filing(DEMO / f"{FILES[seed]}.yaml", pack.forms)
    department = pack.department(filing.unit_code)
    assert department is not None
    targets = from_submission(filing, 2023, filing.unit_code)
    filled = fill(
        issue_workbook(pack, department, targets),
        _random_values(filing, random.Random(seed)),
        pack.forms,
        force_locked=True,
    )
    # A change of kind makes it work everything out anew, whatever results were stored.
    recalculated = convert._run(program, tmp_path / "a", filled, "xlsx", "ods")
    assert recalculated is not None
    saved = convert._run(program, tmp_path / "b", recalculated, "ods", "xlsx")
    assert saved is not None
    evaluation = evaluate(pack, read_file(saved, "x.xlsx", pack.forms))
    book = load_workbook(io.BytesIO(saved), data_only=True)
    checked = [
        _check(score, evaluation.submission, book)
        for score in evaluation.scores
        if any(row.kind == "execution" for row in score.rows)
    ]
    assert len(checked) >= 2


def _check(score: FormScore, submission: Submission, book: object) -> None:
    data = next(f for f in submission.forms if (f.form, f.project) == (score.form, score.project))

    def shown(cell: Cell) -> Decimal:
        value = book[cell.sheet][cell.cell].value  # type: ignore[index]
        return Decimal(str(value))

    rate = shown(data.get("execution.total.rate"))
    annual, executed = (shown(data.get(f"execution.total.{c}")) for c in ("annual", "executed"))
    assert abs(rate - executed / annual) < Decimal("1e-12")
    execution = next(row for row in score.rows if row.kind == "execution")
    assert execution.weight is not None
    assert (rate * execution.weight).quantize(CENT, ROUND_HALF_UP) == execution.computed
    assert shown(data.total_score).quantize(CENT) == score.claimed_sum.quantize(CENT)
    assert shown(data.total_weight) == score.computed_weight
