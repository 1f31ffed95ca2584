"""What a rule is, what it may look at, and how it says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from jixiao.model.findings import Finding, Place, Severity
from jixiao.model.forms import Form, TableSection
from jixiao.model.scores import FormScore
from jixiao.model.submission import Cell, FormData, IndicatorRow, Paragraph, Submission
from jixiao.model.targets import TargetSet
from jixiao.policy.model import Department, RuleSetting
from jixiao.policy.scoring import ScoringPolicy
from jixiao.rules.support.sources import BUREAU, RuleSource
from jixiao.values import NumberError, parse_number

if TYPE_CHECKING:
    from jixiao.rules.support.county import County

T = TypeVar("T")

FAMILIES = {
    "A": "表内计算",
    "B": "目标与结果",
    "C": "表间关系",
    "D": "文字与表格",
    "E": "预算控制",
    "F": "年度之间",
    "G": "身份与公开",
    "H": "全县对照",
    "P": "成文与印制",
    "X": "本级自定",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before it has a code and a severity; fields as in :class:`Finding`."""

    message: str
    where: tuple[Place, ...]
    found: str
    expected: str
    remedy: str
    difference: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything a rule may look at. Nothing in here is changed by a rule.

    Attributes:
        forms: the year's forms by id.
        submission: the filing.
        scores: its scored forms.
        policy: the year's scoring parameters.
        year: fiscal year evaluated.
        department: the roster's entry, ``None`` when a file is only audited.
        targets: the approved targets, ``None`` where there are none.
        prior: last year's accepted filing, ``None`` where there is none.
        county: all departments' filings, for rules that look across the county; ``None`` when
            a filing is checked by itself.
        params: the running rule's parameters, its defaults overlaid by the pack's.
        memo: what several rules need worked out once a filing; see :meth:`once`.
    """

    forms: Mapping[str, Form]
    submission: Submission
    scores: Sequence[FormScore]
    policy: ScoringPolicy
    year: int
    department: Department | None = None
    targets: TargetSet | None = None
    prior: Submission | None = None
    county: County | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """``make()``, worked out once a filing and shared by every rule that asks for ``key``."""
        if key not in self.memo:
            self.memo[key] = make()
        return cast(T, self.memo[key])

    def under(self, params: Mapping[str, str]) -> Facts:
        """The same facts for a rule with these parameters."""
        other = object.__new__(Facts)  # dataclasses.replace takes ten times as long
        other.__dict__.update(self.__dict__, params=params)
        return other

    def words(self, name: str) -> tuple[str, ...]:
        """A rule's parameter that lists words, written with 、 between them."""
        return tuple(word for word in self.params[name].split("、") if word)

    def decimal(self, name: str) -> Decimal:
        """A rule's parameter as a number."""
        return Decimal(self.params[name])

    def tables(self, role: str | None = None) -> Iterator[tuple[FormData, TableSection]]:
        """Every filled table section (of a role), with the form copy it stands in."""
        for data, section in self.once("tables", self._tables):
            if role is None or section.role == role:
                yield data, section

    def _tables(self) -> list[tuple[FormData, TableSection]]:
        return [
            (data, section)
            for data in self.submission.forms
            for section in self.forms[data.form].tables()
        ]

    def score_of(self, data: FormData) -> FormScore | None:
        return next(
            (
                s
                for s in self.scores
                if (s.form, s.project, s.sheet) == (data.form, data.project, data.sheet)
            ),
            None,
        )

    def indicators(self) -> Iterator[tuple[FormData, IndicatorRow]]:
        """Every indicator row of the filing, with the form copy it stands in."""
        for data in self.submission.forms:
            for row in data.indicators:
                yield data, row

    def paragraphs(self) -> Iterator[tuple[FormData, Paragraph]]:
        """Every paragraph of every narrative."""
        for data in self.submission.forms:
            for paragraph in data.paragraphs:
                yield data, paragraph

    def say(self, text: str) -> str:
        """A form's text with ``{year}`` and ``{last_year}`` filled in."""
        return text.replace("{year}", str(self.year)).replace("{last_year}", str(self.year - 1))

    def column_title(self, data: FormData, section: TableSection, column: str) -> str:
        return self.say(section.column(column).title)

    def row_title(self, data: FormData, section: TableSection, row: str) -> str:
        """What the clerk reads in front of the row: a repeated row's own name, else the form's."""
        label = data.labels.get(f"{section.id}.{row}")
        return label.text if label is not None else self.say(section.row(row).title)

    def place(self, data: FormData, cell: Cell | Paragraph, text: str) -> Place:
        """The place of a cell or paragraph of a form copy, with words for what stands there."""
        return Place(data.form, cell.sheet or data.sheet, cell.cell, text, data.project)

    def table_place(self, data: FormData, section: TableSection, row: str, column: str) -> Place:
        """The place of a table cell, saying row, column and value: ``三公经费·2023年决算数 7.50``."""
        cell = data.get(f"{section.id}.{row}.{column}")
        parts = [self.row_title(data, section, row), self.column_title(data, section, column)]
        name = "·".join(p for p in parts if p)
        return self.place(data, cell, f"{name} {cell.text or '（空白）'}")


