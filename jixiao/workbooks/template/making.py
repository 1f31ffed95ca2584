"""A sheet's XML with slots: made from the plain writer's own output, never by hand.

The plain writer writes the page twice, once with a figure and once with a text standing in for
every live text. What is the same in both is the same for all; what differs must be explained, as
a cell that shows a stand-in, a formula's result or the height of a row, or else the page is unfit.
Last, the template is filled with the page's own texts and must give what the plain writer gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from jixiao.workbooks.template.filling import (
    Filled,
    Pattern,
    Result,
    Row,
    Slot,
    Template,
    Zone,
    after_style,
    seen_by_formulas,
)
from jixiao.workbooks.template.formulas import (
    CellKind,
    Formula,
    Known,
    Live,
    Value,
    Work,
    live_cells,
    work_out,
)
from jixiao.workbooks.template.page import Page
from jixiao.workbooks.template.palette import Palette
from jixiao.workbooks.template.probe import Probe, blank_book, write_pages
from jixiao.workbooks.template.render import shown
from jixiao.workbooks.template.segments import is_cut, segments, split
from jixiao.workbooks.template.unfit import UnfitError
from jixiao.workbooks.zipped import pack

_FIGURE = re.compile(r"7300(\d{5})")
_WORD = re.compile("\ue000(\\d{5})\ue001")
_TOKEN = re.compile(r"<row [^>]*>|</row>|<c [^>]*?/>|<c .*?</c>", re.DOTALL)
_ROW = re.compile(r'(<row r="(\d+)"(?: spans="[\d:]+")?)((?: ht="[\d.]+" customHeight="1")?)(/?>)')
_CELL = re.compile(
    r'(<c r="([A-Z]+\d+)"(?: s="(\d+)")?)(?: t="(\w+)")?'
    r"(?:/>|>(?:<f>(.*?)</f>)?(?:<v>(.*?)</v>|<is><t[^>]*>(.*?)</t></is>)</c>)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of the sheet's XML; ``start`` is everything before its type."""

    xml: str
    start: str
    ref: str
    style: str
    kind: str
    formula: str
    content: str


def plain_sheets(pages: Sequence[Page]) -> list[Filled]:
    """Pages written by the plain writer.

    Raises:
        UnfitError: one of them has something only a whole workbook of the plain writer can have.
    """
    if not pages:
        return []
    probes = write_pages([(page, page.texts, lambda _: False) for page in pages])
    return [
        Filled(
            [(segment.encode(), b"") for segment in segments(p.xml)],
            p.relations,
            p.state,
            p.area,
            p.titles,
            p.written,
        )
        for p in probes
    ]


def compile_page(page: Page) -> Template:
    """The template of a page's shape.

    Raises:
        UnfitError: the plain writer makes something of the page that cannot be explained.
    """
    live = page.split()[1]
    numbers = [f"7300{i:05d}" for i in range(len(live))]
    words = [f"\ue000{i:05d}\ue001" for i in range(len(live))]
    as_figures, as_words, plain = write_pages(
        [
            (page, page.joined(numbers), lambda t: _FIGURE.search(t) is not None),
            (page, page.joined(words), lambda t: _WORD.search(t) is not None),
            (page, page.texts, lambda _: False),
        ]
    )
    template = _Maker(as_figures, as_words, numbers, words).template()
    filled = template.fill(live)
    _same((filled.xml, plain.xml), (filled.written, plain.written))
    return template


def _same(*pairs: tuple[object, object]) -> None:
    if any(a != b for a, b in pairs):
        raise UnfitError


def _pattern(text: str, stand_in: re.Pattern[str]) -> Pattern:
    """A text of the probe (as text, not XML) as words and numbers of live texts."""
    pieces: list[str | int] = list(stand_in.split(text))
    pieces[1::2] = [int(p) for p in pieces[1::2]]
    return tuple(p for p in pieces if p != "")


def _unescaped(xml: str) -> str:
    return xml.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _cell(xml: str) -> _Cell:
    found = _CELL.fullmatch(xml)
    if found is None:
        raise UnfitError
    start, ref, style, kind, formula, value, text = found.groups(default="")
    return _Cell(xml, start, ref, style, kind, formula, _unescaped(value or text))


