"""The workbook a department receives, and the same workbook filled with a whole filing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from jixiao.installation.signing import sign
from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.model.targets import TargetSet
from jixiao.policy import Department, Pack, Stage
from jixiao.spreadsheet.marker import EVALUATION, Marker, SheetMark
from jixiao.workbooks.canvas import Book
from jixiao.workbooks.cover import Cover
from jixiao.workbooks.form_sheet import write_form
from jixiao.workbooks.hidden import write_rows
from jixiao.workbooks.plan import Sheet, filled_plan, plan
from jixiao.workbooks.template import UnfitError, filled_book

SPARE_PROJECTS = 1
_HOW = (
    "逐张表填写淡黄色的格子，右边“填写检查”一列会指出缺什么、哪里加不起来，直到没有红字。",
    "指标不够时，用各组末尾的空行；名册以外的项目，用备用表。用不到的空行和备用表留空。",
    "不要改表名、表头和灰色格子；从别处复制时，请选择“只粘贴数值”。",
    "填好后保存为 .xlsx，在截止日期前按通知里的方式送回；有 Word 版自评报告的一并送回，叙述以 Word 为准。",
)


def issue_workbook(
    pack: Pack,
    department: Department,
    targets: TargetSet | None,
    *,
    prior: Submission | None = None,
    filled: Submission | None = None,
    spare_projects: int = SPARE_PROJECTS,
) -> bytes:
    """A department's evaluation workbook (``.xlsx``); the same input gives the same bytes.

    Args:
        pack: the year's pack.
        department: whose workbook.
        targets: the approved targets, prefilled and locked; ``None`` leaves open rows.
        prior: last year's accepted filing; its 决算 is prefilled as 上年决算.
        filled: a whole filing whose values are put in instead of the prefilled ones.
        spare_projects: spare sheets of each project form, for projects not on the roster.
    """
    sheets = list(
        filled_plan(pack.forms, filled)
        if filled is not None
        else plan(pack, department, targets, prior, spare_projects)
    )
    marker = Marker(EVALUATION, target_hash=targets.hash if targets is not None else "")
    return write_book(
        pack,
        department,
        sheets,
        marker,
        title=f"{pack.year}年度预算绩效自评工作簿",
        stage=Stage.SUBMIT,
        how=_HOW,
    )


def write_book(
    pack: Pack,
    department: Department,
    sheets: list[Sheet],
    marker: Marker,
    *,
    title: str,
    stage: Stage,
    how: tuple[str, ...],
) -> bytes:
    """Cover, forms and hidden sheet; the deadline is when the stage's window closes.

    Filled into templates, or written plainly where something has none: the same workbook.
    """
    marker = _signed(pack, department, sheets, marker)
    window = pack.calendar.window(stage)
    created = datetime.combine(window.opens, time())
    try:
        return filled_book(
            pack,
            department,
            sheets,
            marker,
            title=title,
            created=created,
            how=how,
            deadline=window.closes,
        )
    except UnfitError:
        return plain_book(
            pack,
            department,
            sheets,
            marker,
            title=title,
            created=created,
            how=how,
            deadline=window.closes,
        )


def plain_book(
    pack: Pack,
    department: Department,
    sheets: list[Sheet],
    marker: Marker,
    *,
    title: str,
    created: datetime,
    how: tuple[str, ...],
    deadline: date,
) -> bytes:
    """The same workbook cell by cell, for any content; what a template must be equal to."""
    book = Book(created, title)
    cover = Cover(book)
    written = [(sheet, write_form(book, sheet, pack.title, pack.year)) for sheet in sheets]
    cover.write(pack, department, title, deadline, how, written)
    write_rows(book, marker.rows())
    return book.close()


def _signed(pack: Pack, department: Department, sheets: list[Sheet], marker: Marker) -> Marker:
    """The marker with whose workbook it is, what each sheet holds, and the signature."""
    marker.unit_code, marker.unit_name, marker.year = department.code, department.name, pack.year
    marker.form_version = form_version(pack.forms.values())
    marker.pack_version = pack.info.version
    marker.sheets = {s.name: SheetMark(s.name, s.form.id, s.project) for s in sheets}
    marker.signature = sign(marker.signed_text())
    return marker


def form_version(forms: Iterable[Form]) -> str:
    """The versions of all forms in one text: ``附件1:1 附件2:1 …``."""
    return " ".join(f"{form.id}:{form.version}" for form in forms)
