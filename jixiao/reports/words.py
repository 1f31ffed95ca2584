"""Figures and workings as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from jixiao.model.scores import RowScore, State, Working
from jixiao.model.submission import Cell
from jixiao.reports.model import Where, WorkingView

_STATES = {
    State.NEEDS_PERSON: "需人工判断",
    State.BLANK: "缺目标值或完成值",
    State.UNREADABLE: "无法识别",
    State.NOT_COMPUTABLE: "无法计算",
    State.NOT_SCORED: "不计分",
    State.CLAIMED: "按要点评分",
}

# The scoring rules' names in the words of the field; a name that is not here is shown as it is.
_RULES = {
    "execution": "预算执行率",
    "higher_is_better": "正向指标，越高越好",
    "equals": "等于目标值",
    "lower_is_better_ratio": "反向指标，按目标与完成之比",
    "lower_is_better_linear": "反向指标，按超出幅度扣减",
    "over_achievement_deviation": "超额完成，按偏离程度扣减",
    "over_achievement_fixed": "超额完成，扣固定分",
    "zero_target": "目标值为零",
    "negative_target": "目标值为负",
    "range": "区间目标",
    "two_values": "一格两个数，取较差的一个",
    "qualitative": "定性指标分档",
    "deadline": "时限",
    "rank": "名次",
    "actual_is_range": "完成值是区间",
    "different_kinds": "目标值与完成值种类不同",
    "different_units": "目标值与完成值单位不同",
    "blank": "空白",
    "unreadable": "无法识别",
    "not_computable": "没有可用的数字",
    "not_applicable": "不适用",
    "claimed": "按评价要点评分",
    "rubric_rate": "比率对应得分",
    "department_rubric": "部门整体支出评分标准",
    "sub_row": "其中行，不计分",
    "cap": "按执行率封顶",
    "scaling": "不适用指标的分值分摊",
}


def figure(value: Decimal | None) -> str:
    """A figure without exponent and trailing zeros; ``""`` for ``None``."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(ratio: Decimal) -> str:
    """A ratio as a percentage with at most one decimal, half up: ``118.8%``."""
    return figure((ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)) + "%"


def working_view(working: Working, summary: str, cells: Iterable[Where] = ()) -> WorkingView:
    rule = _RULES.get(working.rule, working.rule)
    return WorkingView(summary, rule, working.sentence, working.source, tuple(cells))


def row_working(row: RowScore, cells: Iterable[tuple[str, Cell]]) -> WorkingView:
    """The working of a scored row with the cells it was worked out from, blank ones left out."""
    places = [
        Where(f"{what} {cell.text}", cell.sheet, cell.cell)
        for what, cell in (*cells, ("分值", row.weight_cell), ("自评得分", row.score_cell))
        if not cell.blank
    ]
    return working_view(row.working, _summary(row), places)


def _summary(row: RowScore) -> str:
    if row.state is State.SCORED:
        if row.ratio is None:
            return "计算过程"
        return f"{_RATES.get(row.kind, '完成')} {percent(row.ratio)}"
    if row.computed is None and row.state is not State.NOT_SCORED:
        return f"{_STATES[row.state]}，沿用自评 {figure(row.standing)} 分"
    return _STATES[row.state]


_RATES = {"execution": "执行率", "rubric": "比率"}