class _Maker:
    """Explains every difference between the two probes."""

    def __init__(self, a: Probe, b: Probe, numbers: list[str], words: list[str]) -> None:
        self.a, self.b = a, b
        self.live = (numbers, words)
        self.palette: Palette = blank_book()[0]
        self.made = Template(b.relations, b.state, b.area, b.titles, b.written)
        self.flat = self.made.flat
        self.fresh: set[int] = set()  # places in the flat list that are filled each time
        self.cuts: set[int] = set()  # places at which a segment begins
        self.cells: dict[str, CellKind] = {}
        self.slot_of: dict[str, int] = {}
        self.pairs: dict[str, tuple[_Cell, _Cell]] = {}
        self.values: list[list[Value]] = []  # of the slots, in either probe
        self.counted = self._check_column()

    def template(self) -> Template:
        a, b = self.a, self.b
        _same(
            (a.relations, b.relations),
            (a.state, b.state),
            (a.area, b.area),
            (a.titles, b.titles),
            (a.heights, b.heights),
            (len(a.measured), len(b.measured)),
        )
        heads, bodies, tails = zip(*map(split, (a.xml, b.xml)), strict=True)
        tokens = [_TOKEN.findall(body) for body in bodies]
        _same(heads, tails, *zip(map("".join, tokens), bodies, strict=True))
        _same((len(tokens[0]), len(tokens[1])))
        pairs = list(zip(*tokens, strict=True))
        for one, other in pairs:
            if one.startswith("<c "):
                self._note(_cell(one), _cell(other))
        for live in self.live:
            texts = self.made.texts(live)
            cells = [shown(texts[s.text], s.as_text) for s in self.made.slots]
            self.values.append(seen_by_formulas(cells))
        owners = _owners(tails[0])
        heights = self._heights()
        self._still(heads[1])
        self.cuts.add(len(self.flat))
        row = 0
        for one, other in pairs:
            if one.startswith("<c "):
                self._write(*self.pairs[_cell(one).ref], owners)
            elif one.startswith("<row "):
                row = self._row(one, other, heights)
            else:
                _same((one, other))
                self._still(other)
            if not one.startswith("<c ") and one.endswith(("/>", "</row>")) and is_cut(row):
                self.cuts.add(len(self.flat))
        self.cuts.add(len(self.flat))
        self._still(tails[1])
        self.made.zones = list(_zones(self.flat, self.fresh, self.cuts))
        self._check()
        return self.made

    def _still(self, xml: str) -> None:
        """XML that is the same for all, joined to what stands before it."""
        at = len(self.flat)
        if at and at not in self.cuts and at - 1 not in self.fresh:
            self.flat[-1] += xml
        else:
            self.flat.append(xml)

    def _hole(self) -> int:
        self.flat.append("")
        self.fresh.add(len(self.flat) - 1)
        return len(self.flat) - 1

    def _note(self, a: _Cell, b: _Cell) -> None:
        """What kind of cell it is, before any formula is read."""
        _same((a.ref, b.ref), (bool(a.formula), bool(b.formula)))
        self.pairs[a.ref] = (a, b)
        if b.formula:
            self.cells[b.ref] = Formula(_unescaped(b.formula))
        elif a.xml == b.xml or not (a.content or b.content):
            self.cells[b.ref] = Known(_value(b))
        else:
            self.slot_of[b.ref] = len(self.made.slots)
            self.cells[b.ref] = Live(len(self.made.slots))
            self.made.slots.append(self._slot(a, b))

    def _slot(self, a: _Cell, b: _Cell) -> Slot:
        pattern = _pattern(b.content, _WORD)
        style, number, quoted, indent = self._ticket(b)
        as_text = a.kind == "inlineStr"
        shown_so = (style, number if as_text else "0", False, indent)
        _same(
            (pattern, _pattern(a.content, _FIGURE)),
            (b.kind, "inlineStr"),
            (quoted, False),
            (self._ticket(a), shown_so),
        )
        if not as_text and (a.kind or len(pattern) > 1):
            raise UnfitError
        ids = self.palette.ids
        styles: dict[tuple[str | None, bool], str] = {}
        if not b.style:
            styles = {(None, False): "", (None, True): ""}
        else:
            for (s, format, quote, i), id in ids.items():
                if (s, i) == (style, indent):
                    if not quote and not as_text:
                        styles[format, False] = id
                    if format == number:
                        styles[None, quote] = id
        return Slot(self._text(pattern), as_text, styles)

    def _text(self, pattern: Pattern) -> int:
        """Which of a template's texts this is."""
        if len(pattern) == 1 and isinstance(pattern[0], int):
            return pattern[0]
        if pattern not in self.made.put_together:
            self.made.put_together.append(pattern)
        return len(self.live[0]) + self.made.put_together.index(pattern)

    def _ticket(self, cell: _Cell) -> tuple[str, str, bool, int]:
        return self.palette.tickets[cell.style] if cell.style else ("", "", False, 0)

    def _write(self, a: _Cell, b: _Cell, owners: dict[str, str]) -> None:
        slot = self.slot_of.get(b.ref)
        owner = self.slot_of.get(owners.get(b.ref, ""))
        if b.formula:
            self._formula(a, b)
        elif slot is not None:
            self._still(b.start.removesuffix(f'{b.style}"' if b.style else '"'))
            self.made.shown.append((self._hole(), slot))
        elif owner is not None and b.style:
            first_a, first_b = self.pairs[owners[b.ref]]
            _same((a.style, first_a.style), (b.style, first_b.style), (b.content, ""))
            self._still(b.start.removesuffix(f'{b.style}"'))
            self.made.covered.append((self._hole(), owner))
            self._still('"/>')
        else:
            _same((a.xml, b.xml))
            self._still(b.xml)

    def _formula(self, a: _Cell, b: _Cell) -> None:
        _same((a.start, b.start))
        formula = _unescaped(b.formula)
        pattern, words = _pattern(formula, _WORD), _pattern(b.content, _WORD)
        _same((pattern, _pattern(_unescaped(a.formula), _FIGURE)))
        text: str | int = formula
        value: Work | int
        if any(isinstance(p, int) for p in (*pattern, *words)):
            _same((words, _pattern(a.content, _FIGURE)), (a.kind, b.kind))
            text, value = self._text(pattern), self._text(words)
        else:
            worked = work_out(formula, self.cells) if live_cells(formula, self.cells) else None
            if worked is None or isinstance(worked.result, Known):
                _same((a.xml, b.xml))
                self._still(b.xml)
                self.made.complaints += bool(b.ref in self.counted and b.content)
                return
            value = worked.result
            self.made.figured |= worked.figured
        start = b.start.removesuffix('"')
        self._still(start)
        result = Result(self._hole(), text, value, b.ref in self.counted)
        self.made.results.append(result)
        for cell, live, values in zip((a, b), self.live, self.values, strict=True):
            _same((start + after_style(result, values, self.made.texts(live))[0], cell.xml))

    def _heights(self) -> dict[int, list[tuple[int, float, int]]]:
        """The texts each row is measured by."""
        found: dict[int, list[tuple[int, float, int]]] = {}
        for a, b in zip(self.a.measured, self.b.measured, strict=True):
            pattern = _pattern(b.text, _WORD)
            _same(
                (pattern, _pattern(a.text, _FIGURE)),
                ((a.first, a.last, a.width), (b.first, b.last, b.width)),
            )
            for row in range(b.first, b.last + 1):
                entry = (self._text(pattern), b.width, b.last - b.first + 1)
                found.setdefault(row, []).append(entry)
        return found

    def _row(self, one: str, other: str, heights: dict[int, list[tuple[int, float, int]]]) -> int:
        """A row's beginning; answers with its number (from 1)."""
        _same((one, other))
        found = _ROW.fullmatch(other)
        if found is None:
            raise UnfitError
        row = int(found[2]) - 1
        if row not in heights or row not in self.b.heights:
            self._still(other)
            return row + 1
        known = self.b.heights[row]
        self._still(found[1])
        self.made.rows.append(Row(self._hole(), known.lines, known.grows, tuple(heights[row])))
        self._still(found[4])
        return row + 1

    def _check_column(self) -> frozenset[str]:
        """The cells whose results count on the cover."""
        answers = (self.a.written, self.b.written)
        if answers[0] is None or answers[1] is None:
            _same(answers)
            return frozenset()
        _same((answers[0].checks, answers[1].checks))
        places = re.findall(r"\$([A-Z]+)\$(\d+)", answers[1].checks)
        if len(places) != 2 or places[0][0] != places[1][0]:
            raise UnfitError
        (column, first), (_, last) = places
        return frozenset(f"{column}{row}" for row in range(int(first), int(last) + 1))

    def _check(self) -> None:
        """The cover is told of each probe what the plain writer tells it."""
        for probe, texts in zip((self.a, self.b), self.live, strict=True):
            if probe.written is not None:
                _same((probe.written, self.made.fill(texts).written))


