"""Workbooks made by filling ready templates: the plain writer's workbook at a fraction of its cost.

Every worksheet is a shape and texts (:mod:`.page`). For each shape the plain writer is asked once,
with stand-ins for the texts, and its XML kept with slots (:mod:`.making`); from then on a
department's texts are filled in. Nothing here knows a form. What cannot be explained from the
plain writer's own output raises :class:`UnfitError`, and the plain writer writes that workbook.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from threading import Lock

from jixiao.policy import Department, Pack
from jixiao.spreadsheet.marker import COVER, SHEET, Marker
from jixiao.workbooks.form_sheet import Written
from jixiao.workbooks.plan import Sheet
from jixiao.workbooks.template.filling import Filled, Template
from jixiao.workbooks.template.making import compile_page, plain_sheets
from jixiao.workbooks.template.package import Tab, workbook
from jixiao.workbooks.template.page import ANY_NAME, Page, cover_page, form_page, rows_page
from jixiao.workbooks.template.unfit import UnfitError

__all__ = ["TEMPLATES", "Templates", "UnfitError", "filled_book"]

MOST = 384  # shapes kept, each some 60 KB
_MOST_SEEN = 8192  # shapes seen once, of which only a number is kept


class Templates:
    """The templates of the shapes seen last; safe for threads, each process has its own.

    A shape gets a template the second time it is seen: making one costs as much as writing the
    sheet plainly several times.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Template | None] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._seen.clear()

    def sheets(self, pages: Sequence[Page]) -> list[Filled]:
        """The pages' sheets: filled where there is a template, else written plainly.

        Raises:
            UnfitError: a page has something only a whole workbook of the plain writer can have.
        """
        found = [self._filled(page) for page in pages]
        rest = iter(plain_sheets([p for p, f in zip(pages, found, strict=True) if f is None]))
        return [filled if filled is not None else next(rest) for filled in found]

    def _filled(self, page: Page) -> Filled | None:
        key, texts = page.split()
        with self._lock:
            if key in self._kept:
                template = self._kept[key]
                self._kept.move_to_end(key)
            elif not self._seen_before(hash(key)):
                return None
            else:
                template = None
            known = key in self._kept
        if not known:
            template = self._made(key, page)
        try:
            return template.fill(texts) if template is not None else None
        except UnfitError:
            return None

    def _seen_before(self, number: int) -> bool:
        if number in self._seen:
            del self._seen[number]
            return True
        self._seen[number] = None
        while len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return False

    def _made(self, key: Hashable, page: Page) -> Template | None:
        """A new template, made outside the lock; ``None`` is kept too, for a shape without."""
        try:
            template = compile_page(page)
        except UnfitError:
            template = None
        with self._lock:
            self._kept[key] = template
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return template


TEMPLATES = Templates()


def filled_book(
    pack: Pack,
    department: Department,
    sheets: Sequence[Sheet],
    marker: Marker,
    *,
    title: str,
    created: datetime,
    how: tuple[str, ...],
    deadline: date,
    templates: Templates = TEMPLATES,
) -> bytes:
    """The workbook of cover, forms and hidden sheet.

    Raises:
        UnfitError: it must be written plainly as a whole.
    """
    forms = templates.sheets([form_page(sheet, pack.title, pack.year) for sheet in sheets])
    written = [(s, _named(f.written, s.name)) for s, f in zip(sheets, forms, strict=True)]
    cover = cover_page(pack, department, title, deadline, how, written)
    first, last = templates.sheets([cover, rows_page(marker.rows())])
    names = [COVER, *(sheet.name for sheet in sheets), SHEET]
    all_ = [first, *forms, last]
    tabs = (Tab(n, f.state, f.area, f.titles) for n, f in zip(names, all_, strict=True))
    return workbook(
        created, title, tuple(tabs), [f.pieces for f in all_], [f.relations for f in all_]
    )


def _named(written: Written | None, name: str) -> Written:
    """Where the checks are once the sheet has its own name."""
    assert written is not None
    checks = written.checks.replace(f"'{ANY_NAME}'!", f"'{name}'!")
    return Written(name, checks, written.open)
