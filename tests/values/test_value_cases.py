"""Every case of cases.yaml: cells in, meaning out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.values import Comparator, Value, parse

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
INPUTS = {"text", "name", "unit", "sign", "role", "direction"}


def all_cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{group}-{number}-{case['text']!r}")
        for group, cases in CASES.items()
        for number, case in enumerate(cases)
    ]


def read(case: dict[str, Any]) -> Value:
    given = {k: v for k, v in case.items() if k in INPUTS}
    if "direction" in given:
        given["direction"] = Comparator(given["direction"])
    return parse(given.pop("text"), **given)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize("case", all_cases())
def test_case(case: dict[str, Any]) -> None:
    value = read(case)
    day = value.deadline
    found = {
        "kind": value.kind.value,
        "cmp": value.comparator.value,
        "stated": value.stated,
        "amount": value.amount,
        "base": value.unit.base if value.unit else None,
        "error": value.error_code,
        "band": value.band,
        "scope": value.scope,
        "low": value.low,
        "high": value.high,
        "approx": value.approximate,
        "comparison": value.comparison,
        "date": [day.year, day.month, day.day, day.edge, day.end] if day else None,
        "parts": [part.amount for part in value.parts] or None,
    }
    expected = {
        "kind": case.get("kind", "quantity"),
        "cmp": case.get("cmp", ">="),
        "stated": case.get("stated", False),
        "amount": number(case.get("amount")),
        "base": case.get("base"),
        "error": case.get("error"),
        "band": case.get("band"),
        "scope": case.get("scope"),
        "low": number(case.get("low")),
        "high": number(case.get("high")),
        "approx": case.get("approx", False),
        "comparison": case.get("comparison"),
        "date": case.get("date"),
        "parts": [Decimal(p) for p in case["parts"]] if "parts" in case else None,
    }
    assert found == expected
    assert (value.error is None) == (value.error_code is None)


def test_there_are_enough_cases() -> None:
    assert sum(len(cases) for cases in CASES.values()) >= 120
