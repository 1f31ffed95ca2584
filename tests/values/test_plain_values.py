"""The quick looks: they must say what the full way says, and do all ordinary cells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jixiao.values import DEFAULT_BANDS, Comparator, normalise
from jixiao.values.hints import hint
from jixiao.values.normalise import _TIDY
from jixiao.values.parse import read_closely
from jixiao.values.plain import read_plain
from jixiao.values.units import UNITS

SIGNS = st.sampled_from(["", "", "", *"≥≤><="])
FIGURES = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals(0, 10**6, places=2).map(lambda d: format(d, "f")),
    st.sampled_from(["0", "0.00", "007", "2023", "20231231", "9" * 15, "0.0000000001"]),
)
MAGNITUDES = st.sampled_from(["", "", "", "百", "千", "万", "千万", "亿", "万亿"])
WORDS = [
    "",
    "",
    "年",
    "月",
    "日",
    "号",
    "年度",
    "余家",
    "多人",
    "驿站",
    "分之一",
    "百分百",
    "名",
    "以",
]
SYMBOLS = st.sampled_from([*UNITS, *WORDS])
BOUNDS = st.sampled_from(["", "", "以上", "以下", "以内", "左右", "内"])
NAMES = [
    "",
    "完成时限",
    "全市排名",
    "培训人次",
    "新增容量(M3)",
    "交易额(万元)",
    "里程(公里)",
    "年限(年)",
]
NAMES_OF = st.sampled_from(NAMES)
UNIT_CELLS = st.sampled_from(["", "", "万元", "%", "个", "年", "亩", "小时", "#", "驿站", "/"])
SIGN_CELLS = st.sampled_from(["", "", "≥", "大于", "反向", "=", "定性", "?"])
ROLES = st.sampled_from(["target", "actual"])
DIRECTIONS = st.sampled_from([None, *Comparator])
TIDY = st.text(st.sampled_from("0123456789.,%()/-~aMx≥≤年月万元家完成以上"), max_size=12)


@settings(max_examples=3000, deadline=None, database=None)
@given(
    st.tuples(SIGNS, FIGURES, MAGNITUDES, SYMBOLS, BOUNDS).map("".join),
    NAMES_OF, UNIT_CELLS, SIGN_CELLS, ROLES, DIRECTIONS,
)  # fmt: skip
def test_a_plain_cell_means_what_the_full_parser_says(
    text: str, name: str, unit: str, sign: str, role: str, direction: Comparator | None
) -> None:
    said = hint(name)
    quick = read_plain(text, said, unit, sign, role, direction)  # type: ignore[arg-type]
    if quick is None:
        return
    full = read_closely(text, said, unit, sign, role, direction, DEFAULT_BANDS)  # type: ignore[arg-type]
    assert quick == full
    assert str(quick.amount) == str(full.amount)  # 10.50 stays 10.50


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10", "10"), ("627人次", "627"), ("≥95%", "0.95"), ("90%以上", "0.9"), ("10.5万元", "105000"),
        ("61亿元以上", "6100000000"), ("35亿", "3500000000"), ("3千", "3000"), ("5个以内", "5"),
    ],
)  # fmt: skip
def test_ordinary_cells_take_one_look(text: str, amount: str) -> None:
    value = read_plain(text, hint(""), "", "", "target", None)
    assert value is not None
    assert value.amount == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["9月", "5年", "30日", "3亩", "10余家", "1,322", "-5", "≥5以下", "5 家"]
)
def test_others_take_a_closer_look(text: str) -> None:
    assert read_plain(text, hint(""), "", "", "target", None) is None


def test_a_tidy_character_is_one_that_normalising_leaves_alone() -> None:
    tidy = [chr(code) for code in range(0x10000) if _TIDY.fullmatch(chr(code))]
    assert len(tidy) > 20_000
    assert [c for c in tidy if normalise(f" {c}") != c] == []  # the blank takes it the full way


@settings(max_examples=500, deadline=None, database=None)
@given(TIDY)
def test_tidy_text_is_left_alone(text: str) -> None:
    assert normalise(f"{text} ") == normalise(text) == text