def number(cell: Cell) -> Decimal | None:
    """The cell's figure; ``None`` for a blank, a broken or an unreadable one.

    Unreadable figures have a rule of their own, so every other rule may pass over them.
    """
    return read_number(cell.text)[0] if cell.text and cell.problem is None else None


@lru_cache(maxsize=16384)
def read_number(text: str) -> tuple[Decimal | None, str | None]:
    """A figure cell's number, and why it has none: ``(None, None)`` for a blank.

    Cached: several rules read the same cells, and the same figures return all day.
    """
    try:
        return parse_number(text), None
    except NumberError as error:
        return None, error.message


def plain(value: Decimal) -> str:
    """A figure for a sentence: no exponent, no trailing zeros beyond two decimals."""
    if value == value.to_integral_value():
        return f"{value:.0f}"
    text = f"{value.normalize():f}"
    return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"


Check = Callable[[Facts], Iterable[Draft]]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue.

    Attributes:
        code: family letter and number; never used again once retired.
        title: Chinese title.
        severity: default; the year's pack may say otherwise.
        check: the function that looks.
        params: default parameters.
        since, until: first and last fiscal year the rule applies to.
        preview: a preview rule only ever warns and never returns a filing.
        name: English mnemonic, as lasting as the code; empty for a rule the pack wrote itself.
        source: what the rule stands on.
    """

    code: str
    title: str
    severity: Severity
    check: Check
    params: Mapping[str, str]
    since: int = 2020
    until: int | None = None
    preview: bool = False
    name: str = ""
    source: RuleSource = BUREAU

    @property
    def family(self) -> str:
        return FAMILIES[self.code[0]]

    @cached_property
    def parts(self) -> dict[str, str]:
        """The docstring's three parts by name: 为什么, 举例, 怎么改."""
        parts: dict[str, list[str]] = {}
        name = ""
        for line in (self.check.__doc__ or "").splitlines():
            text = line.strip()
            head, colon, rest = text.partition("：")
            if colon and head in {"为什么", "举例", "怎么改"}:
                name = head
                parts[name] = [rest]
            elif name and text:
                parts[name].append(text)
        return {key: "".join(lines) for key, lines in parts.items()}

    def applies(self, year: int, setting: RuleSetting) -> bool:
        return setting.enabled and self.since <= year and (self.until is None or year <= self.until)

    def severity_under(self, setting: RuleSetting) -> Severity:
        """The severity that counts this year."""
        severity = setting.severity or self.severity
        if self.preview and severity is Severity.ERROR:
            return Severity.WARNING
        return severity

    def finish(self, draft: Draft, setting: RuleSetting) -> Finding:
        return Finding(
            code=self.code,
            severity=self.severity_under(setting),
            title=self.title,
            message=draft.message,
            where=draft.where,
            found=draft.found,
            expected=draft.expected,
            difference=draft.difference,
            remedy=draft.remedy,
        )


def rule(
    code: str,
    title: str,
    severity: Severity,
    *,
    name: str,
    source: RuleSource,
    params: Mapping[str, str] | None = None,
    since: int = 2020,
    until: int | None = None,
    preview: bool = False,
) -> Callable[[Check], Rule]:
    """Declare a rule. The function's docstring says 为什么：… 举例：… 怎么改：… in Chinese.

    The example is executed: its figures are a failing case of the rule's case file.
    """

    def declare(check: Check) -> Rule:
        return Rule(code, title, severity, check, params or {}, since, until, preview, name, source)

    return declare
