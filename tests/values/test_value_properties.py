"""What must hold of every text: no surprise, no guess, the same meaning after writing it back.

JIXIAO_HYPOTHESIS=thorough runs a million examples of the random texts.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jixiao.values import (
    Comparator,
    Kind,
    NumberError,
    Value,
    adopt,
    as_json,
    compare,
    format_amount,
    parse,
    parse_number,
    render,
    same,
    to_unit,
)

THOROUGH = os.environ.get("JIXIAO_HYPOTHESIS") == "thorough"
RANDOM = settings(
    max_examples=1_000_000 if THOROUGH else 400,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
SHAPED = settings(max_examples=20_000 if THOROUGH else 200, deadline=None, database=None)

PIECES = st.sampled_from(
    [
        *"0123456789.,，、;()（）%‰≥≤><=~-—/+约近第前余多年月日号底内万亿千百十一二三两零元人家个次起名",
        *("以上", "以内", "以下", "至少", "不超过", "全市", "排名", "完成", "未", "同比增长", "比"),
        *("美元", "人次", "场次", "M3", "㎡", "²", "①", "亩", "获评", "2023", "e99"),
        *("\u3000", "\n", "\u202e"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40))
UNIT_CELLS = st.sampled_from(["", "", "万元", "%", "个", "人", "#", "小时"])
SIGN_CELLS = st.sampled_from(["", "", "≥", "≤", "=", "定性", "?"])
NAMES = st.sampled_from(["", "完成时限", "新增容量(M3)", "全市排名", "培训人次"])
ROLES = st.sampled_from(["target", "actual"])
SYMBOLS = st.sampled_from(
    [
        *("", "元", "万元", "亿元", "亿", "%", "‰", "人", "人次", "家", "平方米", "亩", "万亩"),
        *("小时", "分钟", "吨", "万美元", "元/人", "个百分点", "驿站", "个月"),
    ]
)
FIGURES = st.decimals(min_value=0, max_value=10**9, places=4).map(lambda d: format(d, "f"))
SIGNS = st.sampled_from(["", "≥", "≤", ">", "<", "="])
AFTER = st.sampled_from(["", "以上", "以内", "左右"])


def meaning(value: Value) -> tuple[object, ...]:
    unit = value.unit.base if value.unit else None
    return (value.kind, value.comparator, value.amount, unit, value.low, value.high)


def whole(value: Value) -> list[tuple[object, ...]]:
    return [meaning(part) for part in value.parts or (value,)]


@RANDOM
@given(TEXTS, NAMES, UNIT_CELLS, SIGN_CELLS, ROLES)
def test_any_text_is_read_or_refused(text: str, name: str, unit: str, sign: str, role: str) -> None:
    value = parse(text, name=name, unit=unit, sign=sign, role=role)  # type: ignore[arg-type]
    assert value.text == text
    assert (value.error is None) == (value.error_code is None)
    if value.error:
        assert value.amount is None
        assert value.unit is None
    if value.kind is Kind.QUANTITY and not value.error:
        assert value.amount is not None
        assert value.amount.is_finite()
    amount = as_json(value)["amount"]
    assert amount is None or ("E" not in str(amount) and Decimal(str(amount)) == value.amount)
    written = render(value)
    if not value.error:
        assert whole(parse(written)) == whole(value), written


@RANDOM
@given(TEXTS)
def test_a_figure_cell_is_a_number_or_a_named_error(text: str) -> None:
    try:
        number = parse_number(text)
    except NumberError:
        return
    assert number is None or number.is_finite()


@SHAPED
@given(SIGNS, FIGURES, SYMBOLS, AFTER, ROLES)
def test_written_back_it_means_the_same(
    sign: str, figure: str, symbol: str, after: str, role: str
) -> None:
    after = "" if sign and after in ("以上", "以内") else after
    value = parse(f"{sign}{figure}{symbol}{after}", role=role)  # type: ignore[arg-type]
    assert value.error is None
    assert whole(parse(render(value))) == whole(value)
    assert value.amount is not None
    assert format_amount(value.amount, value.unit).removesuffix(symbol) == format_amount(
        Decimal(figure), None
    )


@SHAPED
@given(st.integers(min_value=0, max_value=10**10))
def test_the_unit_changes_nothing(sum_in_wan: int) -> None:
    """61亿元 is 610000万元 is 6100000000元."""
    wan = parse(f"{sum_in_wan}万元")
    yuan = parse(f"{sum_in_wan * 10000}元")
    yi = parse(f"{Decimal(sum_in_wan) / 10000:f}亿元")
    assert wan.amount == yuan.amount == yi.amount
    assert compare(wan, yi) == 0
    assert same(wan, yuan)
    assert to_unit(Decimal(sum_in_wan), "万元", "元") == sum_in_wan * 10000


@SHAPED
@given(FIGURES, FIGURES)
def test_comparing_is_comparing_numbers(first: str, second: str) -> None:
    a, b = parse(f"{first}万元"), parse(f"{second}万元")
    expected = (Decimal(first) > Decimal(second)) - (Decimal(first) < Decimal(second))
    assert compare(a, b) == expected
    assert compare(b, a) == -expected
    assert adopt(parse(second), a.unit).amount == b.amount


@SHAPED
@given(FIGURES, st.sampled_from("\u3000\u00a0 \t"), SYMBOLS)
def test_spaces_and_width_change_nothing(figure: str, space: str, symbol: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in figure)
    assert meaning(parse(f"{space}{wide}{space}{symbol}")) == meaning(parse(figure + symbol))


def test_bad_input_is_refused_in_bounded_time() -> None:
    long = ["9" * 1999, "1," * 999, "一" * 1999, "年" * 1999, "(" * 1999, "第" * 1999, "至少" * 900]
    long += ["完成" * 990, "≥" * 1999, "1-" * 999, "前1" * 999, "x" * 10**6, "9" * 10**7]
    numbers = [Decimal("1E+999999999"), Decimal("-1E-999999999"), Decimal("NaN"), 10**5000]
    start = time.process_time()
    for text in long:
        parse(text)
    for number in numbers:
        assert parse(number).error_code in ("too_large", "non_finite")
    assert parse("9" * 10**7).error_code == "too_long"
    assert time.process_time() - start < 2


def test_a_direction_is_only_inferred() -> None:
    cost = parse("300万元", direction=Comparator.LE)
    assert (cost.comparator, cost.stated) == (Comparator.LE, False)
    stated = parse("不少于3家", direction=Comparator.LE)
    assert (stated.comparator, stated.stated) == (Comparator.GE, True)
