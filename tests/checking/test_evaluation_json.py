"""The published JSON of an evaluation, on every sample filing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from jixiao.checking.evaluation import evaluate
from jixiao.checking.evaluation_json import decimal_text, evaluation_out
from jixiao.demo.sample import load_filing
from jixiao.model.submission import Cell
from jixiao.policy import Pack

ROOT = Path(__file__).resolve().parents[2]
FILINGS = sorted(path.stem for path in (ROOT / "demo" / "filings").glob("*.yaml"))
DECIMAL = re.compile(r"-?\d+(\.\d+)?")
JIANGYONG = "jiangyong-1"


def published(pack: Pack, name: str) -> dict[str, Any]:
    filing = load_filing(ROOT / "demo" / "filings" / f"{name}.yaml", pack.forms)
    department = pack.department(filing.unit_code)
    out = evaluation_out(pack, evaluate(pack, filing, department=department))
    loaded: dict[str, Any] = json.loads(out.model_dump_json())
    return loaded


@pytest.fixture(scope="module")
def outs(pack: Pack) -> dict[str, dict[str, Any]]:
    """The published JSON of every sample filing."""
    return {name: published(pack, name) for name in FILINGS}


def values(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar with its path; list places are left out of it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from values(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for value in data:
            yield from values(value, path)
    else:
        yield path, data


def cells(out: dict[str, Any], form: str) -> dict[tuple[str, str, str], str | None]:
    return {
        (c["section"], c["row"], c["column"]): c["value"]
        for f in out["forms"]
        if f["form"] == form
        for c in f["cells"]
    }


def test_there_are_samples() -> None:
    assert JIANGYONG in FILINGS


@pytest.mark.parametrize("name", FILINGS)
def test_it_fits_the_published_schema(
    outs: dict[str, dict[str, Any]], root: Path, name: str
) -> None:
    text = (root / "docs" / "schemas" / "evaluation.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(text)).validate(outs[name])


NUMBERS = {
    "forms.rows.weight",
    "forms.rows.claimed",
    "forms.rows.computed",
    "totals.printed_weight",
    "totals.computed_weight",
    "totals.printed_score",
    "totals.claimed_sum",
    "totals.computed_score",
}
# Text that may be missing. The rest of the text always says something or is "" by its nature.
NOTHING_IS_NULL = {
    "forms.project",
    "forms.rows.target",
    "forms.rows.actual",
    "forms.rows.working",
    "forms.rows.rule",
    "forms.rows.source",
    "forms.rows.state",
    "forms.rows.cell",
    "forms.cells.value",
    "forms.cells.cell",
    "findings.where.project",
    "totals.project",
    "totals.grade",
}


@pytest.mark.parametrize("name", FILINGS)
def test_numbers_are_decimal_text_and_nothing_is_null(
    outs: dict[str, dict[str, Any]], name: str
) -> None:
    seen = set()
    for path, value in values(outs[name]):
        seen.add(path)
        assert not isinstance(value, float), path
        if path in NUMBERS:
            assert value is None or DECIMAL.fullmatch(value), (path, value)
        if path in NOTHING_IS_NULL:
            assert value != "", path
        elif path not in NUMBERS:
            assert value is not None, path
    assert seen >= NUMBERS


@pytest.mark.parametrize("name", FILINGS)
def test_every_form_and_finding_has_what_others_read(
    outs: dict[str, dict[str, Any]], name: str
) -> None:
    out = outs[name]
    assert out.keys() >= {"forms", "findings", "totals", "unplaced"}
    assert out["forms"]
    for form in out["forms"]:
        assert form.keys() >= {"form", "project", "title", "sheet", "rows", "cells"}
        for row in form["rows"]:
            assert row.keys() >= {
                "name",
                "target",
                "actual",
                "weight",
                "claimed",
                "computed",
                "working",
            }
        for cell in form["cells"]:
            assert cell.keys() >= {"row", "column", "value", "cell"}
        if form["form"] in {"附件2", "附件3"}:
            assert {"execution", "indicator", "total"} <= {r["kind"] for r in form["rows"]}
    for finding in out["findings"]:
        assert finding["severity"] in {"error", "warning", "advice"}
        for key in ("code", "title", "message", "found", "expected", "remedy"):
            assert finding[key], (finding["code"], key)
        assert "difference" in finding
        assert finding["where"], finding["code"]
        for place in finding["where"]:
            assert place.keys() >= {"form", "sheet", "cell", "text"}
    totals = {(t["form"], t["project"]) for t in out["totals"]}
    assert {("附件2", None)} <= totals


def test_findings_have_ids_of_their_own(outs: dict[str, dict[str, Any]]) -> None:
    ids = [f["id"] for f in outs[JIANGYONG]["findings"]]
    assert ids
    assert len(ids) == len(set(ids))


def test_the_same_filing_gives_the_same_json(outs: dict[str, dict[str, Any]], pack: Pack) -> None:
    assert published(pack, JIANGYONG) == outs[JIANGYONG]


def test_figures_of_the_fixed_tables(outs: dict[str, dict[str, Any]]) -> None:
    found = cells(outs[JIANGYONG], "附件1")
    rate = next(v for (_, _, column), v in found.items() if column == "控制率")
    assert rate == "0.7805"
    spending = {
        (row, column): v for (section, row, column), v in found.items() if section == "经费控制情况"
    }
    assert spending["三公经费", "2023年决算数"] == "7.50"
    assert spending["三公经费", "2022年决算数"] == "7.60"
    assert spending["防疫物资保障体系建设", "2022年决算数"] == "735.08"


def test_the_execution_row_and_the_total_row(outs: dict[str, dict[str, Any]]) -> None:
    (form,) = (f for f in outs[JIANGYONG]["forms"] if f["form"] == "附件2")
    by_kind = {row["kind"]: row for row in form["rows"]}
    execution, total = by_kind["execution"], by_kind["total"]
    assert Decimal(execution["weight"]) == Decimal(execution["claimed"]) == 10
    assert Decimal(execution["computed"]) == 10
    assert execution["working"]
    assert (total["weight"], total["claimed"]) == ("100", "100")
    totals = next(t for t in outs[JIANGYONG]["totals"] if t["form"] == "附件2")
    assert totals["printed_score"] == "100"
    assert totals["computed_score"] == total["computed"]


PERCENT = {
    "78.05%": "0.7805",
    "100%": "1.00",
    "７８．０５％": "0.7805",
    "0%": "0.00",
    "-5.5%": "-0.055",
    "0.7805": "0.7805",
    "1,000.5%": "10.005",
    "": None,
    "—": None,
    "八成": "0.8",
    "78.0.5%": "78.0.5%",
    "万元": "万元",
}
NUMBER = {
    "1,322.22": "1322.22",
    "7.50": "7.50",
    "-0": "0",
    "1e3": "1000",
    "12万元": "12万元",
    "/": None,
}


@pytest.mark.parametrize(("text", "value"), PERCENT.items())
def test_a_percent_cell(pack: Pack, text: str, value: str | None) -> None:
    assert cell_as_published(pack, "staff.staff.rate", text) == value


@pytest.mark.parametrize(("text", "value"), NUMBER.items())
def test_a_number_cell(pack: Pack, text: str, value: str | None) -> None:
    assert cell_as_published(pack, "spending.three_public.final", text) == value


def cell_as_published(pack: Pack, address: str, text: str) -> str | None:
    """What is published of a filing whose 附件1 holds this one cell."""
    path = ROOT / "demo" / "filings" / f"{JIANGYONG}.yaml"
    filing = load_filing(path, pack.forms)
    data = next(form for form in filing.forms if form.form == "附件1")
    data.cells = {address: Cell(text, "附件1", "D4")}
    filing = replace(filing, forms=[data])
    out = evaluation_out(pack, evaluate(pack, filing))
    (cell,) = out.forms[0].cells
    assert (cell.text, cell.cell) == (text, "D4")
    return cell.value


def test_decimal_text_has_no_exponent() -> None:
    assert decimal_text(Decimal("1E+3")) == "1000"
    assert decimal_text(Decimal("0.0000001")) == "0.0000001"
    assert decimal_text(Decimal("7.50")) == "7.50"
    assert decimal_text(None) is None
