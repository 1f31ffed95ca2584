"""The formulas forms define for their columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jixiao.spreadsheet.formula import evaluate, names, to_excel


@pytest.mark.parametrize(
    ("formula", "values", "result"),
    [
        ("a / b", {"a": "32", "b": "41"}, Decimal(32) / 41),
        ("(a - b) / b", {"a": "3", "b": "2"}, Decimal("0.5")),
        ("a * 2 + 0.5", {"a": "1"}, Decimal("2.5")),
        ("a / b", {"a": "1", "b": "0"}, None),
        ("a / b", {"a": "0", "b": "0"}, None),
        ("a / b", {"a": "1"}, None),
    ],
)
def test_worked_out(formula: str, values: dict[str, str], result: Decimal | None) -> None:
    assert evaluate(formula, {k: Decimal(v) for k, v in values.items()}) == result


def test_as_excel_sees_it() -> None:
    text = to_excel("executed / annual", {"executed": "E5", "annual": "D5"}.__getitem__)
    assert text == '=IF(COUNT(E5,D5)<2,"",IFERROR((E5/D5),""))'
    assert names("(a - b) / b") == ("a", "b")


@pytest.mark.parametrize("formula", ["a ** b", "f(a)", "a.b", "'x'", "a if b else a", "True"])
def test_nothing_else_is_a_formula(formula: str) -> None:
    values = {"a": Decimal(1), "b": Decimal(2), "f": Decimal(1)}
    with pytest.raises(ValueError, match="加减乘除"):
        evaluate(formula, values)
