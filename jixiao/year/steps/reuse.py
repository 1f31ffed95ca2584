"""What an earlier check of a filing found, for the rules whose findings still stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from jixiao.model.findings import Finding, Place, Severity
from jixiao.policy.model import RulesPolicy
from jixiao.rules.versions import rule_key
from jixiao.store.filings import evaluation_content, evaluation_parts
from jixiao.year.program import Program

LENGTH = 16  # characters of a rule's key that are kept

Kept = Mapping[str, list[Finding]]


def rule_keys(policy: RulesPolicy, program: Program) -> dict[str, str]:
    """Every rule's key in a program and under a year's settings, by code."""
    own = {c: rule_key(source, c, policy.setting(c)) for c, source in program.rules.items()}
    written = {w.code: rule_key(program.written, w.code, w) for w in policy.written}
    return {code: key[:LENGTH] for code, key in {**own, **written}.items()}


def reusable_findings(
    connection: Connection, filing_id: int, base: str, keys: Mapping[str, str]
) -> Kept:
    """Findings of the filing's newest evaluation by the rules that would find the same again.

    Args:
        base: hash of everything but the rules that an evaluation depends on.
        keys: see :func:`rule_keys`.

    Returns:
        By code, with an empty list for a rule that found nothing; a rule that must run again
        is left out, and all are where the evaluation was made from something else.
    """
    last = evaluation_parts(connection, filing_id)
    if last is None or last.base != base:
        return {}
    before: dict[str, str] = json.loads(last.rules)
    content = json.loads(evaluation_content(connection, last.id))
    found: dict[str, list[Finding]] = {
        code: [] for code, key in keys.items() if before.get(code) == key
    }
    for each in content["findings"]:
        finding = _finding(each)
        if finding.fingerprint != each["id"]:
            return {}  # written by another version of the program
        if finding.code in found:
            found[finding.code].append(finding)
    return found


def _finding(given: dict[str, Any]) -> Finding:
    return Finding(
        code=given["code"],
        severity=Severity(given["severity"]),
        title=given["title"],
        message=given["message"],
        where=tuple(
            Place(p["form"], p["sheet"], p["cell"], p["text"], p["project"]) for p in given["where"]
        ),
        found=given["found"],
        expected=given["expected"],
        difference=given["difference"],
        remedy=given["remedy"],
    )
