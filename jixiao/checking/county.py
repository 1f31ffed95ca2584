"""Across the county: every filing beside all the others. What is found is advice only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jixiao.model.findings import Finding, Severity
from jixiao.model.submission import Submission
from jixiao.policy import Department, Pack
from jixiao.rules import Facts, catalogue
from jixiao.rules.support.county import County

FAMILY = "H"


def county_findings(
    pack: Pack, filings: Sequence[tuple[Department, Submission]]
) -> dict[str, list[Finding]]:
    """What rules of family H find in a county, by unit code; departments without are left out.

    Args:
        filings: the filing that counts of every department that has one. Departments of the
            roster that are not among them are missing.
    """
    filed = {department.code: submission for department, submission in filings}
    roster = {d.code: d for d in (*pack.roster.departments, *(d for d, _ in filings))}
    county = County(
        forms=pack.forms,
        filings=filed,
        missing=frozenset(roster) - frozenset(filed),
        names={code: department.name for code, department in roster.items()},
    )
    rules = [rule for code, rule in catalogue().items() if code.startswith(FAMILY)]
    found: dict[str, list[Finding]] = {}
    for code, department in roster.items():
        submission = filed.get(code) or Submission(pack.year, code, department.name)
        facts = Facts(
            forms=pack.forms,
            submission=submission,
            scores=(),
            policy=pack.scoring,
            year=pack.year,
            department=department,
            county=county,
        )
        for rule in rules:
            setting = pack.rules.setting(rule.code)
            if not rule.applies(pack.year, setting):
                continue
            for draft in rule.check(facts.under({**rule.params, **setting.params})):
                finding = replace(rule.finish(draft, setting), severity=Severity.ADVICE)
                found.setdefault(code, []).append(finding)
    return found
