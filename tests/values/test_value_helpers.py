"""Comparing, converting, writing, plain figures, band tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jixiao.values import (
    DEFAULT_BANDS,
    Comparator,
    IncomparableUnits,
    NumberError,
    as_json,
    chinese_number,
    compare,
    format_amount,
    meets,
    parse,
    parse_number,
    render,
    same,
    to_unit,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("61亿元以上", "61亿元"),
        ("61亿元以上,同比增长10%以上", "61亿元以上"),
        ("全市第二", "全市第2"),
        ("第二", "全市第2"),
        ("35亿", "35亿元"),
        ("35亿元", "3500000000元"),
        ("771.32", "771.32万元"),
        ("10", "10家"),
        ("10个", "10家"),
        ("7.50", "7.5"),
        ("2023年", "2023年内"),
        ("效果  明显", "效果明显"),
        ("/", ""),
    ],
)
def test_same(a: str, b: str) -> None:
    assert same(parse(a), parse(b))
    assert same(parse(b), parse(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("61亿元", "61万元"),
        ("≥5%", "≤5%"),
        ("全市第二", "全省第二"),
        ("10家", "10起"),
        ("600人次", "600人"),
        ("5.52万美元", "5.52万元"),
        ("10-20个", "10-30个"),
        ("2023年", "2024年"),
        ("10", "效果明显"),
        ("7,00.0,77", "7.50."),
        ("", "0"),
        ("61亿元以上,同比增长10%以上", "61亿元以上,同比增长8%以上"),
    ],
)
def test_not_the_same(a: str, b: str) -> None:
    assert not same(parse(a), parse(b))
    assert not same(parse(b), parse(a))


@pytest.mark.parametrize(
    ("a", "b", "order"),
    [
        ("2.37亿元", "2.5亿元", -1),
        ("24小时", "1天", 0),
        ("8.7%", "8%", 1),
        ("100%", "90", 1),
        ("全市第1", "全市第三", -1),
        ("7月", "9月前", -1),
        ("2023年", "2022年12月", 1),
    ],
)
def test_compare(a: str, b: str, order: int) -> None:
    assert compare(parse(a), parse(b)) == order


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("5万美元", "5万元"),
        ("10家", "10起"),
        ("10家", "效果明显"),
        ("全市第一", "全省第一"),
        ("", "1"),
        ("1", "100%"),  # the share itself, or one per cent: not ours to guess
        ("7月", "2023年"),
    ],
)
def test_incomparable(a: str, b: str) -> None:
    with pytest.raises(IncomparableUnits):
        compare(parse(a), parse(b))


def test_convert() -> None:
    assert to_unit(Decimal(61), "亿元", "万元") == 610000
    assert to_unit(Decimal(3), "亩", "平方米") == 2000
    assert to_unit(Decimal(1), "天", "小时") == 24
    for source, target in (("元", "美元"), ("元", "人"), ("啥", "元"), ("人", "人次")):
        with pytest.raises(IncomparableUnits):
            to_unit(Decimal(1), source, target)


def test_amounts_for_sentences() -> None:
    value = parse("2.37亿元")
    assert value.amount is not None
    assert format_amount(value.amount, value.unit) == "2.37亿元"
    assert format_amount(Decimal("7.50"), None) == "7.5"
    assert format_amount(Decimal("1E+3"), None) == "1000"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("不少于4场次", "≥4场次"),
        ("600人次", "600人次"),
        ("年度内完成", "年内完成"),
        ("十二月底之前", "12月底前"),
        ("全市第二", "全市第2"),
        ("9000余人", "约9000人"),
        ("61亿元以上,同比增长10%以上", "≥61亿元;≥10%"),
        ("已按时完成", "已完成"),
        ("7.50.", "7.50."),
        ("无", ""),
    ],
)
def test_render(text: str, written: str) -> None:
    assert render(parse(text)) == written


def test_json() -> None:
    assert as_json(parse("61亿元以上")) == {
        "text": "61亿元以上",
        "kind": "quantity",
        "comparator": ">=",
        "stated": True,
        "amount": "6100000000",
        "unit": "元",
        "error": None,
    }
    assert as_json(parse("8%"))["amount"] == "0.08"
    assert as_json(parse("7.50"))["amount"] == "7.5"
    broken = as_json(parse("7,00.0,77"))
    assert broken["amount"] is None
    assert "7,00.0,77" in str(broken["error"])


def test_plain_figures() -> None:
    assert parse_number("1,322.22") == Decimal("1322.22")
    assert parse_number("１３２２．２２") == Decimal("1322.22")
    assert parse_number(" 54.00 ") == 54
    assert parse_number("-5") == -5
    assert parse_number(12) == 12
    assert parse_number(Decimal("0.973")) == Decimal("0.973")
    assert parse_number(None) is None
    assert parse_number("——") is None


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("7,00.0,77", "7,00.0,77"),
        ("732023年", "年"),
        ("7.50.", "7.50."),
        ("10 20", "0 2"),
        ("三百", "三百"),
        ("NaN", "NaN"),
        ("-", None),
        ("5\u202e", "\u202e"),
        ("+", "+"),
    ],
)
def test_figures_that_are_none(text: str, characters: str | None) -> None:
    if characters is None:
        assert parse_number(text) is None
        return
    with pytest.raises(NumberError) as caught:
        parse_number(text)
    assert caught.value.characters == characters


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", "0"),
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("三百", "300"),
        ("两千", "2000"),
        ("一百零五", "105"),
        ("一百一十", "110"),
        ("一千零一十", "1010"),
        ("一万零五", "10005"),
        ("三亿零五百万", "305000000"),
        ("五千万", "50000000"),
        ("一万二千", "12000"),
        ("壹佰", "100"),
        ("三点五", "3.5"),
        ("二〇二三", "2023"),
        ("万亿", None),
        ("百十", None),
        ("一百二", None),
        ("三万五", None),
        ("一百零零五", None),
        ("二十三十", None),
        ("", None),
        ("一亿一亿", None),
        ("点五", None),
        ("一" * 40, None),
    ],
)
def test_chinese_numerals(text: str, number: str | None) -> None:
    assert chinese_number(text) == (None if number is None else Decimal(number))


def test_a_pack_extends_the_bands() -> None:
    assert parse("群众叫好").band is None
    bands = DEFAULT_BANDS.extended(met=["叫好"], not_met=["拖沓"])
    assert parse("群众叫好", bands=bands).band == "met"
    assert parse("进展拖沓", bands=bands).band == "not_met"
    assert parse("效果明显", bands=bands).band == "met"
    assert parse("群众叫好").band is None  # the default is untouched, and so is its cache


def test_meets() -> None:
    one, two = Decimal(1), Decimal(2)
    assert meets(two, Comparator.GE, two)
    assert not meets(two, Comparator.GT, two)
    assert meets(one, Comparator.LT, two)
    assert not meets(two, Comparator.LT, two)
    assert meets(two, Comparator.LE, two)
    assert meets(two, Comparator.EQ, two)
    assert not meets(one, Comparator.GE, two)
