"""Units of the field and what they convert to.

Conversion stays inside a dimension. Of the measure words (家, 个, 起 …) each is its own base
in the dimension ``count``: 12家 and 12起 are not comparable. 个 and 项 say nothing about
what is counted and are comparable with every count; 次, 场, 场次 are one base, as clerks use
them for the same event. 人 and 人次 are two bases of ``people``: one person may come twice.
"""

from __future__ import annotations

import re
from decimal import Decimal

from jixiao.values.model import IncomparableUnits, Unit
from jixiao.values.numerals import CONTEXT

GENERIC = frozenset({"个", "项"})
INEXACT_PLACES = Decimal("1e-18")  # amounts through a factor such as 亩 = 2000/3 平方米
BACK_PLACES = Decimal("1e-12")

_MAGNITUDES = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6}
_MAGNITUDES |= {"千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11}
_MAGNITUDES |= {"万亿": 10**12}


def _over(above: int, below: int) -> Decimal:
    return CONTEXT.divide(Decimal(above), Decimal(below))


def _table() -> dict[str, tuple[str, str, Decimal]]:
    """Symbol → base, dimension, factor, without magnitudes."""
    rows: list[tuple[str, str, str, Decimal | int | str]] = [
        ("元 元人民币 人民币元 圆 RMB CNY ¥", "元", "money", 1),
        ("角", "元", "money", "0.1"),
        ("美元 美金 USD $", "美元", "currency:USD", 1),
        ("欧元 EUR €", "欧元", "currency:EUR", 1),
        ("港元 港币 HKD", "港元", "currency:HKD", 1),
        ("日元 JPY", "日元", "currency:JPY", 1),
        ("英镑 GBP £", "英镑", "currency:GBP", 1),
        ("澳元 AUD", "澳元", "currency:AUD", 1),
        ("加元 CAD", "加元", "currency:CAD", 1),
        ("韩元 KRW", "韩元", "currency:KRW", 1),
        ("新台币 台币 TWD", "新台币", "currency:TWD", 1),
        ("卢布 RUB", "卢布", "currency:RUB", 1),
        ("% 个百分点 百分点 百分比", "1", "share", "0.01"),
        ("‰ 千分点 个千分点", "1", "share", "0.001"),
        ("倍", "1", "share", 1),
        ("成", "1", "share", "0.1"),
        ("人 名 位 个人", "人", "people", 1),
        ("人次", "人次", "people", 1),
        ("平方米 平米 m2 M2 平方", "平方米", "area", 1),
        ("亩", "平方米", "area", _over(2000, 3)),
        ("公顷 hm2", "平方米", "area", 10**4),
        ("平方公里 平方千米 km2", "平方米", "area", 10**6),
        ("立方米 立方 m3 M3 方", "立方米", "volume", 1),
        ("升 L", "立方米", "volume", "0.001"),
        ("米 m 延米", "米", "length", 1),
        ("公里 千米 km KM Km", "米", "length", 1000),
        ("里", "米", "length", 500),
        ("厘米 cm", "米", "length", "0.01"),
        ("毫米 mm", "米", "length", "0.001"),
        ("千克 公斤 kg KG Kg", "千克", "mass", 1),
        ("克 g", "千克", "mass", "0.001"),
        ("斤 市斤", "千克", "mass", "0.5"),
        ("吨 t T", "千克", "mass", 1000),
        ("千瓦时 kWh kwh KWH 度", "千瓦时", "energy", 1),
        ("兆瓦时 MWh", "千瓦时", "energy", 1000),
        ("吨标准煤 吨标煤", "吨标准煤", "coal", 1),
        ("千瓦 kW kw KW", "千瓦", "power", 1),
        ("瓦 W", "千瓦", "power", "0.001"),
        ("兆瓦 MW", "千瓦", "power", 1000),
        ("千伏安 kVA KVA", "千伏安", "apparent power", 1),
        ("MB", "MB", "data", 1),
        ("GB G", "MB", "data", 1024),
        ("TB", "MB", "data", 1024**2),
        ("天 日 自然日", "天", "time", 1),
        ("周 星期 个星期", "天", "time", 7),
        ("小时 个小时 h", "天", "time", _over(1, 24)),
        ("分钟 min", "天", "time", _over(1, 1440)),
        ("秒 秒钟 s", "天", "time", _over(1, 86400)),
        ("工作日 个工作日", "工作日", "workdays", 1),
        ("月 个月", "月", "months", 1),
        ("季度 个季度", "月", "months", 3),
        ("年 周年 个年度", "月", "months", 12),
        ("次 场 场次", "场次", "count", 1),
    ]
    for word in _MEASURE_WORDS.split():
        rows.append((word, word, "count", 1))
    return {
        symbol: (base, dimension, Decimal(factor))
        for symbols, base, dimension, factor in rows
        for symbol in symbols.split()
    }


# Measure words as the forms use them; any other word after a number becomes one as well.
_MEASURE_WORDS = (
    "个 项 家 件 条 起 处 座 户 台 套 辆 部 份 篇 期 批 批次 所 间 组 对 册 本 张 只 头 株 棵 "
    "袋 盒 瓶 支 面 块 种 类 门 节 课时 学时 轮 宗 例 床 张床位 床位 车次 架次 班 班次 届 幅 "
    "盏 根 口 眼 栋 幢 层 道 片 段 站 点 款 样 枚 颗 匹 尾 羽 艘 列 顶 副 双 束 桶 箱 包 卷 "
    "首 集 版 档 级 分 票 单 笔 人天 人月 人日 标准箱 村 乡 镇 街道 社区 企业 项目 县 市 省"
)

UNITS = _table()
_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)
_MAGNITUDE = "|".join(sorted((m for m in _MAGNITUDES if m), key=len, reverse=True))
_UNIT_START = re.compile(
    rf"(?P<whole>{'|'.join(re.escape(u) for u in _LONGEST_FIRST if u[0] in '百千个')})"
    rf"|(?P<mag>{_MAGNITUDE})?(?P<over>余|多|几)?"
    rf"(?P<unit>{'|'.join(re.escape(u) for u in _LONGEST_FIRST)})?"
)
_PER = re.compile(
    r"/(?P<below>[一-鿿A-Za-z][一-鿿A-Za-z0-9·.]{0,5}?)(?=以上|以下|以内|及以|左右|[(,;]|$)"
)
# Latin symbols must not be cut out of a longer word: m in mm2, G in GDP.
_LATIN = re.compile(r"[A-Za-z0-9]")


