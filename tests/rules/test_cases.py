"""Every rule on fragments of filings that fail and that pass, kept as data in ``cases/``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao import rules
from jixiao.evaluation import evaluate
from jixiao.findings import Finding
from jixiao.intake import merge
from jixiao.paths import pack_dir
from jixiao.policy import Department, Pack, load_pack
from jixiao.policy.scoring import ScoringPolicy
from jixiao.sample import load_filing
from jixiao.submission import Submission
from jixiao.targets import from_submission

FOLDER = Path(__file__).parent / "cases"
PACK = load_pack(pack_dir(2023))
CASES = {
    path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for path in sorted(FOLDER.glob("*.yaml"))
}


def _list(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code} {case['name']}")
        for code, cases in CASES.items()
        for case in cases[kind]
    ]


def _filing(folder: Path, forms: Any, year: int, name: str = "示例局") -> Submission:
    path = folder / "filing.yaml"
    data = {"unit": "", "name": name, "year": str(year), "forms": forms}
    path.write_text(yaml.dump(data, allow_unicode=True), encoding="utf-8")
    return load_filing(path, PACK.forms)


def _pack(case: Any) -> Pack:
    """The year's pack, with the case's own scoring parameters laid over it."""
    if "policy" not in case:
        return PACK
    changed = PACK.scoring.model_dump(by_alias=True) | case["policy"]
    scoring = ScoringPolicy.model_validate(changed)
    return replace(PACK, scoring=scoring)


def _findings(folder: Path, code: str, case: Any) -> list[Finding]:
    department = Department(**case["department"]) if "department" in case else None
    targets = prior = None
    if "targets" in case:
        targets = from_submission(_filing(folder, case["targets"], 2023), 2023, "")
    if "prior" in case:
        prior = _filing(folder, case["prior"], 2022)
    submission = _filing(folder, case["forms"], 2023, case.get("name_of_unit", "示例局"))
    if "word" in case:
        submission = merge(submission, _filing(folder, case["word"], 2023))
    found = evaluate(
        _pack(case), submission, department=department, targets=targets, prior=prior
    ).findings
    return [finding for finding in found if finding.code == code]


@pytest.mark.parametrize(("code", "case"), _list("failing"))
def test_fails(tmp_path: Path, code: str, case: Any) -> None:
    found = _findings(tmp_path, code, case)
    assert len(found) == int(case["findings"]), [f.message for f in found]
    places = [place.text for finding in found for place in finding.where]
    for words in case.get("where", []):
        assert any(words in place for place in places), (words, places)
    assert case.get("difference", "") in found[0].difference
    assert case.get("message", "") in found[0].message
    for finding in found:
        assert finding.severity is rules.catalogue()[code].severity_under(PACK.rules.setting(code))
        assert all(place.form and place.sheet for place in finding.where)
        assert finding.found
        assert finding.expected
        assert finding.remedy.endswith("。")
        assert finding.message.endswith("。")


@pytest.mark.parametrize(("code", "case"), _list("passing"))
def test_passes(tmp_path: Path, code: str, case: Any) -> None:
    assert [f.message for f in _findings(tmp_path, code, case)] == []


def test_every_rule_has_both_kinds_of_case() -> None:
    # Rules across the county (H) need many filings; test_county.py generates them.
    assert set(CASES) == {code for code in rules.catalogue() if code[0] != "H"}
    assert all(cases["failing"] and cases["passing"] for cases in CASES.values())
