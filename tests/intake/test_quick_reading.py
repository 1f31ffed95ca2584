"""What is remembered of one sheet holds for another that looks like it, whatever is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jixiao.intake import read_file
from jixiao.intake.grid import Grid
from jixiao.intake.locate import _layout, _look, locate
from jixiao.intake.located import Layout
from jixiao.intake.shape import shapes
from jixiao.intake.text import split_points
from jixiao.policy import Pack
from jixiao.sample import load_filing
from jixiao.submission import to_json
from jixiao.workbooks import issue_workbook

DEMO = Path(__file__).resolve().parents[2] / "config/demo/filings"
LENIENT = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


LABELS = [
    "三级指标", "分值", "得分", "年度指标值", "实际完成值", "总分", "一级指标", "二级指标",
    "经费控制情况", "2023年决算数", "2022年决算数", "2023年预算数", "3、专项资金", "三公经费",
    "按收入性质分:1", "其中：基本支出：5", "预期目标", "年度总体目标", "单位名称", "单位名称：某局",
    "产出指标（70分）", "数量指标", "政府采购金额", "4、其他资金", "备注",
]  # fmt: skip
VALUES = ["5", "某局的话", "产值61亿元以上", "备用一行", "甲：乙", "/", "90%"]
# Known only without brackets, without numbering or without what stands behind a colon.
DRESSED = [
    "分值（分）", "得分(满分100分)", "其中：专项资金", "（3）其他资金（4分）", "2、三公经费：", "单位名称：",
    "按收入性质分", "其中:项目支出:7", "合 计", "“三公”经费",
]  # fmt: skip
ANY = st.sampled_from([*LABELS, *DRESSED, *VALUES])
SQUARES = st.lists(st.lists(st.none() | ANY, max_size=6), max_size=12)


def _grid(rows: list[list[str | None]], merged: bool) -> Grid:
    texts = {(r, c): t for r, row in enumerate(rows) for c, t in enumerate(row) if t}
    return Grid("x", texts, {(1, 0): (2, 0), (3, 1): (3, 2)} if merged else {})


def _places(layout: Layout) -> object:
    return {name: getattr(layout, name) for name in layout.__slots__ if name != "_places"}


SPENDING: list[list[str | None]] = [
    ["单位名称", "某局", None, None],
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["三公经费", "1", "2", "3"],
    ["项目支出：", None, "4", None],
    ["1、业务工作经费", None, None, None],
    ["3、专项资金", "1", None, "2"],
    ["备用一行", "5", "5", "5"],
    ["4、其他资金", None, None, "1"],
    ["政府采购金额", None, "2", "2"],
]
SCORES: list[list[str | None]] = [
    ["预算部门名称", "某局", None, None, None, None, None],
    ["按收入性质分:1322.22", None, None, "按支出性质分:1322.22", None, None, None],
    ["其中: 一般公共预算:1322.22", None, None, "其中:基本支出:550.90", None, None, None],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标（70分）", "数量指标", "企业数", "5", "5", "5", "5"],
    [None, None, "家数", "5", "5", "5", "5"],
    ["总分", None, None, None, None, "100", "100"],
]


@pytest.mark.parametrize(("form", "rows"), [("附件1", SPENDING), ("附件2", SCORES)])
def test_sheets_that_look_alike_have_the_same_layout(
    form: str, rows: list[list[str | None]], pack: Pack
) -> None:
    """Every cell of a form is given every text in turn."""
    shape = shapes(pack.forms, 2023).forms[form]
    for r, row in enumerate(rows):
        for c in range(len(row)):
            seen: dict[object, object] = {}
            for text in (*LABELS, *DRESSED, *VALUES):
                grid = _grid(rows, False)
                grid.texts[r, c] = text
                grid.texts = dict(sorted(grid.texts.items()))
                look = _look(shape, grid, 0, grid.height)
                layout = _places(_layout(shape, grid, 0, grid.height))
                assert seen.setdefault(look, layout) == layout, (r, c, text)


@LENIENT
@given(rows=SQUARES, merged=st.booleans(), old=ANY, new=ANY)
def test_what_is_remembered_of_a_sheet_holds_for_one_that_looks_like_it(
    rows: list[list[str | None]], merged: bool, old: str, new: str, pack: Pack
) -> None:
    first = _grid(rows, merged)
    second = _grid([[new if t == old else t for t in row] for row in rows], merged)
    for shape in shapes(pack.forms, 2023).forms.values():
        if shape.form.narrative is None:
            locate(shape, first, 0, first.height)
            found = locate(shape, second, 0, second.height)
            fresh = _layout(shape, second, 0, second.height)
            assert _places(found.layout) == _places(fresh)
            texts = [split_points(second.texts[pos]) for pos in fresh.groups]
            assert [(group.level1, group.points) for group in found.groups] == texts


def test_a_second_department_is_not_given_the_words_of_the_first(pack: Pack) -> None:
    """Two workbooks alike but for what is filled in, read one after the other and each alone."""
    names = sorted(DEMO.glob("*.yaml"))
    files = []
    for path in names:
        filing = load_filing(path, pack.forms)
        department = pack.department(filing.unit_code)
        assert department is not None
        files.append(issue_workbook(pack, department, None, filled=filing))
    together = [to_json(read_file(data, "x", pack.forms)) for data in files]
    alone = []
    for data in files:
        for shape in shapes(pack.forms, 2023).forms.values():
            shape.layouts.clear()
            shape.words.clear()
        alone.append(to_json(read_file(data, "x", pack.forms)))
    assert together == alone
