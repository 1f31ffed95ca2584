"""All measures of a filing with their places, and which of them are the same measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from jixiao.model.findings import Place
from jixiao.model.forms import Scope
from jixiao.model.submission import Cell, FormData, IndicatorRow, Paragraph
from jixiao.rules.support.base import Facts
from jixiao.rules.support.cells import indicator_place, scored
from jixiao.rules.support.measure import Measure
from jixiao.rules.support.narrative import name_of, read
from jixiao.rules.support.projects import siblings, umbrella
from jixiao.rules.support.text import alike, bare, normal
from jixiao.values import Kind, Value

_FIGURES = re.compile(r"[0-9.,:()]+")
_MOST_ALIKE = 80  # statements of one name that are held against each other
AIMS = ("goals",)  # headings of a narrative under which figures are aims
PLANS = ("follow_up", "problems", "improvements")  # … under which they are neither aim nor result


class Found(NamedTuple):
    """A measure, the form copy it was read from, and where in it.

    Attributes:
        at: the paragraph, the cell of a goal, or the indicator.
        title: what a goal's cell is called, or which of an indicator's columns it is.
        narrative: it was read from sentences.
    """

    measure: Measure
    data: FormData
    facts: Facts
    at: Paragraph | Cell | IndicatorRow
    title: str
    narrative: bool

    @property
    def project(self) -> str | None:
        return self.data.project

    def place(self) -> Place:
        """Where it stands, in words: worked out only for what is found wrong."""
        if isinstance(self.at, IndicatorRow):
            return indicator_place(self.facts, self.data, self.at, self.title)
        said = f"{self.title}：{self.measure.snippet}" if self.title else self.measure.snippet
        return self.facts.place(self.data, self.at, said)


def measures(facts: Facts) -> list[Found]:
    """Every measure of the narratives, the goals and the indicators; read once a filing."""
    return facts.once("measures", lambda: [*_texts(facts), *_goals(facts), *_indicators(facts)])


def _texts(facts: Facts) -> Iterator[Found]:
    for data in facts.submission.forms:
        for paragraph in data.paragraphs:
            if paragraph.level or paragraph.section in PLANS:
                continue
            for measure in read(paragraph.text, facts.year, target=paragraph.section in AIMS):
                yield Found(measure, data, facts, paragraph, "", True)


def _goals(facts: Facts) -> Iterator[Found]:
    for data, section in facts.tables("goals"):
        for row in section.rows:
            for column in section.columns:
                cell = data.get(f"{section.id}.{row.id}.{column.id}")
                if cell.blank:
                    continue
                title = facts.column_title(data, section, column.id)
                for measure in read(cell.text, facts.year, target=column.id == "expected"):
                    yield Found(measure, data, facts, cell, title, True)


def _indicators(facts: Facts) -> Iterator[Found]:
    for data, score in scored(facts):
        for row in score.rows:
            if row.indicator is None:
                continue
            name, actual = row.indicator.name.text, row.indicator.actual.text
            for which, value in (("target", row.target), ("actual", row.actual)):
                if value is None or value.kind is not Kind.QUANTITY or value.amount is None:
                    continue
                measure = _of_row(name, actual, value, which == "target")
                if measure is not None:
                    yield Found(measure, data, facts, row.indicator, which, False)


@lru_cache(maxsize=8192)
def _of_row(indicator: str, actual: str, value: Value, target: bool) -> Measure | None:
    """An indicator's target or actual as a measure. Cached: a filing is checked more than once."""
    if value.parts or value.amount is None:
        return None
    if value.error or value.approximate or value.high is not None:
        return None
    plain = bare(indicator)
    share = value.unit is not None and value.unit.dimension == "share"
    growth = share and any(word in plain for word in ("增长", "增速", "增幅"))
    for word in ("增长率", "增长", "增速", "增幅") if growth else ():
        plain = plain.replace(word, "")
    name = name_of(plain)
    kind = "growth" if growth else "share" if share else "amount"
    number = value.amount / value.unit.factor if value.unit is not None else value.amount
    places = len(normal(value.text).rstrip("%万亿元以上下内人次家个件").partition(".")[2])
    return Measure(name, kind, number, places, value.unit, target, "", actual, -1)


def clusters(facts: Facts, kinds: Iterable[str]) -> Iterator[list[Found]]:
    """Groups of statements of the same measure (results and aims apart) that may differ.

    The same words with the same figure are one statement, however often they are repeated;
    statements are held against those with a like name, or about the same figure.
    """
    wanted = set(kinds)
    statements: dict[tuple[object, ...], list[Found]] = {}
    for found in measures(facts):
        if found.measure.kind in wanted and len(found.measure.name) >= 2:
            key = found.measure.statement, found.narrative
            statements.setdefault(key, []).append(found)
    every = list(statements.values())
    leader = list(range(len(every)))
    for one, other in _candidates(every):
        if _root(leader, one) != _root(leader, other) and _any_tied(
            facts, every[one], every[other]
        ):
            leader[_root(leader, other)] = _root(leader, one)
    sets: dict[int, list[list[Found]]] = {}
    for number, same in enumerate(every):
        sets.setdefault(_root(leader, number), []).append(same)
    for group in sets.values():
        if len(group) > 1:
            yield [found for same in group for found in same]


