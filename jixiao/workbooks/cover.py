"""The cover of a workbook: for whom, until when, how to return it, and what is still open."""

from __future__ import annotations

from datetime import date

from jixiao.policy import Department, Pack
from jixiao.spreadsheet.marker import COVER
from jixiao.workbooks.canvas import Book, Canvas
from jixiao.workbooks.form_sheet import Written
from jixiao.workbooks.plan import Sheet

_WIDTHS = [18.0, 62.0, 24.0]


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class Cover:
    """The first sheet; opened before the others so that it is the first tab."""

    def __init__(self, book: Book) -> None:
        self.canvas: Canvas = book.sheet(COVER)
        self.canvas.columns(_WIDTHS)
        self.row = 0

    def write(
        self,
        pack: Pack,
        department: Department,
        title: str,
        deadline: date,
        how: tuple[str, ...],
        sheets: list[tuple[Sheet, Written]],
    ) -> None:
        """Everything on the cover; ``sheets`` as written, in tab order."""
        self.canvas.put(0, 0, title, "title", to=(0, 2))
        self.canvas.at_least(0, 3)
        self.row = 2
        bureau = pack.info.bureau
        contact = "，".join(
            t for t in (f"{bureau.name}{bureau.office}", bureau.contact, bureau.phone) if t
        )
        for label, text in (
            ("单位名称", department.name),
            ("单位代码", department.code),
            ("评价年度", f"{pack.year}年度"),
            ("报送截止日期", chinese_date(deadline)),
            ("联系方式", contact),
        ):
            self.canvas.put(self.row, 0, label, "head")
            self.canvas.put(self.row, 1, text, "fixed_text", to=(self.row, 2))
            self.row += 1
        if bureau.guide_url:
            self._guide(bureau.guide_url)
        self._how(how)
        self._sheets(sheets)
        self.canvas.finish(landscape=False, rows=self.row, columns=3, head=0)
        self.canvas.sheet.activate()
        self.canvas.sheet.set_first_sheet()

    def _guide(self, url: str) -> None:
        self.canvas.put(self.row, 0, "填报指南", "head")
        self.canvas.put(self.row, 1, url, "link", to=(self.row, 2))
        # Without a host it is a file beside the workbook.
        target = url if "://" in url else f"external:{url}"
        self.canvas.sheet.write_url(self.row, 1, target, self.canvas.book.style("link"), url)
        self.row += 1

    def _how(self, how: tuple[str, ...]) -> None:
        self.row += 1
        self.canvas.put(self.row, 0, "怎样填、怎样送回", "head", to=(self.row, 2))
        for number, text in enumerate(how, 1):
            self.row += 1
            self.canvas.put(self.row, 0, f"{number}．{text}", "label", to=(self.row, 2))
        self.row += 1
        self.canvas.put(self.row, 0, "淡黄色的格子由贵单位填写", "input_text", to=(self.row, 1))
        self.canvas.put(self.row, 2, "灰色的格子已填好，不用改", "fixed_text")
        self.row += 2

    def _sheets(self, sheets: list[tuple[Sheet, Written]]) -> None:
        for column, text in enumerate(("表", "内容", "还要填写或核对")):
            self.canvas.put(self.row, column, text, "head")
        for sheet, written in sheets:
            self.row += 1
            link = f"internal:'{sheet.name}'!A1"
            format = self.canvas.book.style("link")
            self.canvas.sheet.write_url(self.row, 0, link, format, sheet.name)
            project = "备用（名册以外的项目）" if sheet.project == "" else sheet.project
            about = sheet.data.title if project is None else f"{sheet.data.title}：{project}"
            self.canvas.put(self.row, 1, about, "label")
            count = f'COUNTIF({written.checks},"?*")'
            if sheet.project == "":
                self.canvas.put(self.row, 2, "有才填", "label_center")
                continue
            self.canvas.formula(
                self.row,
                2,
                f'=IF({count}=0,"已填全",{count}&" 处")',
                written.open,
                "label_center",
            )
        self.row += 1
