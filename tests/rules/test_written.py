"""Rules that officials write: what they find, what is refused at load, what a dry run shows."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.errors import PackError
from jixiao.installation.paths import pack_dir
from jixiao.policy import load_pack
from jixiao.policy.model import RulesPolicy
from jixiao.rules import check_pack, every_rule
from jixiao.rules.support.expression import ExpressionError, compile_expression
from jixiao.rules.support.fields import fields
from jixiao.rules.written import mistakes

PACK = load_pack(pack_dir(2023))
DATA = yaml.load(
    (Path(__file__).parent / "written.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)


def _policy(rule: dict[str, Any]) -> RulesPolicy:
    return RulesPolicy.model_validate({"written": [{**DATA["base"], **rule}]})


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["name"])
def test_cases(case: dict[str, Any], tmp_path: Path) -> None:
    policy = _policy(case["rule"])
    assert list(mistakes(policy, PACK.forms)) == []
    filing = {"unit": "", "name": "示例局", "year": "2023", "forms": case["forms"]}
    (tmp_path / "filing.yaml").write_text(yaml.dump(filing, allow_unicode=True), encoding="utf-8")
    submission = load_filing(tmp_path / "filing.yaml", PACK.forms)
    found = [
        f for f in evaluate(replace(PACK, rules=policy), submission).findings if f.code == "X01"
    ]
    assert len(found) == int(case["findings"]), [f.message for f in found]
    for finding in found:
        assert finding.severity.value == case["rule"].get("severity", "warning")
        assert finding.message.endswith(case.get("message", ""))
        assert finding.difference.startswith(case.get("difference", ""))
        assert finding.remedy == "改正。"
        places = [place.text for place in finding.where]
        assert all(words in places for words in case.get("where", [])), places


@pytest.mark.parametrize("case", DATA["mistakes"], ids=lambda case: case["what"])
def test_a_wrong_rule_is_named(case: dict[str, Any]) -> None:
    found = list(mistakes(_policy(case["rule"]), PACK.forms))
    assert any(
        keys == ("written", 0, case["key"]) and case["says"] in text for keys, text in found
    ), found


def test_a_pack_with_a_wrong_field_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "2023"
    shutil.copytree(PACK.root, folder)
    rules = folder / "rules.yaml"
    before = rules.read_text(encoding="utf-8")
    rules.write_text(
        before
        + "\nwritten:\n  - code: X01\n    title: 试试\n    left: 附件1.spending.offce.final\n"
        "    operator: '=='\n    right: '0'\n    remedy: 改正\n",
        encoding="utf-8",
    )
    line = before.count("\n") + 5
    with pytest.raises(PackError, match=r"附件1\.spending\.office\.final") as caught:
        check_pack(load_pack(folder))
    assert caught.value.message.startswith(f"{rules} 第 {line} 行，written.0.left：")


def test_a_code_stands_once() -> None:
    rule = {**DATA["base"], "left": "附件1.spending.office.final"}
    with pytest.raises(ValueError, match="规则代码重复"):
        RulesPolicy.model_validate({"written": [rule, rule]})


def test_written_rules_stand_beside_the_catalogue() -> None:
    policy = _policy({"left": "附件1.spending.office.final"})
    rule = every_rule(policy)[-1]
    assert (rule.code, rule.family) == ("X01", "本级自定")
    assert rule.name == ""
    assert (rule.source.label, rule.source.text) == ("来源", "本级自定，见“为什么”")
    assert set(rule.parts) == {"为什么", "举例", "怎么改"}


@given(st.text(alphabet="附件1.spending()+-*/,[]{}'\"=<>: abcsumtoal0123456789_eE", max_size=60))
def test_whatever_is_written_is_compiled_or_refused(text: str) -> None:
    try:
        uses = compile_expression(text).uses
    except ExpressionError:
        uses = ()
    assert all(use.name.count(".") == 3 for use in uses)


def test_the_size_is_bounded() -> None:
    name = next(fields(PACK.forms))[0].name
    with pytest.raises(ExpressionError, match="太长"):
        compile_expression("+".join([name] * 40))
    with pytest.raises(ExpressionError, match="太复杂"):
        compile_expression("+".join(["1"] * 100))
    with pytest.raises(ExpressionError, match="太复杂"):
        compile_expression("-" * 390 + "1")
