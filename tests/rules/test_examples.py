"""The example in a rule's docstring is a case that was run, told in the case's own figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jixiao import rules
from jixiao.model.findings import Finding
from tests.rules.case_files import CASES, findings

#: What a case says of itself; all its other keys are the data it is run on.
ABOUT = {"name", "example", "findings", "where", "difference", "message"}
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@pytest.mark.parametrize("rule", rules.catalogue().values(), ids=lambda rule: rule.code)
def test_the_example_is_a_case_that_fails(tmp_path: Path, rule: rules.Rule) -> None:
    marked = [case for case in CASES[rule.code]["failing"] if case.get("example") == "true"]
    assert len(marked) == 1
    (case,) = marked
    found = findings(tmp_path, rule.code, case)
    assert found
    known = _numbers([*_texts({k: v for k, v in case.items() if k not in ABOUT}), *_said(found)])
    assert _numbers([rule.parts["举例"]]) - known == set()


def test_no_passing_case_is_an_example() -> None:
    marked = {code for code, cases in CASES.items() for c in cases["passing"] if "example" in c}
    assert marked == set()


def _numbers(texts: list[str]) -> set[Decimal]:
    return {Decimal(number) for text in texts for number in NUMBER.findall(text)}


def _texts(data: Any) -> Iterator[str]:
    """Every key and value of a case's data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
    else:
        yield data


def _said(found: list[Finding]) -> Iterator[str]:
    for finding in found:
        yield from (finding.message, finding.found, finding.expected, finding.difference)
        yield from (place.text for place in finding.where)
