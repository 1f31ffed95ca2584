"""The parameters: the year's file, what it may not say, and two editions held side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from jixiao.installation.paths import pack_dir
from jixiao.model.forms import Form
from jixiao.model.submission import Cell, FormData, IndicatorRow, Submission
from jixiao.policy.model import PackInfo
from jixiao.policy.scoring import ScoringPolicy
from jixiao.policy.yamlfile import load_model
from jixiao.scoring import changes, grade, score_form, score_submission

ITEM = {
    "id": "a",
    "name": "甲",
    "points": "5",
    "source": "s",
    "numerator": "a.b.c",
    "denominator": "x:a.b.d",
}
REFUSED = [
    ({"qualitative": {"partly": "0.9"}}, "不能高于"),
    ({"grades": {"bands": [{"min": "60", "grade": "中"}]}}, "从 0 分起"),
    ({"grades": {"bands": [{"min": "0", "grade": "中"}, {"min": "0", "grade": "差"}]}}, "相同"),
    ({"group_weights": {"use": "b"}}, "没有“b”"),
    ({"group_weights": {"variants": {"a": {"weights": {"产出指标": "60"}}}}}, "应为 100"),
    ({"rubric_rates": {"成本节约率": {"steps": []}}}, "不能直接乘分值"),
    ({"rubric_rates": {"x": {"source": "s", "steps": [{"min": "0", "share": "2"}]}}}, "share"),
    (
        {
            "rubric_rates": {
                "成本节约率": {"steps": [{"min": "0", "share": "0"}, {"min": "-1", "share": "1"}]}
            }
        },
        "不应上升",
    ),
    ({"rubric_rates": {"成本节约率": {"ceilings": [{"max": "0", "share": "1"}]}}}, "只能写一个"),
    ({"deadlines": {"late": [{"share": "1"}]}}, "只写一个"),
    ({"deadlines": {"late": [{"share": "1", "days": "1", "months": "1"}]}}, "只写一个"),
    ({"over_achievement": {"threshold": "1"}}, "threshold"),
    ({"over_achievement": {"threshold": "NaN"}}, "threshold"),
    ({"lower": {"variant": "cubic"}}, "variant"),
    ({"direction": {"default": "~"}}, "default"),
    ({"unknown": "1"}, "unknown"),
    ({"department_rubric": {"enabled": "true", "items": [ITEM | {"points": "0"}]}}, "定分值"),
    ({"department_rubric": {"items": [ITEM | {"numerator": "staff.actual"}]}}, "numerator"),
    ({"department_rubric": {"items": [ITEM | {"figure": "change"}]}}, "不能直接乘分值"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_refuses(policy_of: Any, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        policy_of(change)


def test_every_parameter_names_a_source(policy_of: Any) -> None:
    assert policy_of().source_keys() == {
        "direction",
        "higher",
        "lower",
        "zero",
        "qualitative",
        "over",
        "execution",
        "caps",
        "blanks",
        "not_applicable",
        "deadlines",
        "ranks",
        "grades",
        "group_weights",
        "rubric",
        "rates",
        "department",
    }


def test_the_year_s_file_stands_on_known_sources() -> None:
    folder = pack_dir(2023)
    policy = load_model(folder / "scoring.yaml", ScoringPolicy)
    info = load_model(folder / "pack.yaml", PackInfo)
    assert policy.source_keys() <= set(info.sources)
    assert not policy.caps.enabled
    assert not policy.department_rubric.enabled
    variants = policy.group_weights.variants
    assert {name: sum(v.weights.values()) for name, v in variants.items()} == {
        "湖南": 100,
        "湖北": 100,
        "单列成本": 100,
    }
    # Not seen in any form of this province: only what the regulation is generally known to say.
    assert info.sources[variants["单列成本"].source].confidence == "K"
    set_here = (policy.deadlines, policy.ranks, *policy.rubric_rates.values())
    assert {rule.source for rule in set_here} == {"bureau-set"}


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ],
)
def test_grades(policy_of: Any, score: str, expected: str) -> None:
    assert grade(Decimal(score), policy_of()) == expected


def test_another_locality_grades_otherwise(policy_of: Any) -> None:
    bands = [("80", "优"), ("70", "良"), ("60", "中"), ("0", "差")]
    policy = policy_of({"grades": {"bands": [{"min": m, "grade": g} for m, g in bands]}})
    assert [grade(Decimal(s), policy) for s in (80, 79, 65, 10)] == ["优", "良", "中", "差"]


def test_current_group_weights(policy_of: Any) -> None:
    hubei = {
        "variants": {
            "hb": {"source": "s", "weights": {"预算执行": "20", "产出指标": "40", "效益指标": "40"}}
        },
        "use": "hb",
    }
    assert policy_of({"group_weights": hubei}).group_weights.current["预算执行"] == 20


def filing() -> Submission:
    """A cost half as high again: 66.67 by ratio, 50 by the linear variant."""
    cells = [Cell(text) for text in ("补助", "100万元", "150万元", "100", "100")]
    data = FormData("项目表", "项目表", project="甲")
    data.indicators = [IndicatorRow("产出指标", "成本指标", *cells)]
    return Submission(2023, "", "", forms=[data])


def test_two_editions_and_whose_grade_changes(policy_of: Any, forms: dict[str, Form]) -> None:
    old = policy_of()
    new = policy_of({"lower": {"variant": "linear"}, "version": "8"})
    first = score_submission(forms, filing(), old, {})
    second = score_submission(forms, filing(), new, {})
    (change,) = changes(first, second)
    assert (change.form, change.project, change.points) == ("项目表", "甲", Decimal("-16.67"))
    assert change.grade_changed
    assert (first[0].grade, second[0].grade) == ("中", "差")
    # Under last year's edition last year's result comes back, whatever was scored between.
    assert not list(changes(first, score_submission(forms, filing(), old, {})))


def test_a_form_scored_on_one_side_only(policy_of: Any, forms: dict[str, Form]) -> None:
    scores = score_submission(forms, filing(), policy_of(), {})
    (change,) = changes([], scores)
    assert change.before is None
    assert change.points == Decimal("66.67")
    assert change.grade_changed


def test_source_titles_follow_the_mapping(policy_of: Any, forms: dict[str, Form]) -> None:
    policy, data = policy_of(), filing().forms[0]
    found = []
    for sources in ({"lower": "甲文件"}, {"lower": "乙文件"}, {}):
        score = score_form(forms["项目表"], data, policy, sources)
        assert score is not None
        found.append(score.rows[1].working.source)
    assert found == ["甲文件", "乙文件", "lower"]