def unit_at(text: str) -> tuple[Unit | None, bool, str]:
    """The unit a text begins with: unit (``None`` if it begins with none), 余/多 seen, the rest.

    Args:
        text: what follows a number, normalised: ``亿元以上``, ``余家``, ``万``. A bare
            magnitude comes back as a unit of dimension ``magnitude``; the caller knows what
            it counts.
    """
    found = _UNIT_START.match(text)
    assert found is not None  # every part of the pattern is optional
    word = found["whole"] or found["unit"] or ""
    end = found.end()
    if word and word[-1].isascii() and word[-1].isalnum() and _LATIN.match(text[end:]):
        word, end = "", found.end() - len(word)
    magnitude = found["mag"] or ""
    over, rest = bool(found["over"]), text[end:]
    if not word and not magnitude:
        return None, False, text
    base, dimension, factor = UNITS[word] if word else ("", "magnitude", Decimal(1))
    factor = CONTEXT.multiply(factor, Decimal(_MAGNITUDES[magnitude]))
    symbol = magnitude + word
    per = _PER.match(rest) if word else None
    if per:
        below = per["below"]
        quotient = Unit(f"{symbol}/{below}", f"{base}/{below}", f"{dimension}/{below}", factor)
        return quotient, over, rest[per.end() :]
    return Unit(symbol, base, dimension, factor), over, rest


def is_exact(unit: Unit) -> bool:
    """Whether the factor is exact; that of 亩 is not, so its amounts are rounded."""
    return len(unit.factor.as_tuple().digits) <= 40


def to_base(number: Decimal, unit: Unit | None) -> Decimal:
    """A number written in ``unit`` as an amount in its base unit."""
    if unit is None:
        return number
    amount = CONTEXT.multiply(number, unit.factor)
    if not is_exact(unit):
        return plain(amount.quantize(INEXACT_PLACES, context=CONTEXT))
    return amount


def from_base(amount: Decimal, unit: Unit | None) -> Decimal:
    """An amount in the base unit as the number to write before ``unit``."""
    if unit is None:
        return plain(amount)
    number = CONTEXT.divide(amount, unit.factor)
    if not is_exact(unit):
        number = number.quantize(BACK_PLACES, context=CONTEXT)
    return plain(number)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    short = number.normalize(CONTEXT)
    exponent = short.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return short.quantize(Decimal(1), context=CONTEXT)
    return short if short else Decimal(0)


def commensurable(a: Unit | None, b: Unit | None) -> bool:
    """Whether amounts in both units may be compared; a missing unit fits every count."""
    if a is None or b is None:
        other = a or b
        return other is None or other.factor == 1
    if a.dimension != b.dimension:
        return False
    return a.base == b.base or (a.dimension == "count" and bool({a.base, b.base} & GENERIC))


def as_money(magnitude: Unit) -> Unit:
    """A bare 万 or 亿 read as so many 元; the symbol stays as written."""
    return Unit(magnitude.symbol, "元", "money", magnitude.factor)


def unit_of(symbol: str | Unit) -> Unit:
    """The unit a symbol names.

    Raises:
        IncomparableUnits: nobody knows this unit.
    """
    if isinstance(symbol, Unit):
        return symbol
    unit, _, rest = unit_at(symbol)
    if unit is not None and unit.dimension == "magnitude":
        unit = as_money(unit)
    if unit is None or rest:
        raise IncomparableUnits(f"不认识单位“{symbol}”，无法换算。")
    return unit


def to_unit(amount: Decimal, from_unit: str | Unit, to_unit: str | Unit) -> Decimal:
    """A number written in one unit, written in another: 61 亿元 → 610000 万元.

    Raises:
        IncomparableUnits: the units are of two dimensions, or one is not known.
    """
    source, target = unit_of(from_unit), unit_of(to_unit)
    if source.dimension != target.dimension or source.base != target.base:
        raise IncomparableUnits(f"“{source.symbol}”和“{target.symbol}”不是同一类单位，不能换算。")
    return from_base(to_base(amount, source), target)