def _value(cell: _Cell) -> Value:
    """What a cell that is the same for all holds."""
    if cell.kind == "inlineStr":
        return cell.content
    return Decimal(cell.content) if cell.content else None


def _owners(xml: str) -> dict[str, str]:
    """Each covered cell of a merged area (of single-letter columns) to the area's first."""
    found = {}
    for left, top, right, bottom in re.findall(
        r'<mergeCell ref="([A-Z])(\d+):([A-Z])(\d+)"/>', xml
    ):
        for row in range(int(top), int(bottom) + 1):
            for column in range(ord(left), ord(right) + 1):
                found[f"{chr(column)}{row}"] = f"{left}{top}"
        del found[f"{left}{top}"]
    return found


def _zones(flat: list[str], fresh: set[int], cuts: set[int]) -> Iterator[Zone]:
    """The segments; what is ready in a row is put together once it is compressed."""
    waiting: list[bytes] = []
    edges = sorted({0, *cuts, len(flat)})
    for first, last in pairwise(edges):
        if fresh.isdisjoint(range(first, last)):
            waiting.append("".join(flat[first:last]).encode())
            continue
        if waiting:
            yield Zone(0, 0, b"".join(waiting), b"".join(map(pack, waiting)))
            waiting = []
        yield Zone(first, last)
    if waiting:
        yield Zone(0, 0, b"".join(waiting), b"".join(map(pack, waiting)))
