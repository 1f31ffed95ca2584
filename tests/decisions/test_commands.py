"""The officer's commands on a county, and the dry run of rules not yet in force."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import JixiaoError, PackError
from jixiao.model.findings import Severity
from jixiao.year import open_cycle
from jixiao.year.officer.try_rules import try_rules
from jixiao.year.steps.evaluate import evaluate_filing

SONGXI = "12431199MB990505X6"
YUNLING = "11431199MB99010161"
DAY = date(2024, 4, 1)
BY = ["--officer", "周明远", "--reason", "已核实", "--day", "2024-04-02"]
RULE = """written:
  - code: X01
    title: 三公经费上限
    left: 附件1.spending.three_public.final
    operator: "<="
    right: "{limit}"
    message: 三公经费 {left}，多 {difference}
    remedy: 压减三公经费
"""


@pytest.fixture
def run(county, monkeypatch: pytest.MonkeyPatch):
    """Runs a command on the county's installation; answers exit code and output."""
    monkeypatch.setenv("JIXIAO_VAR", str(county.settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", county.settings.database)
    county.filed("yunling-1", DAY)
    county.filed("songxi-1", DAY)

    def invoke(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return invoke


def first_error(county) -> str:
    evaluation = evaluate_filing(county.on(DAY), county.filings(SONGXI)[-1])
    return next(f.fingerprint for f in evaluation.open if f.severity is Severity.ERROR)


def test_waive_accept_return_and_withdraw(county, run):
    finding = first_error(county)
    code, said = run("waive", "2023", SONGXI, finding[:8], *BY, "--until", "2024-06-30")
    assert (code, finding in said) == (0, True)
    assert "通过" in run("accept", "2023", SONGXI, *BY)[1]
    assert county.status(SONGXI) == "accepted"
    assert "撤回" in run("withdraw", "2023", SONGXI.lower(), *BY)[1]
    assert county.status(SONGXI) == "received"
    assert "退回" in run("return", "2023", YUNLING, *BY)[1]
    assert county.status(YUNLING) == "returned"
    with pytest.raises(JixiaoError, match="没有编号"):
        run("waive", "2023", SONGXI, "ffffffffff", *BY)


def test_the_ledger_goes_out_and_comes_back(county, run, tmp_path: Path):
    path = tmp_path / "审核台账.xlsx"
    assert run("ledger", "2023", "--out", str(path))[0] == 0
    code, said = run("ledger", "2023", "--in", str(path))
    assert (code, "办理 0 行" in said) == (0, True)
    with pytest.raises(JixiaoError, match="其中之一"):
        run("ledger", "2023")


def test_the_county_is_looked_across(run):
    code, said = run("county", "2023", "--json")
    assert code == 0
    assert {row["代码"] for row in json.loads(said)} == {"H03"}
    assert len(json.loads(said)) == 4


def test_a_dry_run_says_whom_a_rule_would_hit_and_writes_nothing(county, run, tmp_path: Path):
    file = tmp_path / "new.yaml"
    file.write_text(RULE.replace("{limit}", "0.01"), encoding="utf-8")
    with county.on(DAY).store.read() as connection:
        before = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
    code, said = run("rules", "--try", str(file), "2023", "--json")
    assert code == 0
    told = json.loads(said)
    assert told["filings"] == {"2023": 2}
    assert {hit["单位"] for hit in told["hits"]} <= {"示例县松溪市政园林所", "示例县云岭文化旅游局"}
    assert told["hits"]
    assert all(hit["问题"].startswith("三公经费") for hit in told["hits"])
    file.write_text(RULE.replace("{limit}", "100000"), encoding="utf-8")
    assert try_rules(open_cycle(2023, DAY, settings=county.settings), file).hits == []
    with county.on(DAY).store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == before


def test_last_years_filings_are_tried_too(county, run, tmp_path: Path):
    cycle = county.on(DAY)
    county.hand_in(cycle, county.filing("xinghe-1"), year=2022)
    file = tmp_path / "new.yaml"
    file.write_text(RULE.replace("{limit}", "0.01"), encoding="utf-8")
    trial = try_rules(cycle, file)
    assert trial.filings == {2022: 1, 2023: 2}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (RULE.replace("three_public", "three_publc"), "附件1.spending.three_public.final"),
        ("settings: {}\n", "没有可以试的规则"),
        (RULE.replace("remedy", "remedi"), "没有这个键"),
    ],
)
def test_a_dry_run_of_a_wrong_file_is_refused(county, tmp_path: Path, given: str, says: str):
    file = tmp_path / "new.yaml"
    file.write_text(given.replace("{limit}", "1"), encoding="utf-8")
    with pytest.raises(PackError, match=says):
        try_rules(county.on(DAY), file)


def test_the_catalogue_is_listed_with_the_packs_own_rules(run):
    assert "A01" in run("rules", "--json")[1]
    assert "附件1.spending.three_public.final" in run("rules", "--fields", "--json")[1]
