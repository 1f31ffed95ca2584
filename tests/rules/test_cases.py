"""Every rule on fragments of filings that fail and that pass, kept as data in ``cases/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jixiao import rules
from tests.rules.case_files import CASES, PACK, findings


def _list(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code} {case['name']}")
        for code, cases in CASES.items()
        for case in cases[kind]
    ]


@pytest.mark.parametrize(("code", "case"), _list("failing"))
def test_fails(tmp_path: Path, code: str, case: Any) -> None:
    found = findings(tmp_path, code, case)
    assert len(found) == int(case["findings"]), [f.message for f in found]
    places = [place.text for finding in found for place in finding.where]
    for words in case.get("where", []):
        assert any(words in place for place in places), (words, places)
    assert case.get("difference", "") in found[0].difference
    assert case.get("message", "") in found[0].message
    for finding in found:
        assert finding.severity is rules.catalogue()[code].severity_under(PACK.rules.setting(code))
        # What was never handed in has no place.
        assert all(place.form and place.sheet for place in finding.where) or "forms" not in case
        assert finding.found
        assert finding.expected
        assert finding.remedy.endswith("。")
        assert finding.message.endswith("。")


@pytest.mark.parametrize(("code", "case"), _list("passing"))
def test_passes(tmp_path: Path, code: str, case: Any) -> None:
    assert [f.message for f in findings(tmp_path, code, case)] == []


def test_every_rule_has_both_kinds_of_case() -> None:
    assert set(CASES) == set(rules.catalogue())
    assert all(cases["failing"] and cases["passing"] for cases in CASES.values())
