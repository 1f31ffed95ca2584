"""A working is told on demand, once, and is otherwise a plain value."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from jixiao.model.scores import RowScore, Told, Working
from jixiao.scoring.indicator import score_indicator
from jixiao.scoring.outcome import basis_for

WRITTEN = Working("higher_is_better", "10 = 10，得满分", "依据", {"target": "10"})


def later(told: list[str]) -> Working:
    def tell() -> Told:
        told.append("told")
        return "10 = 10，得满分", {"target": "10"}

    return Working.later("higher_is_better", tell, "依据")


def test_it_is_told_once_and_only_when_asked() -> None:
    told: list[str] = []
    working = later(told)
    assert (working.rule, working.source, told) == ("higher_is_better", "依据", [])
    assert (working.sentence, working.data) == ("10 = 10，得满分", {"target": "10"})
    assert working.data is working.data
    assert told == ["told"]


def test_two_that_say_the_same_are_equal() -> None:
    assert later([]) == WRITTEN
    assert hash(later([])) == hash(WRITTEN)
    assert repr(later([])) == repr(WRITTEN)
    assert Working("lower_is_better_ratio", *("10 = 10，得满分", "依据", {})) != WRITTEN
    assert WRITTEN != "10 = 10，得满分"


@pytest.mark.parametrize("name", ["rule", "sentence", "source", "data"])
def test_it_does_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(later([]), name, "别的")


def test_a_scored_row_can_be_stored_and_copied(policy_of: Any, row_of: Any) -> None:
    basis = basis_for(policy_of(), {}, 2023)
    cases = {
        "数": ("10", "8"),
        "少": ("≤10", "20"),
        "词": ("效果明显", "效果明显"),
        "名次": ("第2", "第3"),
        "时限": ("9月底前", "7月"),
        "多": ("10", "90"),
        "空": ("", "1"),
        "单位": ("771.32", "771.32万元"),
    }
    for name, (target, actual) in cases.items():
        row = row_of(name=name, target=target, actual=actual, weight="10", score="9")
        score: RowScore = score_indicator(basis, row, 0)
        for other in (pickle.loads(pickle.dumps(score)), copy.deepcopy(score)):
            assert other == score
            assert other.working.sentence == score.working.sentence
