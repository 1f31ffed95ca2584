"""The real filing, worked through by hand: what is wrong is found, what is right is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding, Severity
from jixiao.model.targets import from_submission
from jixiao.policy import load_pack

LIST = yaml.load(
    (Path(__file__).parent / "jiangyong.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)
PACK = load_pack(pack_dir(2023))
FILINGS = demo_dir() / "filings"


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    submission = load_filing(FILINGS / "jiangyong-1.yaml", PACK.forms)
    return list(evaluate(PACK, submission).findings)


def _names(finding: Finding, place: dict[str, str]) -> bool:
    return any(
        each.form == place["form"]
        and place.get("project", each.project) == each.project
        and place["text"] in each.text
        for each in finding.where
    )


def _matches(finding: Finding, wanted: dict[str, Any]) -> bool:
    return (
        finding.code == wanted["code"]
        and finding.severity.value == wanted["severity"]
        and wanted.get("message", "") in finding.message
        and wanted.get("difference", "") in finding.difference
        and all(_names(finding, place) for place in wanted["places"])
    )


@pytest.mark.parametrize("wanted", LIST["wrong"], ids=lambda w: f"{w['code']} {w['why']}")
def test_what_is_wrong_is_found_once(findings: list[Finding], wanted: dict[str, Any]) -> None:
    assert len([f for f in findings if _matches(f, wanted)]) == 1


def test_no_other_errors(findings: list[Finding]) -> None:
    listed = [w for w in LIST["wrong"] if w["severity"] == "error"]
    errors = [f for f in findings if f.severity is Severity.ERROR]
    extra = [f.message for f in errors if not any(_matches(f, w) for w in listed)]
    assert extra == []


def test_every_warning_is_of_a_listed_kind(findings: list[Finding]) -> None:
    listed = {w["code"] for w in LIST["wrong"]}
    assert {f.code for f in findings} <= listed


@pytest.mark.parametrize("right", LIST["right"], ids=lambda r: f"{r['what']} {r['text']}")
def test_what_is_right_is_silent(findings: list[Finding], right: dict[str, Any]) -> None:
    loud = [
        f.message
        for f in findings
        if f.code in right["codes"] and any(right["text"] in place.text for place in f.where)
    ]
    assert loud == []


def _filed(name: str) -> Evaluation:
    """A filing as the year's cycle checks it: with the roster and the approved targets."""
    submission = load_filing(FILINGS / f"{name}.yaml", PACK.forms)
    proposal = demo_dir() / "targets" / f"{name.split('-')[0]}.yaml"
    targets = from_submission(load_filing(proposal, PACK.forms), PACK.year, submission.unit_code)
    return evaluate(
        PACK, submission, department=PACK.department(submission.unit_code), targets=targets
    )


@pytest.mark.parametrize("name", ["jiangyong-2", "yunling-1", "xinghe-1", "pinghu-1", "songxi-2"])
def test_clean_filings_have_no_errors(name: str) -> None:
    found = _filed(name).findings
    assert [f.message for f in found if f.severity is Severity.ERROR] == []
    assert len([f for f in found if f.severity is Severity.WARNING]) <= 2


def test_the_roster_does_not_hide_the_first_filings_errors(findings: list[Finding]) -> None:
    with_roster = {(f.code, f.found) for f in _filed("jiangyong-1").findings}
    errors = {(f.code, f.found) for f in findings if f.severity is Severity.ERROR}
    assert errors <= with_roster
