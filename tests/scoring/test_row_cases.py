"""Every rule of a row, as cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jixiao.model.scores import State
from jixiao.scoring.indicator import score_indicator
from jixiao.scoring.outcome import basis_for


def test_row(row_case: Any, policy_of: Any, row_of: Any, sources: dict[str, str]) -> None:
    basis = basis_for(policy_of(row_case.get("policy")), sources, 2023)
    score = score_indicator(basis, row_of(**row_case["row"]), 4)
    expect = row_case["expect"]
    points = Decimal(expect["points"]) if expect["points"] else None
    assert (score.state, score.computed) == (State(expect.get("state", "scored")), points), (
        score.working.sentence
    )
    assert score.row == "4"
    assert score.working.rule == expect.get("rule", score.working.rule)
    assert score.working.source == expect.get("source", score.working.source)
    assert expect.get("says", "") in score.working.sentence
    if "ratio" in expect:
        assert score.ratio == Decimal(expect["ratio"])
