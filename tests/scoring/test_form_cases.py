"""Whole filings: what is added and what never is, caps, rubrics, grades."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jixiao.model.forms import Form
from jixiao.model.scores import FormScore
from jixiao.model.submission import Submission
from jixiao.scoring import score_submission


def test_filing(
    form_case: Any, policy_of: Any, data_of: Any, forms: dict[str, Form], sources: dict[str, str]
) -> None:
    filed = [data_of(given["form"], given) for given in form_case["forms"]]
    submission = Submission(2023, "", "", forms=filed)
    policy, aliases = policy_of(form_case.get("policy")), form_case.get("aliases")
    scores = score_submission(forms, submission, policy, sources, aliases=aliases)
    assert [score.form for score in scores] == [e["form"] for e in form_case["expect"]]
    for score, expect in zip(scores, form_case["expect"], strict=True):
        check(score, expect)


def check(score: FormScore, expect: dict[str, Any]) -> None:
    said = [row.working.sentence for row in score.rows]
    figures = {
        "score": score.computed_score,
        "weight": score.computed_weight,
        "claimed": score.claimed_sum,
        "printed_weight": score.printed_weight,
        "printed_score": score.printed_score,
    }
    for name, found in figures.items():
        if name in expect:
            assert found == Decimal(expect[name]), (name, said)
    rows = {row.row: row for row in score.rows}
    for name, points in expect.get("rows", {}).items():
        assert rows[name].computed == (Decimal(points) if points else None), said
    for name, state in expect.get("states", {}).items():
        assert rows[name].state == state, said
    assert any(expect.get("says", "") in sentence for sentence in said)
    if "grade" in expect:
        assert score.grade == (expect["grade"] or None)
    assert [row.row for row in score.doubled] == expect.get("doubled", [])
    for name in ("cap", "scaling"):
        working = getattr(score, name)
        assert (working is None) == (name not in expect)
        assert expect.get(name, "") in (working.sentence if working is not None else "")
