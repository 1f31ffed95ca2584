"""What to look for: a year's forms prepared for matching, each text in its normal form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jixiao.model.forms import Column, Form, IndicatorsSection, Scope, TableSection
from jixiao.spreadsheet.text import bare, key, loose, with_year, without_year

# Columns that other provinces split off; every form understands them.
_COMMON_INDICATOR_COLUMNS = {
    "sign": ("指标性质", "指标方向", "比较符", "符号"),
    "unit": ("度量单位", "计量单位", "指标单位", "单位"),
    "target": ("年初值", "年初目标值", "调整值", "调整后指标值", "调整后目标值", "预期指标值"),
    "actual": ("实际完成情况", "全年实际值", "实际完成指标值"),
    "weight": ("权重(%)", "标准分值", "指标分值"),
}
# Where a target was adjusted in the year, the adjusted one counts.
_PREFERRED = frozenset({"调整值", "调整后指标值", "调整后目标值"})
TOTAL_WORDS = ("合计", "总计", "总分", "合计得分", "总得分")
_REPORT_TAIL = "绩效自评报告"
_TAILS = (_REPORT_TAIL, "绩效自评表", "绩效评价表")
_LABEL = re.compile(r"附[件表]\d*(-\d+)?$|单位:万?元$")
_KINDS = ("项目支出", "项目", "支出")  # of a form's name, never the end of a project's


@dataclass(slots=True)
class TableShape:
    """A table section with its header and row texts.

    Attributes:
        columns: header key → column id.
        anchors: keys of the header of the label column (``经费控制情况``).
        exact: row title key → row ids in order.
        other: keys of aliases and titles without numbering → row ids in order.
        order: row ids in form order.
        template: id of the repeated row, if any.
        label_value: the section has no header: its value stands right of the label.
        untitled: its only row has no title.
    """

    section: TableSection
    columns: dict[str, str]
    anchors: frozenset[str]
    exact: dict[str, list[str]]
    other: dict[str, list[str]]
    order: list[str]
    template: str | None
    label_value: bool
    untitled: bool
    needed: int


@dataclass(slots=True)
class IndicatorShape:
    section: IndicatorsSection
    columns: dict[str, str]
    totals: frozenset[str]
    preferred: frozenset[str] = _PREFERRED


@dataclass(slots=True)
class FormShape:
    """A form prepared for matching.

    Attributes:
        header_keys: every header text of all its sections.
        blocked: addresses of cells the form blocks.
    """

    form: Form
    titles: tuple[str, ...]
    tables: list[TableShape]
    indicators: IndicatorShape | None
    header_keys: frozenset[str]
    blocked: frozenset[str]


@dataclass(slots=True)
class Shapes:
    """All forms of a year, prepared."""

    forms: dict[str, FormShape]
    year: int | None
    labels: frozenset[str] = frozenset()  # 附件2 on a line of its own names what follows
    _titles: list[tuple[str, Form]] = field(default_factory=list)

    def title_of(self, text: str) -> Form | None:
        """The form whose title this text is (``2023年度××局部门整体支出绩效自评表``)."""
        if not 4 <= len(text) <= 90 or not ("表" in text or "告" in text):
            return None
        if text.rstrip().endswith(("。", "；", ";")):
            return None  # a sentence that speaks of the form
        title = without_year(bare(text))
        for name, form in self._titles:
            if title.endswith(name):
                return form
        if title.endswith(_REPORT_TAIL):
            return next((f for f in self.narratives() if f.scope is Scope.PROJECT), None)
        return None

    def narratives(self) -> Iterable[Form]:
        return (s.form for s in self.forms.values() if s.form.narrative is not None)


def says_nothing(text: str) -> bool:
    """A year, a form's number or a bracket on a line of its own, as stands under every title."""
    return not without_year(bare(text)) or _LABEL.match(key(text)) is not None


def project_in_title(text: str, form: Form) -> str:
    """The project a form or report names in its own title: ``招商引资专项2023年度绩效自评报告``."""
    found = titles_without_tail(text, form)
    return found[0] if found else ""


