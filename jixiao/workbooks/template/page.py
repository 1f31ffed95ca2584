"""A worksheet as a function of texts: everything else that decides it is its shape.

Two departments whose sheets have the same shape get the same sheet but for their texts. Which
texts are blank belongs to the shape, for a blank cell is locked, checked and validated otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from jixiao.model.forms import Form
from jixiao.model.submission import BLANKS, Cell, FormData, GroupHeader, IndicatorRow
from jixiao.policy import Department, Pack
from jixiao.workbooks.canvas import Book
from jixiao.workbooks.cover import Cover
from jixiao.workbooks.form_sheet import Written, write_form
from jixiao.workbooks.hidden import write_rows
from jixiao.workbooks.plan import Sheet
from jixiao.workbooks.template.unfit import UnfitError

#: The name a form's sheet has while its template is made.
ANY_NAME = "表"


class _Same:
    """A key that is equal only to the very same form, which it keeps alive."""

    __slots__ = ("form",)

    def __init__(self, form: Form) -> None:
        self.form = form

    def __hash__(self) -> int:
        return id(self.form)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.form is self.form


@lru_cache(maxsize=64)
def _content(same: _Same) -> str:
    """What a form says, hashed: packs are loaded again and again with the same forms."""
    return hashlib.sha256(same.form.model_dump_json().encode()).hexdigest()


@dataclass(slots=True)
class Page:
    """One worksheet to write.

    Attributes:
        shape: what decides the sheet besides its texts.
        texts: the texts, as they came.
        write: writes the sheet with these or other texts; a form's sheet is called
            :data:`ANY_NAME`, and what comes back says where its checks are.
    """

    shape: Hashable
    texts: list[str]
    write: Callable[[Book, Sequence[str]], Written | None]

    def split(self) -> tuple[tuple[Hashable, tuple[str | None, ...]], list[str]]:
        """The key of the sheet's template, and the texts to fill it with."""
        kept = tuple(t if t.strip() in BLANKS else None for t in self.texts)
        return (self.shape, kept), [t for t, k in zip(self.texts, kept, strict=True) if k is None]

    def joined(self, live: Sequence[str]) -> list[str]:
        """All texts with these in place of the live ones."""
        rest = iter(live)
        return [t if t.strip() in BLANKS else next(rest) for t in self.texts]


def form_page(sheet: Sheet, title: Callable[[str], str], year: int) -> Page:
    """The page of one form; ``title`` fills in the year and nothing else.

    Raises:
        UnfitError: the sheet holds a whole filing or a broken cell.
    """
    if sheet.filled:
        raise UnfitError
    data = sheet.data
    shape = (
        _content(_Same(sheet.form)),
        year,
        sheet.approved,
        sheet.project is None,
        frozenset(sheet.locked),
        tuple(data.cells),
        tuple(data.labels),
        tuple((r.level1, r.level2) for r in data.indicators),
        tuple((g.level1, g.points is None) for g in data.groups),
    )

    def write(book: Book, texts: Sequence[str]) -> Written:
        return write_form(book, _with(sheet, iter(texts).__next__), title, year)

    return Page(shape, _texts(sheet), write)


def _texts(sheet: Sheet) -> list[str]:
    """Every text of a sheet's data; :func:`_with` puts them back in the same order."""
    data = sheet.data
    texts: list[str] = []
    for cell in (*data.cells.values(), *data.labels.values()):
        if cell.problem is not None:
            raise UnfitError
        texts.append(cell.text)
    for r in data.indicators:
        texts += (
            r.name.text,
            r.target.text,
            r.actual.text,
            r.weight.text,
            r.score.text,
            r.explanation.text,
            r.sign.text,
            r.unit.text,
        )
    texts += [g.points or "" for g in data.groups]
    texts += (data.total_weight.text, data.total_score.text, sheet.project or "")
    return texts


def _with(sheet: Sheet, text: Callable[[], str]) -> Sheet:
    old = sheet.data

    def cell() -> Cell:
        return Cell(text(), ANY_NAME)

    data = FormData(old.form, ANY_NAME, old.title)
    data.cells = {address: cell() for address in old.cells}
    data.labels = {address: cell() for address in old.labels}
    data.indicators = [
        IndicatorRow(
            r.level1, r.level2, cell(), cell(), cell(), cell(), cell(), cell(), cell(), cell()
        )
        for r in old.indicators
    ]
    data.groups = []
    for group in old.groups:
        points = text()
        told = None if group.points is None else points
        data.groups.append(GroupHeader(group.level1, told, group.cell))
    data.total_weight, data.total_score = cell(), cell()
    project = text()
    data.project = None if sheet.project is None else project
    return replace(sheet, name=ANY_NAME, data=data, project=data.project)


def cover_page(
    pack: Pack,
    department: Department,
    title: str,
    deadline: date,
    how: tuple[str, ...],
    written: list[tuple[Sheet, Written]],
) -> Page:
    """The page of the cover; the workbook's sheets are part of its shape, by their names."""
    bureau = pack.info.bureau
    shape = (
        "cover",
        title,
        deadline,
        how,
        pack.year,
        bureau.name,
        bureau.office,
        bureau.contact,
        bureau.phone,
        bureau.guide_url,
        tuple((s.name, s.project is None, s.data.title) for s, _ in written),
    )
    texts = [department.name, department.code]
    for sheet, told in written:
        texts += (sheet.project or "", told.checks, told.open)

    def write(book: Book, texts: Sequence[str]) -> None:
        text = iter(texts).__next__
        shown = replace(department, name=text(), code=text())
        sheets = []
        for sheet, _ in written:
            project = text()
            told = Written(sheet.name, text(), text())
            kept = None if sheet.project is None else project
            sheets.append((replace(sheet, project=kept), told))
        Cover(book).write(pack, shown, title, deadline, how, sheets)

    return Page(shape, texts, write)


def rows_page(rows: list[tuple[str, ...]]) -> Page:
    """The page of the hidden sheet."""
    widths = tuple(map(len, rows))

    def write(book: Book, texts: Sequence[str]) -> None:
        text = iter(texts).__next__
        write_rows(book, [tuple(text() for _ in range(width)) for width in widths])

    return Page(("hidden", widths), [text for row in rows for text in row], write)
