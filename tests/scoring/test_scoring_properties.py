"""What holds for every row: bounds, order, units, and never an exception."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jixiao.model.forms import Form
from jixiao.model.scores import RowScore
from jixiao.model.submission import Cell, FormData, IndicatorRow
from jixiao.policy.scoring import ScoringPolicy
from jixiao.scoring import score_form
from jixiao.scoring.indicator import score_indicator
from jixiao.scoring.outcome import basis_for

VARIANTS: dict[str, dict[str, Any]] = {
    "base": {},
    "linear": {"lower": {"variant": "linear"}, "ranks": {"variant": "linear"}},
    "deviation": {"over_achievement": {"mode": "deduct", "variant": "deviation"}},
    "fixed": {"over_achievement": {"mode": "deduct", "variant": "fixed", "threshold": "1.3"}},
    "hubei": {"qualitative": {"partly": "0.5"}, "caps": {"enabled": "true"}},
    "spread": {"not_applicable": {"enabled": "true"}, "decimals": "1"},
}
MONOTONE = ("base", "linear", "hubei")

amounts = st.decimals(
    min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=2, allow_nan=False
)
positive = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("1e6"), places=2)
weights = st.decimals(min_value=Decimal(0), max_value=Decimal(100), places=2)
PIECES = """≥ ≤ = > < 0 1 10 61 2.5 100 亿元 万元 元 % 家 人次 M3 以上 以内 不少于 至少 最多 约 余 、 ， ;
年 2023 9月 前 底 完成 未完成 部分达成 效果明显 获评 全市 第二 第 前三 比 同比增长 不适用 — / - 无 . , NaN inf ∞
1e9 ﹦ ²"""
pieces = st.sampled_from(PIECES.split())
texts = st.one_of(
    st.lists(pieces, max_size=6).map("".join),
    st.text(max_size=12),
    amounts.map(str),
)
levels = st.sampled_from(["数量指标", "成本指标", "时效指标", "满意度", ""])


@pytest.fixture(scope="module")
def policies(policy_of: Any) -> dict[str, ScoringPolicy]:
    return {name: policy_of(changes) for name, changes in VARIANTS.items()}


def scored(policy: ScoringPolicy, level2: str, target: str, actual: str, *rest: str) -> RowScore:
    weight, score, name, sign, unit = (*rest, *("10", "10", "", "", "")[len(rest) :])
    cells = [Cell(text) for text in (name, target, actual, weight, score)]
    row = IndicatorRow("产出指标", level2, *cells, sign=Cell(sign), unit=Cell(unit))
    return score_indicator(basis_for(policy, {}, 2023), row, 0)


@given(st.sampled_from(sorted(VARIANTS)), levels, st.lists(texts, min_size=7, max_size=7))
@example("base", "", ["1", "1", "9" * 40, "1", "", "", ""])
@example("base", "", ["1e-30", "1e30亿元", "1000", "", "", "", ""])
@example("fixed", "成本指标", ["-1e30亿元", "1e30", "1000", "x", "", "", "万元"])
def test_any_row_has_points_within_its_weight(
    policies: dict[str, ScoringPolicy], variant: str, level2: str, given_texts: list[str]
) -> None:
    row = scored(policies[variant], level2, *given_texts)
    assert row.working.sentence
    assert row.standing >= 0
    if row.weight is not None:
        assert row.standing <= row.weight
    if row.computed is not None:
        places = -int(row.computed.as_tuple().exponent)
        assert places <= policies[variant].decimals


@given(st.sampled_from(MONOTONE), positive, amounts, amounts, weights)
def test_more_is_never_worth_less(
    policies: dict[str, ScoringPolicy],
    variant: str,
    target: Decimal,
    one: Decimal,
    other: Decimal,
    weight: Decimal,
) -> None:
    low, high = sorted((one, other))
    for sign in ("≥", "=", ""):
        less, more = (
            scored(policies[variant], "数量指标", f"{sign}{target}", str(a), str(weight)).computed
            for a in (low, high)
        )
        assert less is not None
        assert more is not None
        assert less <= more


@given(st.sampled_from(sorted(VARIANTS)), positive, amounts, amounts, weights)
def test_costing_more_is_never_worth_more(
    policies: dict[str, ScoringPolicy],
    variant: str,
    target: Decimal,
    one: Decimal,
    other: Decimal,
    weight: Decimal,
) -> None:
    low, high = sorted((one, other))
    cheap, dear = (
        scored(policies[variant], "成本指标", f"{target}元", f"{a}元", str(weight)).computed
        for a in (low, high)
    )
    assert cheap is not None
    assert dear is not None
    assert cheap >= dear


@given(st.sampled_from(sorted(VARIANTS)), levels, positive, amounts)
def test_units_do_not_matter(
    policies: dict[str, ScoringPolicy], variant: str, level2: str, target: Decimal, actual: Decimal
) -> None:
    points = {
        scored(policies[variant], level2, f"{target * a}{x}", f"{actual * b}{y}").computed
        for a, x in ((1, "亿元"), (10000, "万元"))
        for b, y in ((1, "亿元"), (100000000, "元"))
    }
    assert len(points) == 1


@given(st.sampled_from(["全市第", "第"]), st.lists(st.integers(1, 99), min_size=3, max_size=3))
def test_a_better_rank_is_never_worth_less(
    policies: dict[str, ScoringPolicy], scope: str, places: list[int]
) -> None:
    target, *actual = places
    for variant in MONOTONE:
        better, worse = (
            scored(policies[variant], "质量指标", f"{scope}{target}", f"{scope}{a}").computed
            for a in sorted(actual)
        )
        assert better is not None
        assert worse is not None
        assert better >= worse


@given(
    st.sampled_from(sorted(VARIANTS)),
    st.lists(st.tuples(texts, texts, weights, texts), max_size=5),
    st.lists(texts, min_size=4, max_size=4),
)
def test_any_form_has_a_total_within_its_weight(
    policies: dict[str, ScoringPolicy],
    forms: dict[str, Form],
    variant: str,
    rows: list[tuple[str, str, Decimal, str]],
    execution: list[str],
) -> None:
    data = FormData("项目表", "项目表")
    for column, text in zip(("annual", "executed", "weight", "score"), execution, strict=True):
        data.cells[f"execution.total.{column}"] = Cell(text)
    for target, actual, weight, claimed in rows:
        cells = [Cell(text) for text in ("指标", target, actual, str(weight), claimed)]
        data.indicators.append(IndicatorRow("产出指标", "数量指标", *cells))
    score = score_form(forms["项目表"], data, policies[variant], {}, year=2023)
    assert score is not None
    assert 0 <= score.computed_score <= score.computed_weight + Decimal("0.05")


def test_the_thread_s_decimal_context_does_not_matter(
    policies: dict[str, ScoringPolicy], forms: dict[str, Form]
) -> None:
    data = FormData("项目表", "项目表")
    for weight in ("45.67", "54.33"):
        cells = [Cell(text) for text in ("支出", "123456元", "123455元", weight, weight)]
        data.indicators.append(IndicatorRow("产出指标", "数量指标", *cells))
    with localcontext() as context:
        context.prec = 3
        score = score_form(forms["项目表"], data, policies["base"], {})
    assert score is not None
    assert (score.computed_weight, score.computed_score) == (100, 100)
    assert score.rows[1].ratio is not None
    assert Decimal("0.9999") < score.rows[1].ratio < 1
