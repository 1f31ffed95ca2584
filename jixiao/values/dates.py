"""Dates and deadlines: 2023年, 年内完成, 9月前, 12月底之前, 2023年12月31日前, 上半年."""

from __future__ import annotations

import re
from calendar import monthrange

from jixiao.values.model import Comparator, Deadline, ValueProblem, quoted
from jixiao.values.numerals import CHINESE, DIGIT, chinese_number

EARLIEST, LATEST = 1900, 2100  # a year outside is a slip (732023年), not a year

_DONE = (
    r"(?:全部|全面|按时|按期|如期|顺利|及时|已|均|并|基本建设|建设|项目|工作|任务)*"
    r"(?:完成|完工|竣工|建成|交付|办结|投入使用|投用|执行完毕|支付完毕|到位|拨付|发放|支付|兑现"
    r"|验收|通过验收|结束|开工|启动|实施)(?:建设|任务|目标|支付|拨付|发放|验收|到位|完毕|工作)?"
)
_LEAD = r"(?:于|在|截至|截止|截止到|到|至|力争|确保|计划|预计|已于|须于|应于|不晚于|不迟于)*"
_EDGE = r"(?P<edge>之前|以前|前|之内|以内|内|止)?"
_WRITTEN = re.compile(
    rf"{_LEAD}(?:(?:[0-9]{{4}}年?[-—~至到])?(?P<year>[0-9]{{4,}})年度?|(?P<this>当年|本年度?|今年|年度|年))?"
    r"(?:第?(?P<quarter>[1-4])季度|(?P<half>上半年|下半年)"
    r"|(?:[0-9]{1,2}月?[-—~至到])?(?P<month>[0-9]{1,2})月份?)?"
    rf"(?:(?P<day>[0-9]{{1,2}})[日号])?(?P<end>底|末)?{_EDGE}(?P<done>{_DONE})?"
)
_FIGURES = re.compile(
    rf"{_LEAD}(?P<year>[0-9]{{4}})(?P<sep>[./-])(?P<month>[0-9]{{1,2}})"
    rf"(?:(?P=sep)(?P<day>[0-9]{{1,2}}))?(?P<end>底|末)?{_EDGE}(?P<done>{_DONE})?"
)
_BARE_YEAR = re.compile(rf"(?P<year>[0-9]{{4}})(?P<done>{_DONE})?")
_BARE_DATE = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})?")
_ON_TIME = re.compile(
    r"(?:已|已经|均已|全部)(?:按时|按期|如期|及时)?(?:全部)?完成|(?:按时|按期|如期|及时|提前)(?:全部)?完成"
)
_CHINESE_PART = re.compile(rf"{CHINESE}{{1,4}}(?=年|月|日|号|季度)")
_MAYBE = re.compile(r"[年月日号季半]|完成|[0-9]{4}")
DONE = Deadline(edge="by")  # 已完成, 按时完成: done, and no date said
_BY, _WITHIN = ("前", "之前", "以前", "止"), ("内", "之内", "以内")


def read_date(text: str, timely: bool) -> Deadline | None:
    """The date a text means, ``None`` if it is something else.

    Args:
        text: normalised, without a sign.
        timely: the indicator's name speaks of time, so that ``2023`` and ``2025.12`` are dates.

    Raises:
        ValueProblem: ``malformed_date``, e.g. 13月; ``malformed_number`` for 732023年.
    """
    if len(text) > 60 or not _MAYBE.search(text):
        return None
    if _ON_TIME.fullmatch(text):
        return DONE
    if not DIGIT.search(text):
        text = _CHINESE_PART.sub(_arabic, text)
    found = _WRITTEN.fullmatch(text)
    if found:
        return _written(found, text)
    return _in_figures(text, timely)


def _arabic(found: re.Match[str]) -> str:
    number = chinese_number(found.group())
    return found.group() if number is None else format(number, "f")


def _written(found: re.Match[str], text: str) -> Deadline | None:
    this, year, day = found["this"], found["year"], found["day"]
    if year and not EARLIEST <= int(year[:9]) <= LATEST:
        message = f"{quoted(year + '年')}不是一个年份，读不出来，请改正后重新填写。"
        raise ValueProblem("malformed_number", message, year + "年")
    month = _month(found)
    pointed = found["end"] or found["edge"] or found["done"]
    if not (year or month or (this and this != "年" and this != "年度") or pointed):
        return None
    lone_day = not year and not month and not this
    if lone_day and not (day and found["edge"] in _BY):
        return None  # 25日前 is a date; 30日内 is a duration
    if day and not month and not lone_day:
        return None  # a year and a day without its month
    edge = "by" if found["edge"] in _BY else "within" if found["edge"] in _WITHIN else "in"
    return _checked(int(year) if year else None, month, day, edge, bool(found["end"]), text)


def _month(found: re.Match[str]) -> int | None:
    if found["quarter"]:
        return 3 * int(found["quarter"])
    if found["half"]:
        return 6 if found["half"] == "上半年" else 12
    return int(found["month"]) if found["month"] else None


def _in_figures(text: str, timely: bool) -> Deadline | None:
    found = _FIGURES.fullmatch(text)
    if found and EARLIEST <= int(found["year"]) <= LATEST:
        sure = found["day"] or found["edge"] or found["done"] or found["sep"] != "."
        if sure or timely:
            edge = "by" if found["edge"] in _BY else "within" if found["edge"] in _WITHIN else "in"
            end = bool(found["end"])
            return _checked(int(found["year"]), int(found["month"]), found["day"], edge, end, text)
    found = _BARE_YEAR.fullmatch(text)
    if found and (timely or found["done"]) and EARLIEST <= int(found["year"]) <= LATEST:
        return Deadline(year=int(found["year"]))
    found = _BARE_DATE.fullmatch(text) if timely else None
    if found and EARLIEST <= int(found["year"]) <= LATEST and 1 <= int(found["month"]) <= 12:
        return _checked(int(found["year"]), int(found["month"]), found["day"], "in", False, text)
    return None


def _checked(
    year: int | None, month: int | None, day: str | None, edge: str, end: bool, text: str
) -> Deadline:
    number = int(day) if day else None
    bad_month = month is not None and not 1 <= month <= 12
    # A leap year where none is written: 2月29日 may be right.
    longest = monthrange(year or 2024, month)[1] if month and not bad_month else 31
    if bad_month or (number is not None and not 1 <= number <= longest):
        raise ValueProblem("malformed_date", f"{quoted(text)}不是一个日期，读不出来。", text)
    return Deadline(year, month, number, edge, end)


def date_comparator(deadline: Deadline, text: str) -> tuple[Comparator, bool]:
    """A deadline is met on or before it: ``<=``; stated where 前, 内, 底 or 不晚于 says so."""
    said = deadline.edge != "in" or deadline.end or "不晚于" in text or "不迟于" in text
    return Comparator.LE, said


def write_date(deadline: Deadline) -> str:
    """Canonical Chinese text of a date."""
    if deadline == DONE:
        return "已完成"
    text = f"{deadline.year}年" if deadline.year else ""
    text += f"{deadline.month}月" if deadline.month else ""
    text += f"{deadline.day}日" if deadline.day else ""
    point = "底" if deadline.end else ""
    point += {"by": "前", "within": "内", "in": ""}[deadline.edge]
    return f"{text}{point}" if text else f"年{point}完成"
