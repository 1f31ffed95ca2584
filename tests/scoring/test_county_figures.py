"""The figures of a real county department under the year's own forms and parameters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from jixiao.installation.paths import pack_dir
from jixiao.model.forms import Form
from jixiao.model.scores import FormScore, State
from jixiao.model.submission import Cell, FormData, IndicatorRow, Submission
from jixiao.policy.scoring import ScoringPolicy
from jixiao.policy.yamlfile import load_model
from jixiao.scoring import score_submission

ROWS = [
    ("产出指标", "数量指标", "入统规模工业企业数", "10", "12", "10", "10"),
    ("产出指标", "数量指标", "高新技术企业申报认证", "10", "20", "10", "10"),
    ("产出指标", "数量指标", "科技型企业入库", "90", "169", "5", "5"),
    ("产出指标", "数量指标", "招商引资签约项目", "30", "43", "5", "5"),
    ("产出指标", "数量指标", "招商引资签约项目金额", "35亿元", "79.9亿元", "5", "5"),
    ("产出指标", "数量指标", "农产品网上交易额", "2.5亿元", "2.37亿元", "10", "9.48"),
    ("产出指标", "质量指标", "规模工业增加值增长率", "8%以上", "8.7%", "10", "10"),
    ("产出指标", "质量指标", "资金使用准确率", "100%", "100%", "5", "5"),
    ("产出指标", "时效指标", "完成时限", "2023", "2023", "5", "5"),
    ("产出指标", "成本指标", "预算资金之内", "771.32", "771.32万元", "5", "5"),
    ("效益指标", "经济效益指标", "规模工业总产值", "61亿元", "63.36亿元", "10", "10"),
    ("效益指标", "社会效益指标", "电商人才培训", "600人次", "627人次", "5", "5"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意率", "90%", "100%", "5", "5"),
]
SUBSIDY = [
    ("产出指标", "数量指标", "新增冷藏库容量(M3)", "15000", "16889", "50", "50"),
    ("产出指标", "质量指标", "验收合格率", "100%", "100%", "10", "10"),
    ("产出指标", "时效指标", "完成年限", "", "", "10", "10"),
    ("产出指标", "成本指标", "补助金额", "300万元", "367.32 万元", "10", "10"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意率", "95%", "100%", "10", "10"),
]
RATES = ("funds_in_place", "funds_on_time", "completion", "timeliness", "quality", "saving")


def project(name: str, rows: list[tuple[str, ...]], execution: dict[str, str]) -> FormData:
    data = FormData("附件3", f"附件3-{name}", project=name)
    data.cells = {f"execution.{address}": Cell(text) for address, text in execution.items()}
    data.indicators = [
        IndicatorRow(level1, level2, *(Cell(text) for text in rest))
        for level1, level2, *rest in rows
    ]
    return data


@pytest.fixture(scope="module")
def forms_2023() -> dict[str, Form]:
    folder = pack_dir(2023) / "forms"
    return {name: load_model(folder / f"{name}.yaml", Form) for name in ("附件1", "附件3", "附件4")}


@pytest.fixture(scope="module")
def scores(forms_2023: dict[str, Form]) -> list[FormScore]:
    policy = load_model(pack_dir(2023) / "scoring.yaml", ScoringPolicy)
    printed = {"weight": "5", "score": "5"}
    total = {"initial": "404", "annual": "771.32", "executed": "771.32", "rate": "100%"} | printed
    development = project(
        "事业发展专项资金",
        ROWS,
        {f"total.{c}": v for c, v in total.items()} | {f"fiscal.{c}": v for c, v in total.items()},
    )
    development.total_weight, development.total_score = Cell("100"), Cell("99.48")
    subsidy = project("对企业的项目建设补助资金", SUBSIDY, {})
    rubric = FormData("附件4", "附件4-2", project="对企业的项目建设补助资金")
    section = forms_2023["附件4"].table("rubric")
    rubric.cells = {
        f"rubric.{row.id}.score": Cell(row.weight or "") for row in section.rows
    }  # every row claims its full weight
    base = FormData("附件1", "附件1")
    submission = Submission(2023, "", "", forms=[base, development, subsidy, rubric])
    return score_submission(forms_2023, submission, policy, {"hunan-forms": "湖南表样"})


def test_base_figures_carry_no_score(scores: list[FormScore]) -> None:
    assert [score.form for score in scores] == ["附件3", "附件3", "附件4"]


def test_parts_make_95_and_the_print_says_100(scores: list[FormScore]) -> None:
    score = scores[0]
    assert (score.computed_weight, score.printed_weight) == (95, 100)
    assert (score.claimed_sum, score.printed_score) == (Decimal("94.48"), Decimal("99.48"))
    assert score.computed_score == Decimal("94.48")
    assert [(row.name, row.weight) for row in score.doubled] == [("其中:当年财政拨款", 5)]


def test_nothing_right_is_called_in_question(scores: list[FormScore]) -> None:
    assert [row.state for row in scores[0].rows] == [State.SCORED] * 14


def test_trade_fell_short(scores: list[FormScore]) -> None:
    row = next(row for row in scores[0].rows if row.name == "农产品网上交易额")
    assert row.computed == Decimal("9.48")
    assert row.working.sentence == "2.37亿元 ÷ 2.5亿元 = 94.80%，10 分 × 94.80% = 9.48 分"
    assert row.working.source == "湖南表样"
    assert row.working.data == {
        "target": "250000000",
        "actual": "237000000",
        "ratio": "0.948",
        "weight": "10",
        "direction": ">=",
    }


def test_overspent_subsidy_and_blank_deadline(scores: list[FormScore]) -> None:
    rows = {row.name: row for row in scores[1].rows}
    assert rows["补助金额"].computed == Decimal("8.17")
    assert (rows["完成年限"].state, rows["完成年限"].computed) == (State.BLANK, 0)
    assert rows["完成年限"].claimed == 10


def test_rubric_against_the_project_s_facts(scores: list[FormScore]) -> None:
    rows: dict[str, Any] = {row.row: row for row in scores[2].rows}
    states = {name: rows[name].state for name in RATES}
    assert states.pop("funds_in_place") == State.NOT_COMPUTABLE
    assert states.pop("funds_on_time") == State.NOT_COMPUTABLE
    assert states.pop("timeliness") == State.NOT_COMPUTABLE
    assert set(states.values()) == {State.SCORED}
    assert rows["saving"].ratio is not None
    assert rows["saving"].ratio < 0
    assert rows["saving"].computed == Decimal("3.2")
    assert rows["approval"].state == State.CLAIMED
    assert scores[2].printed_score == 100
    assert scores[2].computed_score == Decimal("95.20")
