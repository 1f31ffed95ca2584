"""Documents (Word, web page) read into a submission.

A document is a row of blocks: paragraphs and tables. Tables between two titles are stacked into
one grid and go through the same matcher as a sheet; paragraphs go to the report whose title
stands above them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jixiao.errors import RefusedFile
from jixiao.intake.identity import name_unit, year_of
from jixiao.intake.locate import locate
from jixiao.intake.located import Located
from jixiao.intake.parts import best_fit, part_data
from jixiao.intake.projects import settle_projects
from jixiao.intake.shape import Shapes, project_in_title, says_nothing, shapes
from jixiao.model.forms import Form, Scope
from jixiao.model.submission import FormData, Submission, Unplaced
from jixiao.spreadsheet.grid import Grid
from jixiao.spreadsheet.marker import HINT
from jixiao.spreadsheet.narrative import heading_of, place
from jixiao.spreadsheet.text import key

_NEAR = 6  # blocks after a title within which its table or first heading must come
_MOST_UNPLACED = 200
_FEWEST_HEADINGS = 3
_FLATTENED = "表格成了逐行的文字，行列已对不上，没有读取："


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``text``) or a table (``grid``); ``cell`` says where it stands."""

    cell: str
    text: str = ""
    grid: Grid | None = None


@dataclass(slots=True)
class _Report:
    form: Form
    title: str
    lines: list[Block] = field(default_factory=list)


class _Reading:
    """Goes through the blocks once."""

    def __init__(self, name: str, prepared: Shapes, submission: Submission) -> None:
        self.name, self.shapes, self.submission = name, prepared, submission
        self.report: _Report | None = None
        self.form: Form | None = None  # of the tables that come
        self.title = ""
        self.stack: list[Grid] = []
        self.loose: list[Block] = []
        self.flattened: list[Block] = []  # titles of tables that are no tables any more

    def read(self, blocks: list[Block]) -> None:
        for index, block in enumerate(blocks):
            if block.grid is not None:
                self.table(block.grid)
                continue
            form = self.shapes.title_of(block.text)
            if form is not None and self.is_title(form, blocks[index + 1 : index + 1 + _NEAR]):
                self.close_tables()
                self.start(form, block.text)
            elif key(block.text) in self.shapes.labels or block.text.startswith(HINT):
                continue
            elif form is not None and self.is_flattened(form, blocks[index + 1 : index + 40]):
                self.close_tables()
                self.close_report()
                self.flattened.append(Block(block.cell, f"{_FLATTENED}{block.text}"))
            elif self.report is not None and self.form is None:
                self.report.lines.append(block)
            else:
                self.loose.append(block)
        self.close_tables()
        self.close_report()
        self.untitled_report()
        self.unplaced([*self.flattened, *self.loose])

    def is_title(self, form: Form, following: list[Block]) -> bool:
        """A title of a table form has its table near; a report's title, a heading or a title."""
        section = form.narrative
        if section is None:
            return any(b.grid is not None for b in following)
        return any(
            heading_of(section, b.text)[0] or self.shapes.title_of(b.text) is form
            for b in following
            if b.grid is None
        )

    def is_flattened(self, form: Form, following: list[Block]) -> bool:
        """A title of a table form under which the table's cells stand as lines of text.

        Which cell stood in which row cannot be told any more, so nothing is read from them.
        """
        if form.narrative is not None:
            return False
        shape = self.shapes.forms[form.id]
        known = shape.header_keys.union(*(table.exact for table in shape.tables))
        lines = {key(b.text) for b in following if b.grid is None}
        return len(lines & known) >= _FEWEST_HEADINGS

    def start(self, form: Form, title: str) -> None:
        self.close_report()
        if form.narrative is None:
            self.form, self.title = form, title
        else:
            self.form, self.report = None, _Report(form, title)

    def table(self, grid: Grid) -> None:
        if self.form is not None:
            self.stack.append(grid)
            return
        fits = best_fit(grid, self.shapes)
        if fits:
            self.submission.forms.extend(part_data(part) for part in fits)
        else:
            rows = [Block(grid.address(pos), text) for pos, text in grid.all_texts()]
            (self.report.lines if self.report is not None else self.loose).extend(rows)

    def close_tables(self) -> None:
        """The stacked tables of one form."""
        if self.form is not None and self.stack:
            grid = stacked(self.name, self.stack)
            found = locate(self.shapes.forms[self.form.id], grid, 0, grid.height, title=self.title)
            if found.score:
                self.take(found)
            else:
                self.loose.extend(Block(grid.address(p), t) for p, t in grid.all_texts())
        self.stack, self.form = [], None

    def take(self, found: Located) -> None:
        if found.form.scope is Scope.PROJECT:
            found.project = project_in_title(found.title, found.form)
        self.submission.forms.append(part_data(found))
        for pos in found.strangers:
            self.loose.append(Block(found.grid.address(pos), found.grid.texts[pos]))

    def close_report(self) -> None:
        report, self.report = self.report, None
        if report is None:
            return
        section = report.form.narrative
        assert section is not None
        if not any(heading_of(section, line.text)[0] for line in report.lines):
            self.loose.extend(report.lines)
            return
        project = None
        if report.form.scope is Scope.PROJECT:
            project = project_in_title(report.title, report.form)
        data = FormData(report.form.id, self.name, report.title, project)
        data.paragraphs = place(section, [(b.text, self.name, b.cell) for b in report.lines])
        self.submission.forms.append(data)

    def untitled_report(self) -> None:
        """Loose paragraphs with several headings of a report that has no title."""
        if any(data.paragraphs for data in self.submission.forms):
            return
        for form in self.shapes.narratives():
            section = form.narrative
            assert section is not None
            placed = place(section, [(b.text, self.name, b.cell) for b in self.loose])
            if sum(p.heading is not None for p in placed) >= _FEWEST_HEADINGS:
                data = FormData(form.id, self.name, form.title)
                data.paragraphs = placed
                self.submission.forms.append(data)
                self.loose = []
                return

    def unplaced(self, blocks: list[Block]) -> None:
        room = _MOST_UNPLACED - len(self.submission.unplaced)
        said = [Unplaced(self.name, b.cell, b.text) for b in blocks if not says_nothing(b.text)]
        self.submission.unplaced.extend(said[: max(room, 0)])


