"""The command line as people and programs meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.policy import Pack
from jixiao.workbooks import issue_workbook

JIANGYONG = "11431125MB18152796"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> dict[str, Path]:
    """Workbooks as departments hand them in."""
    folder = tmp_path_factory.mktemp("files")
    made = {}
    for name in ("jiangyong-1", "jiangyong-2", "yunling-1"):
        filed = load_filing(demo_dir() / "filings" / f"{name}.yaml", pack.forms)
        department = pack.department(filed.unit_code)
        assert department is not None
        path = folder / f"{name}.xlsx"
        path.write_bytes(issue_workbook(pack, department, None, filled=filed))
        made[name] = path
    (folder / "坏.xlsx").write_bytes(b"not a workbook")
    made["bad"] = folder / "坏.xlsx"
    return made


@pytest.fixture
def jixiao(tmp_path: Path):
    """Run the console script in an installation of its own."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "JIXIAO_VAR": str(tmp_path / "var"), "COLUMNS": "200"}
        environment.pop("JIXIAO_DATABASE", None)
        return subprocess.run(
            [sys.executable, "-c", "from jixiao.cli import main; main()", *map(str, words)],
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
            check=False,
        )

    return run


def test_audit_json_follows_its_published_schema(jixiao, files, root):
    result = jixiao("audit", files["jiangyong-1"], "--json")
    assert result.returncode == 1, result.stderr
    out = json.loads(result.stdout)
    schema = json.loads((root / "docs/schemas/evaluation.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(out, schema)
    sheet = next(f for f in out["forms"] if f["project"] == "事业发展专项资金")
    row = next(r for r in sheet["rows"] if r["name"] == "农产品网上交易额")
    assert row["computed"] == row["claimed"] == "9.48"
    assert "2.37亿元 ÷ 2.5亿元 = 94.80%" in row["working"]
    totals = next(t for t in out["totals"] if t["project"] == "事业发展专项资金")
    assert (totals["printed_weight"], totals["computed_weight"]) == ("100", "95")


def test_audit_says_in_chinese_what_is_wrong_where_and_what_to_do(jixiao, files):
    result = jixiao("audit", files["jiangyong-1"])
    assert result.returncode == 1
    for words in ("补助金额", "位置：附件3-", "怎么改：", "应为：", "依据 2023 年度政策包"):
        assert words in result.stdout


def test_a_clean_filing_exits_with_0(jixiao, files):
    assert jixiao("audit", files["yunling-1"]).returncode == 0


@pytest.mark.parametrize("words", [("audit", "没有这个文件.xlsx"), ("audit", "{bad}")])
def test_what_cannot_be_read_exits_with_2_and_a_sentence(jixiao, files, words):
    result = jixiao(*(w.format(bad=files["bad"]) for w in words))
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert any("\u4e00" <= c <= "\u9fff" for c in result.stderr)


def test_explain_shows_the_working_the_rule_and_the_source(jixiao, files):
    result = jixiao("explain", files["jiangyong-1"], "农产品网上交易额")
    assert result.returncode == 0, result.stderr
    for words in ("10 分 × 94.80% = 9.48 分", "规则：higher_is_better", "依据：", "附件3-"):
        assert words in result.stdout
    by_cell = json.loads(jixiao("explain", files["jiangyong-1"], "附件2!H5", "--json").stdout)
    assert by_cell[0]["行"] == "年度资金总额"
    assert jixiao("explain", files["jiangyong-1"], "没有这一行").returncode == 2


def test_value_prints_one_object_a_line(jixiao):
    result = jixiao("value", "61亿元以上", "8%", "7,00.0,77", "--json")
    assert result.returncode == 0, result.stderr
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {
        "text": "61亿元以上",
        "kind": "quantity",
        "comparator": ">=",
        "stated": True,
        "amount": "6100000000",
        "unit": "元",
        "error": None,
    }
    assert second["amount"] == "0.08"
    assert third["amount"] is None
    assert "7,00.0,77" in third["error"]


def test_rules_are_explained(jixiao):
    result = jixiao("rules", "a07")
    for words in ("为什么：", "举例：", "怎么改："):
        assert words in result.stdout
    named = jixiao("rules", "weights-make-total")
    assert named.stdout == result.stdout
    assert "助记名：weights-make-total" in named.stdout
    listed = {row["代码"]: row for row in json.loads(jixiao("rules", "--json").stdout)}
    assert len(listed) >= 20
    assert listed["A07"]["助记名"] == "weights-make-total"
    assert listed["G01"]["来源"]["文号"] == "GB 32100-2015"
    assert listed["B05"]["来源"]["可信度"] == "K"
    assert listed["B05"]["来源"]["说明"].startswith("来源：本系统默认，未核对原文")
    assert jixiao("rules", "Z99").returncode == 2


def test_pack_check_names_file_line_and_key(jixiao, tmp_path, root, monkeypatch):
    assert jixiao("pack", "check").returncode == 0
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    subprocess.run(["cp", "-r", str(root / "config" / "2023"), str(home / "config")], check=True)
    calendar = home / "config" / "2023" / "calendar.yaml"
    calendar.write_text(
        calendar.read_text(encoding="utf-8").replace("2024-04-30", "2024-13-30"), encoding="utf-8"
    )
    monkeypatch.setenv("JIXIAO_HOME", str(home))
    result = jixiao("pack", "check")
    assert result.returncode == 2
    assert "calendar.yaml" in result.stdout
    assert "windows.submit.closes" in result.stdout
    assert "第" in result.stdout


def test_an_unknown_rule_in_the_pack_is_named_with_its_line(jixiao, tmp_path, root, monkeypatch):
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    subprocess.run(["cp", "-r", str(root / "config" / "2023"), str(home / "config")], check=True)
    rules = home / "config" / "2023" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    changed = text.replace("settings:", "settings:\n  Z99: {enabled: false}", 1)
    assert changed != text
    rules.write_text(changed, encoding="utf-8")
    monkeypatch.setenv("JIXIAO_HOME", str(home))
    result = jixiao("pack", "check")
    line = changed[: changed.index("Z99")].count("\n") + 1
    assert result.returncode == 2
    assert f"rules.yaml 第 {line} 行，settings.Z99" in result.stdout


def test_a_year_without_a_pack_is_a_sentence(jixiao):
    result = jixiao("status", "1999")
    assert result.returncode == 2
    assert "找不到政策包" in result.stderr


def test_a_year_moves_by_commands_alone(jixiao):
    issued = jixiao("targets", "issue", "2023", "--day", "2022-11-15", "--json")
    assert issued.returncode == 0, issued.stderr
    assert sum(r["结果"] == "绩效目标申报表已下发" for r in json.loads(issued.stdout)) == 6
    again = jixiao("targets", "issue", "2023", "--day", "2022-11-16", "--json")
    assert json.loads(again.stdout) == []
    status = json.loads(jixiao("status", "2023", "--day", "2022-11-16", "--json").stdout)
    assert {r["状态"] for r in status["2023"]} == {"20 等待申报绩效目标"}
    missing = jixiao("targets", "approve", "2023", JIANGYONG, "--officer", "周明远")
    assert missing.returncode == 2
    assert "还没有申报" in missing.stderr


def test_another_pack_is_compared_before_it_bites(jixiao, root, tmp_path):
    result = jixiao("evaluate", "2023", "--pack", root / "config" / "2023", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == []
    assert jixiao("evaluate", "2023", "--pack", tmp_path / "nothing").returncode == 2
