"""The rules' page is the catalogue, and every rule explains itself."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from jixiao import rules
from jixiao.errors import PackError
from jixiao.installation.paths import pack_dir
from jixiao.model.findings import Severity
from jixiao.policy import load_pack
from jixiao.policy.model import RuleSetting, RulesPolicy
from jixiao.rules.docs import render_markdown
from jixiao.rules.support.base import FAMILIES, Rule
from jixiao.rules.support.sources import HOUSE

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


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in rules.catalogue().values()]
    assert len(set(names)) == len(names)
    assert [n for n in names if not re.fullmatch(r"[a-z]+(-[a-z]+)+", n) or len(n) > 40] == []


def test_two_rules_cannot_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from jixiao.rules.within_form import a07_total_weight as first
    from jixiao.rules.within_form import a08_total_score as second

    monkeypatch.setattr(second, "check", replace(second.check, name=first.check.name))
    rules.catalogue.cache_clear()
    try:
        with pytest.raises(ValueError, match="share the name weights-make-total"):
            rules.catalogue()
    finally:
        rules.catalogue.cache_clear()


@pytest.mark.parametrize("said", ["A07", "a07", "weights-make-total", " Weights-Make-Total"])
def test_a_rule_is_found_by_code_and_by_name(said: str) -> None:
    rule = rules.find(said, rules.catalogue().values())
    assert rule is not None
    assert rule.code == "A07"


@pytest.mark.parametrize("said", ["", "Z99", "weights"])
def test_what_is_neither_code_nor_name_is_no_rule(said: str) -> None:
    nameless = replace(rules.catalogue()["A07"], code="X01", name="")
    assert rules.find(said, [*rules.catalogue().values(), nameless]) is None


def test_a_pack_that_says_a_name_is_told_the_code() -> None:
    policy = RulesPolicy.model_validate({"settings": {"weights-make-total": {"enabled": False}}})
    with pytest.raises(PackError, match=r"settings\.weights-make-total：这里要写规则代码 A07。"):
        rules.check_settings(policy)


@pytest.mark.parametrize("rule", rules.catalogue().values(), ids=lambda rule: rule.code)
def test_only_what_was_seen_is_cited(rule: Rule) -> None:
    source = rule.source
    assert source.title
    assert source.confidence in {"S", "K", "H"}
    entry = PAGE.read_text(encoding="utf-8").partition(f'<a id="{rule.code.lower()}">')[2]
    entry = entry.partition("\n### ")[0]
    details = (source.number, source.article, source.date, source.address, source.quote)
    if source.confidence == "S":
        assert f"\n**依据**：{source.title}" in entry
        assert all(detail in entry for detail in details)
        return
    assert details == ("",) * 5
    assert "依据**" not in entry
    said = "本系统默认，未核对原文" if source.confidence == "K" else "本系统的勾稽要求，不引用文件"
    assert f"\n**来源**：{said}" in entry
    assert (source is HOUSE) is (source.confidence == "H")


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