def read_blocks(
    blocks: list[Block], name: str, forms: Mapping[str, Form], year: int | None
) -> Submission:
    """The submission in a document.

    Args:
        blocks: its paragraphs and tables in order.
        name: the document as the clerk knows it.

    Raises:
        RefusedFile: ``no_forms`` if no form and no report was found.
    """
    texts = [b.text for b in blocks if b.grid is None]
    told = year_of(texts)
    submission = Submission(told if told is not None else year, "", "")
    reading = _Reading(name, shapes(forms, submission.year), submission)
    reading.read(blocks)
    if not submission.forms and reading.flattened:
        raise RefusedFile(
            "flattened",
            f"“{name}”里的表格已成了逐行的文字，看不出哪个数在哪一行。"
            "请取带表格的 Word、Excel 文件或网页再试。",
        )
    if not submission.forms:
        raise RefusedFile(
            "no_forms",
            f"“{name}”里找不到自评报告，也找不到本年度的任何一张表。请检查是不是送错了文件。",
        )
    name_unit(submission, texts)
    settle_projects(submission, forms)
    return submission


def stacked(sheet: str, grids: list[Grid]) -> Grid:
    """Tables one under the other as one grid; every row remembers its table."""
    result = Grid(sheet, origins=[])
    assert result.origins is not None
    for grid in grids:
        offset = len(result.origins)
        height = max(grid.height, max((b[0] + 1 for b in grid.merges.values()), default=0))
        origins = grid.origins or [("表", r) for r in range(height)]
        result.origins.extend(origins[:height] or [])
        result.origins.extend(
            (origins[0][0] if origins else "表", r) for r in range(len(origins), height)
        )
        for (r, c), text in grid.texts.items():
            result.texts[r + offset, c] = text
        for top, bottom in grid.merges.items():
            result.merges[top[0] + offset, top[1]] = (bottom[0] + offset, bottom[1])
    return result
