"""The rules' page is the catalogue, and every rule explains itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from jixiao import rules
from jixiao.findings import Severity
from jixiao.paths import pack_dir
from jixiao.policy import load_pack
from jixiao.policy.model import RuleSetting
from jixiao.rules._docs import render_markdown
from jixiao.rules.base import FAMILIES, Rule

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_markdown()


@pytest.mark.parametrize("rule", rules.catalogue().values(), ids=lambda rule: rule.code)
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert set(rule.parts) == {"为什么", "举例", "怎么改"}
    assert all(len(text) >= 8 for text in rule.parts.values())
    assert rule.code[0] in FAMILIES
    assert rule.code[1:].isdigit()
    assert len(rule.code) == 3


def test_the_file_of_a_rule_bears_its_code() -> None:
    for rule in rules.catalogue().values():
        assert rule.check.__module__.rsplit(".", 1)[1].startswith(f"{rule.code.lower()}_")


def test_the_pack_sets_only_what_exists() -> None:
    rules.check_settings(load_pack(pack_dir(2023)).rules)


def test_severity_and_switch_come_from_the_year() -> None:
    rule = rules.catalogue()["A07"]
    assert rule.severity_under(RuleSetting()) is Severity.ERROR
    assert rule.severity_under(RuleSetting(severity=Severity.ADVICE)) is Severity.ADVICE
    assert rule.applies(2023, RuleSetting())
    assert not rule.applies(2023, RuleSetting(enabled=False))
    assert not rule.applies(2019, RuleSetting())


def test_several_families_and_enough_rules() -> None:
    codes = set(rules.catalogue())
    assert len(codes) >= 30
    assert {code[0] for code in codes} >= set("ABCDEFGH")
