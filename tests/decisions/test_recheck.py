"""After a change only the rules it can affect run again, and the result is that of a full run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from jixiao import rules
from jixiao.checking.evaluation import evaluate
from jixiao.policy.model import RulesPolicy
from jixiao.rules import Rule, versions
from jixiao.store.filings import evaluation_records, filed
from jixiao.year import Cycle, perform
from jixiao.year.program import current_program
from jixiao.year.steps.evaluate import Review, evaluate_filing

SONGXI = "12431199MB990505X6"
WRITTEN = {
    "code": "X01",
    "title": "办公费",
    "operator": "<=",
    "right": "1",
    "remedy": "核对",
    "left": "附件1.spending.office.final",
}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the rules that ran, in order."""
    codes: list[str] = []
    plain = rules.every_rule

    def watched(rule: Rule) -> Rule:
        def check(facts: Any) -> Any:
            codes.append(rule.code)
            return rule.check(facts)

        check.__module__ = rule.check.__module__
        return replace(rule, check=check)

    every: Callable[[RulesPolicy], list[Rule]] = lambda policy: [  # noqa: E731
        watched(rule) for rule in plain(policy)
    ]
    monkeypatch.setattr(rules, "every_rule", every)
    return codes


def changed(cycle: Cycle, policy: dict[str, Any]) -> Cycle:
    """The same cycle with other settings in rules.yaml, over those the pack has."""
    now = cycle.pack.rules.model_dump()
    settings = {**now["settings"], **policy.get("settings", {})}
    given = RulesPolicy.model_validate({"settings": settings, "written": policy.get("written", [])})
    return replace(cycle, pack=replace(cycle.pack, rules=given))


def full(cycle: Cycle, unit: str) -> list[Any]:
    with cycle.store.read() as connection:
        id = max(evaluation_records(connection, 2023))
        submission = filed(connection, id)
    return list(evaluate(cycle.pack, submission, department=cycle.department(unit)).findings)


@pytest.mark.parametrize(
    ("policy", "again"),
    [
        ({}, []),
        ({"settings": {"A07": {"severity": "advice"}}}, ["A07"]),
        ({"settings": {"B10": {"params": {"limit": "5"}}}}, ["B10"]),
        ({"settings": {"A10": {"enabled": False}, "E05": {"severity": "error"}}}, ["E05"]),
        ({"written": [WRITTEN]}, ["X01"]),
        ({"written": [{**WRITTEN, "right": "2"}], "settings": {"A01": {"params": {}}}}, ["X01"]),
    ],
)
def test_a_change_of_rules_runs_what_it_can_affect(
    county: Any, ran: list[str], policy: dict[str, Any], again: list[str]
) -> None:
    cycle = county.filed("songxi-1", date(2024, 4, 1))
    assert len(set(ran)) > 60
    other = changed(cycle, policy)
    expected = full(other, SONGXI)
    ran.clear()
    found = evaluate_filing(other, county.filings(SONGXI)[-1]).findings
    assert ran == again
    assert list(found) == expected
    due = [i.name for i in Review().due(other)]
    nothing_to_do = policy == {}
    assert (due == []) is nothing_to_do
    assert not perform(other, "evaluate")[1]
    assert Review().due(other) == []
    # And back again: what was true once is true again.
    assert not perform(cycle, "evaluate")[1]
    assert Review().due(cycle) == []
    assert list(evaluate_filing(cycle, county.filings(SONGXI)[-1]).findings) == full(cycle, SONGXI)


def test_a_change_of_scoring_runs_everything(county: Any, ran: list[str]) -> None:
    cycle = county.filed("songxi-1", date(2024, 4, 1))
    pack = replace(cycle.pack, hashes={**cycle.pack.hashes, "scoring.yaml": "other"})
    ran.clear()
    evaluate_filing(replace(cycle, pack=pack), county.filings(SONGXI)[-1])
    assert len(set(ran)) > 60


def test_a_changed_helper_runs_the_rules_that_use_it(
    county: Any, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = county.filed("songxi-1", date(2024, 4, 1))
    plain = versions._source
    helper = "jixiao.rules.support.saving"
    monkeypatch.setattr(
        versions, "_source", lambda m: plain(m) + ("\n# changed" if m == helper else "")
    )
    versions.sources.cache_clear()
    ran.clear()
    try:
        evaluate_filing(replace(cycle, program=current_program()), county.filings(SONGXI)[-1])
    finally:
        versions.sources.cache_clear()
    assert ran == ["C07", "C08"]