def titles_without_tail(text: str, form: Form) -> list[str]:
    """What a title says before the form's name, the longest first.

    ``补助资金绩效评价表`` may be the form 资金绩效评价表 of 补助 or the form 绩效评价表 of 补助资金.
    """
    title = without_year(bare(text))
    tails = {*(bare(name) for name in (form.title, *form.aliases)), *_TAILS}
    found = {title[: -len(tail)] for tail in tails if title.endswith(tail)}
    if "" in found:
        return []  # the form's own name and nothing else
    kinds = {f"{rest}{kind}" for rest in found for kind in _KINDS}
    return sorted(found - kinds, key=len, reverse=True)


_cache: dict[tuple[tuple[int, ...], int | None], tuple[tuple[Form, ...], Shapes]] = {}


def shapes(forms: Mapping[str, Form], year: int | None) -> Shapes:
    """The forms prepared for a year; kept, since a batch asks again for every file."""
    chosen = tuple(forms.values())
    ticket = (tuple(id(f) for f in chosen), year)
    if ticket not in _cache:
        if len(_cache) > 16:
            _cache.clear()
        # The forms are kept beside the result so that their ids stay theirs.
        _cache[ticket] = (chosen, _build(chosen, year))
    return _cache[ticket][1]


def _build(forms: tuple[Form, ...], year: int | None) -> Shapes:
    built = {form.id: _form(form, year) for form in forms}
    titles = [(name, shape.form) for shape in built.values() for name in shape.titles]
    titles.sort(key=lambda pair: len(pair[0]), reverse=True)
    return Shapes(built, year, frozenset(key(form.id) for form in forms), titles)


def _form(form: Form, year: int | None) -> FormShape:
    tables = [_table(t, year) for t in form.tables()]
    indicators = _indicators(form.indicators) if form.indicators else None
    keys: set[str] = set()
    for table in tables:
        keys.update(table.columns, table.anchors)
    if indicators:
        keys.update(indicators.columns)
    names = dict.fromkeys(bare(with_year(n, None)) for n in (form.title, *form.aliases))
    titles = tuple(dict.fromkeys([*names, *(without_year(n) for n in names)]))
    blocked = {f"{t.id}.{r.id}.{c}" for t in form.tables() for r in t.rows for c in r.blocked}
    return FormShape(form, titles, tables, indicators, frozenset(keys), frozenset(blocked))


def _column_keys(column: Column, year: int | None) -> list[str]:
    texts = [with_year(t, year) for t in (column.title, *column.aliases) if t]
    return [k for t in texts for k in dict.fromkeys((key(t), bare(t)))]


def _table(section: TableSection, year: int | None) -> TableShape:
    columns: dict[str, str] = {}
    for column in section.columns:
        for k in _column_keys(column, year):
            columns.setdefault(k, column.id)
    anchors = {k for t in (section.row_header,) if t for k in (key(t), bare(t))}
    if section.role == "split" and section.title:
        anchors.add(key(section.title))
    exact: dict[str, list[str]] = {}
    other: dict[str, list[str]] = {}
    for row in section.rows:
        if row.repeat:
            continue
        title = with_year(row.title, year)
        if title:
            exact.setdefault(key(title), []).append(row.id)
            other.setdefault(loose(title), []).append(row.id)
        for alias in row.aliases:
            for k in dict.fromkeys((key(alias), loose(alias))):
                other.setdefault(k, []).append(row.id)
    needed = [c for c in section.columns if not c.optional] or list(section.columns)
    return TableShape(
        section,
        columns,
        frozenset(anchors),
        exact,
        other,
        [r.id for r in section.rows],
        next((r.id for r in section.rows if r.repeat), None),
        label_value=len(section.columns) == 1 and not section.columns[0].title,
        untitled=len(section.rows) == 1 and not section.rows[0].title,
        needed=max(1, len(needed) // 2),
    )


def _indicators(section: IndicatorsSection) -> IndicatorShape:
    columns: dict[str, str] = {}
    for column in section.columns:
        for text in (column.title, *column.aliases):
            for k in (key(text), bare(text)):
                columns.setdefault(k, column.id)
    for id, texts in _COMMON_INDICATOR_COLUMNS.items():
        for text in texts:
            columns.setdefault(text, id)
    return IndicatorShape(section, columns, frozenset((key(section.total_title), *TOTAL_WORDS)))
