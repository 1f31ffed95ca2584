"""The fragments of filings kept as data in ``cases/``, and what the rules find in one.

A case has ``forms`` as a filing has them, and where the rule looks at more than the filing:
``department`` (the roster's entry), ``targets`` (approved), ``prior`` (last year's filing),
``word`` (a Word report beside the workbook), ``policy`` (scoring parameters of its own) or
``county`` (the filings of other departments by name; without ``forms`` the one looked at
handed in nothing). ``example: true`` marks the failing case the rule's docstring tells.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from jixiao.checking.county import county_findings
from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import pack_dir
from jixiao.intake import merge
from jixiao.model.findings import Finding
from jixiao.model.submission import Submission
from jixiao.model.targets import from_submission
from jixiao.policy import Department, Pack, load_pack
from jixiao.policy.model import Roster
from jixiao.policy.scoring import ScoringPolicy

PACK = load_pack(pack_dir(2023))
CASES: dict[str, Any] = {
    path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
}
UNIT = "示例局"


def findings(folder: Path, code: str, case: Any) -> list[Finding]:
    """What the rule finds in the case; ``folder`` is for the files it is read from."""
    found = _in_county(folder, case) if "county" in case else _alone(folder, case)
    return [finding for finding in found if finding.code == code]


def _alone(folder: Path, case: Any) -> list[Finding]:
    department = Department(**case["department"]) if "department" in case else None
    targets = prior = None
    if "targets" in case:
        targets = from_submission(_filing(folder, case["targets"]), 2023, "")
    if "prior" in case:
        prior = _filing(folder, case["prior"], 2022)
    submission = _filing(folder, case["forms"], name=case.get("name_of_unit", UNIT))
    if "word" in case:
        submission = merge(submission, _filing(folder, case["word"]))
    pack = _pack(case)
    found = evaluate(pack, submission, department=department, targets=targets, prior=prior)
    return list(found.findings)


def _in_county(folder: Path, case: Any) -> list[Finding]:
    filed = dict(case["county"])
    if "forms" in case:
        filed[UNIT] = case["forms"]
    roster = {name: Department(code=name, name=name) for name in (*case["county"], UNIT)}
    filings = [(roster[name], _filing(folder, forms, name=name)) for name, forms in filed.items()]
    pack = replace(PACK, roster=Roster(departments=tuple(roster.values())))
    return county_findings(pack, filings).get(UNIT, [])


def _filing(folder: Path, forms: Any, year: int = 2023, name: str = UNIT) -> Submission:
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