def _candidates(every: list[list[Found]]) -> Iterator[tuple[int, int]]:
    """Numbers of statements whose names, or the figures they are about, are alike."""
    named: dict[tuple[object, ...], list[int]] = {}
    about: dict[tuple[object, ...], list[int]] = {}
    for number, same in enumerate(every):
        measure = same[0].measure
        named.setdefault((measure.kind, measure.target, measure.name), []).append(number)
        if measure.base is not None:
            about.setdefault((measure.kind, measure.base.amount), []).append(number)
    for group in (*named.values(), *about.values()):
        yield from combinations(group[:_MOST_ALIKE], 2)
    names = {str(name) for _, _, name in named}
    for (kind, target, name), group in named.items():
        for variant in sorted(_variants(str(name)) & names):
            for other in named.get((kind, target, variant), ()):
                yield from ((number, other) for number in group)


@lru_cache(maxsize=8192)
def _variants(name: str) -> frozenset[str]:
    """Shorter names that may mean the same: its ends, and it with one character left out."""
    ends = {name[start:] for start in range(2, len(name) - 2)}
    if len(name) >= 7:
        ends.update(name[:at] + name[at + 1 :] for at in range(len(name)))
    return frozenset(ends)


def _root(leader: list[int], number: int) -> int:
    while leader[number] != number:
        number = leader[number]
    return number


def _any_tied(facts: Facts, some: list[Found], others: list[Found]) -> bool:
    a, b = some[0].measure, others[0].measure
    if a.target != b.target or a.attribute != b.attribute:
        return False
    if not (_about_same(a, b) or _same_name(a, b)):
        return False
    if not a.comparable(b):
        return False
    return any(_may_contradict(facts, one, other) for one in some for other in others)


def _may_contradict(facts: Facts, a: Found, b: Found) -> bool:
    """Two statements that ought to agree by where they stand."""
    one, other = a.measure, b.measure
    if a.data is b.data and one.sentence == other.sentence and one.context == other.context:
        return False
    if not a.narrative and not b.narrative:
        return False  # two forms: B08 and C11
    return _related(facts, a.data, b.data)


def _about_same(a: Measure, b: Measure) -> bool:
    """Growth or rank of the same figure, under names that have something in common."""
    one, other = a.base, b.base
    if one is None or other is None or one.amount != other.amount or one.kind != other.kind:
        return False
    return one.comparable(other) and _in_common(one.name, other.name)


def _in_common(a: str, b: str) -> bool:
    pieces = {a[i : i + 3] for i in range(len(a) - 2)}
    return alike(a, b) >= 0.5 or any(b[i : i + 3] in pieces for i in range(len(b) - 2))


def _same_name(a: Measure, b: Measure) -> bool:
    if a.name == b.name:
        return a.specific or (a.kind != "share" and _same_sentence_head(a, b))
    short, long = (a, b) if len(a.name) <= len(b.name) else (b, a)
    if not _near_names(short.name, long.name):
        return False
    if short.specific and len(short.name) >= 6 and alike(short.name, long.name) >= 0.92:
        return True
    extra = long.name.removesuffix(short.name)
    return len(extra) >= 2 and extra != long.name and extra in short.context


def _near_names(short: str, long: str) -> bool:
    """A spelling variant or the end of the longer name, with the same digits in it."""
    if not long.endswith(short) and (len(short) < 6 or alike(short, long) < 0.92):
        return False
    return len(short) >= 3 and [c for c in short if c.isdigit()] == [c for c in long if c.isdigit()]


def _same_sentence_head(a: Measure, b: Measure) -> bool:
    """Names that say little count only after much the same words."""
    one, other = _FIGURES.sub("", a.context[-24:]), _FIGURES.sub("", b.context[-24:])
    return min(len(one), len(other)) >= 5 and alike(one, other) >= 0.75


def _related(facts: Facts, a: FormData, b: FormData) -> bool:
    """Same project, or one of the two speaks for the whole department.

    Two sibling projects may each build three pumping stations: that is no contradiction.
    """
    if speaks_for_all(facts, a) or speaks_for_all(facts, b) or a is b:
        return True
    return any(b is each for each in siblings(facts, a))


def speaks_for_all(facts: Facts, data: FormData) -> bool:
    """A form of the department, or of the umbrella project that contains the others."""
    if data.project is None:
        return True
    return id(data) in facts.once("whole", lambda: _umbrella_copies(facts))


def _umbrella_copies(facts: Facts) -> set[int]:
    found = umbrella(facts)
    copies = found[0].copies.values() if found is not None else ()
    return {id(data) for each in copies for data in each}


def narratives(facts: Facts, scope: Scope | None = None) -> Iterator[FormData]:
    """Filled narratives (of a scope)."""
    for data in facts.submission.forms:
        if data.paragraphs and (scope is None or facts.forms[data.form].scope is scope):
            yield data
