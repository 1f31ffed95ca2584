"""Measures read out of sentences: a name, a figure with its unit, and what kind of figure it is.

Deterministic and offline. A paragraph is cut into sentences and clauses; what stands between
a boundary and a figure is the figure's name. Where that is not enough to say what is measured
the figure is left out: a missed comparison does no harm, a wrong one does.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from jixiao.rules.support.measure import Measure
from jixiao.rules.support.text import normal
from jixiao.values import chinese_number, unit_of

_SCOPES = "全国|全省|全市|全县|全区|全州"
_MAGNITUDES = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千"
_UNITS = (
    "美元|元|人次|人天|人|名|家|个百分点|个|件|项|条|处|场次|场|次|户|期|起|座|台|套|公里|千米|米|亩|公顷|"
    "平方公里|立方米|平方米|M3|m3|㎥|㎡|M2|m2|公斤|吨|所|株|头|只|辆|盏|对|篇|本|册|批|间|%"
)
# Begins with one set of characters, so that the search can skip whatever is neither.
_FIGURE = re.compile(
    r"[0-9第前](?:(?<=[0-9])(?<![0-9A-Za-z.].)"
    r"[0-9]*(?:,[0-9]{3})*(?:\.[0-9]+)?(?P<over>余|多)?"
    rf"(?P<unit>(?:{_MAGNITUDES})?(?:{_UNITS})|[万亿](?![一-鿿](?<!以)))(?P<bound>以上|以下|以内)?"
    r"|(?<=[第前])(?P<place>[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?![0-9届期批个项次种季方产者轮步]))"
)
_LONGEST_NAME = 60  # characters before a figure that can be its name
_LONGEST_CONTEXT = 160  # characters of the sentence before it that are looked at
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_RANKED = re.compile(
    rf"(?P<scope>{_SCOPES})?(?:综合)?(?:排名|排位|排在|排|位居|位列|居)?(?P<scope2>{_SCOPES})?$"
)
_EDGE = re.compile(r"[。;；,，、:：()（）!！?？]")
_END = re.compile(r"[。;；!！?？]")
_CLOSERS = frozenset("。;,、:()!?")
_QUOTES = re.compile("[“”\"'‘’《》〈〉*]")
_CIRCLED = str.maketrans({chr(0x2460 + i): "；" for i in range(20)})
_LEAD = re.compile(
    r"^(?:[0-9]{1,2}[.)](?=[一-鿿])|[一二三四五六七八九]是|20[0-9]{2}年?度?(?:以来|底|末)?|"
    r"今年以来|今年|全年|本年度|年度|年内|截至(?:当前|目前|年底|年末)|目前|全县|我县|全市范围内|全局|我局|"
    r"本局|本单位|中心|累计|共计|合计|总计|其中|内有|已|共|共有|现有|有|完成|实现|达到|新|其|的|即|及|和|与|把|将)+"
)
_TAIL = re.compile(
    r"(?:累计|共计|合计|总计|完成|实现|达到|达成|达|为|是|有|共|约|近|已|了|的|分别|都|均|金额|正好|仅|只|"
    r"办|付|到账|到位(?=$))+$"
)
_DOING = re.compile(r"^(?:签约引进|引进|举办|组织|开展)(?=.{4})")
_MIDDLE = re.compile(r"累计|完成|实现|全年|全县|我县|工作|总额|总数|总量|申报")
_SAME = (
    ("规模以上", "规模"),
    ("规上", "规模"),
    ("工业企业", "工业"),
    ("总产值", "产值"),
    ("总投资额", "总投资"),
    ("科技型中小企业", "科企"),
    ("科技型企业", "科企"),
    ("评估入库", "入库"),
    ("电子商务", "电商"),
    ("网络销售", "网上交易"),
    ("从业人数", "从业人员"),
    ("制造", ""),
    ("产业项目", "项目"),
    ("企业项目", "项目"),
    ("认定", "认证"),
    ("数额", "额"),
)
_GROWTH = re.compile(r"同比|环比|比上年度?|较上年度?|增长率?|增速|增幅|上升|下降|减少|增加|提高")
_DOWN = re.compile(r"下降|减少|降低")
_COMPLETION = re.compile(r"完成率|(?:完成|达到|为)?(?:全年|年度|本年度?)?(?:目标|任务)+数?的?$")
_TARGET = re.compile(r"目标|任务|力争|计划|打算|不少于|不低于|确保|预计|预期|争取")
_OTHER = re.compile(
    r"上年|去年|同期|往年|历年|前几年|下年|明年|次年|年初|超出|超过|高于|低于|相差|多出|多付|比.{0,12}[多少差增减]|缺岗|至少|最多|每"
)
_ADDED = re.compile(r"追加|调增|调减|年初预算|压减")
_YEAR = re.compile(r"(20[0-9]{2})年?")
_PLAIN = str.maketrans(
    {"，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "！": "!", "？": "?", "％": "%"}
)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """A paragraph for reading: NFKC, no white space, no quotes, circled numbers as boundaries."""
    return _QUOTES.sub("", normal(text.translate(_CIRCLED)).translate(_PLAIN))


def name_of(text: str) -> str:
    """Words before a figure as a name: no decoration, one spelling for the usual variants."""
    name = _LEAD.sub("", text)
    name = _DOING.sub("", _TAIL.sub("", name))
    name = _MIDDLE.sub("", name)
    for variant, usual in _SAME:
        if variant in name:
            name = name.replace(variant, usual)
    return name


@lru_cache(maxsize=2048)
def read(text: str, year: int, *, target: bool = False) -> tuple[Measure, ...]:
    """The measures of a paragraph, in order. Cached: a report is checked more than once.

    Args:
        year: fiscal year; figures of other years are left out.
        target: the whole text states aims.
    """
    body = clean(text)
    found: list[Measure] = []
    start, number, last_end = 0, 0, 0
    edges = [m.start() for m in _EDGE.finditer(body)]
    ends = [m.start() for m in _END.finditer(body)]
    edge = end = 0
    left = -1
    for match in _FIGURE.finditer(body):
        at = match.start()
        while edge < len(edges) and edges[edge] < at:
            left = edges[edge]
            edge += 1
        while end < len(ends) and ends[end] < at:
            start, number = ends[end] + 1, number + 1
            end += 1
        after = body[match.end() : match.end() + 1]
        if match["bound"] and after and after not in _CLOSERS:
            continue  # 5000万以上项目: part of a name
        if not match["place"] and after == "级":
            continue
        begin = max(left + 1, last_end, start, at - _LONGEST_NAME)
        last_end = match.end()
        measure = _measure(body, match, begin, start, number, found, year, target)
        if measure is not None:
            found.append(measure)
    return tuple(found)


def _measure(
    body: str,
    match: re.Match[str],
    begin: int,
    start: int,
    number: int,
    found: list[Measure],
    year: int,
    target: bool,
) -> Measure | None:
    prefix = body[begin : match.start()]
    context = body[max(start, begin - _LONGEST_CONTEXT) : begin]
    clause = prefix + body[match.end() : match.end() + 8].split("。")[0].split(",")[0]
    previous = found[-1] if found and found[-1].sentence == number else None
    snippet = body[max(start, match.start() - 24) : match.end()]
    if match["place"]:
        return _rank(match, prefix, context, previous, snippet, number, found)
    percent = match["unit"] in {"%", "个百分点"}
    years = {int(y) for y in _YEAR.findall(prefix)}
    growth = percent and _GROWTH.search(prefix) is not None
    if match["over"] or prefix.endswith(("约", "近")) or (years and year not in years):
        return None
    if _OTHER.search(prefix) and not growth:
        return None
    if _ADDED.search(context) and not percent:
        return None
    found_number = _NUMBER.match(match.group())
    assert found_number is not None  # the figure begins with a digit
    printed = found_number.group().replace(",", "")
    figure, places = Decimal(printed), len(printed.partition(".")[2])
    if prefix.endswith(("-", "−")):
        prefix, figure = prefix[:-1], -figure
    aim = target or bool(match["bound"]) or bool(_TARGET.search(clause))
    unit = unit_of(match["unit"])
    if growth:
        if _DOWN.search(prefix):
            figure = -figure
        own = name_of(_GROWTH.sub("", prefix))
        base = _base(found, number) if len(own) < 3 else None
        if base is None and len(own) < 3:
            return None
        name = own if base is None else base.name
        return Measure(
            name, "growth", figure, places, unit, aim, context, snippet, number, base=base
        )
    if percent and (_COMPLETION.search(prefix) or body.startswith("完成", match.end())):
        base = _base(found, number)
        if base is None:
            return None
        return Measure(
            base.name,
            "completion",
            figure,
            places,
            unit,
            False,
            context,
            snippet,
            number,
            base=base,
        )
    name = _name(body, match, begin, prefix, previous)
    if len(name) < 2:
        return None
    kind = "share" if percent else "amount"
    return Measure(name, kind, figure, places, unit, aim, context, snippet, number)


def _name(
    body: str, match: re.Match[str], begin: int, prefix: str, previous: Measure | None
) -> str:
    name = name_of(prefix)
    name = re.sub(r"(?:目标|任务)数?$", "", name)
    if len(name) >= 2:
        return name
    if begin and body[begin - 1] == ")" and not prefix:
        opened = body.rfind("(", max(0, begin - _LONGEST_CONTEXT), begin)
        before = body[max(0, opened - _LONGEST_NAME) : max(0, opened)]
        edge = max((m.end() for m in _EDGE.finditer(before)), default=0)
        return name_of(before[edge:])
    if (
        previous is not None
        and previous.target
        and not name
        and re.search(r"完成|实现|实际", prefix)
    ):
        return previous.name
    rest = body[match.end() : match.end() + _LONGEST_NAME]
    edge_after = _EDGE.search(rest)
    suffix = name_of(rest[: edge_after.start()] if edge_after else rest)
    return name + suffix if 2 <= len(suffix) <= 20 and not any(c.isdigit() for c in suffix) else ""


def _base(found: list[Measure], sentence: int) -> Measure | None:
    """The figure that growth, completion or a rank is about: the last one of the sentence."""
    for measure in reversed(found):
        if measure.sentence != sentence:
            return None
        if measure.kind == "amount" and not measure.target:
            return measure
    return None


def _place(digits: str) -> Decimal:
    return Decimal(digits) if digits.isascii() else chinese_number(digits) or Decimal(0)


def _rank(
    match: re.Match[str],
    prefix: str,
    context: str,
    previous: Measure | None,
    snippet: str,
    number: int,
    found: list[Measure],
) -> Measure | None:
    ranked = _RANKED.search(prefix)
    assert ranked is not None  # every part of it is optional
    scope = ranked["scope"] or ranked["scope2"] or ""
    if not scope or match.group().startswith("前"):
        return None
    place = _place(match["place"])
    own = name_of(prefix[: ranked.start()].removesuffix("在"))
    attribute = own if own in {"增幅", "增速", "总量", "综合", "预计"} else ""
    base = _base(found, number)
    if base is None:
        growth = previous if previous is not None and previous.kind == "growth" else None
        base = growth
    elif previous is not None and previous.kind == "growth" and previous.base is not base:
        base = previous  # 增加值增长8.7%,全市排名第二
    if not own or attribute:
        if base is None:
            return None
        name = base.name
    else:
        name, base = own, None
    attribute = "总量" if own.startswith("总量") else attribute
    return Measure(
        name,
        "rank",
        place,
        0,
        None,
        False,
        context,
        snippet,
        number,
        attribute=attribute,
        scope=scope,
        base=base,
    )
