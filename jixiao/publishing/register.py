"""The register of public addresses (附件8): one content as page, workbook, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from jixiao.policy import Pack
from jixiao.reports.mask import mask_mobiles, mask_name


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One department in the register.

    Attributes:
        public: whether its report is published.
        reason: why not, where it is not.
        address: the permanent address, ``""`` where there is none.
        contact, phone: as on the roster or filed; masked when the register is made.
        sha256: of the published page, ``""`` where there is none.
        verified_on: the day the address was last found in order.
    """

    unit_code: str
    unit_name: str
    public: bool
    reason: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    sha256: str = ""
    published_on: date | None = None
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """A register ready to print: ``keys`` and ``columns`` name the texts of every row."""

    year: int
    title: str
    bureau: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def published(self) -> int:
        """How many departments are published."""
        at = self.keys.index("public")
        return sum(1 for row in self.rows if row[at] == "是")


# What the bureau adds to the year's own columns.
_ADDED = {
    "sha256": "页面校验值（SHA-256）",
    "published_on": "公布日期",
    "verified_on": "最近核验日期",
}


def make_register(pack: Pack, rows: Sequence[RegisterRow]) -> Register:
    """The register of a year: the columns of the year's own form, then what the bureau adds.

    Contact names are masked unless the pack's ``site.show_contact`` says otherwise; mobile
    numbers always are, in everything that people wrote.
    """
    form, section = next(
        (form, section)
        for form in pack.forms.values()
        for section in form.tables()
        if section.role == "register"
    )
    titles = {c.id: pack.title(c.title) for c in section.columns} | _ADDED
    masked = not pack.info.site.show_contact
    lines = tuple(
        tuple(_shown(key, values.get(key, "")) for key in titles)
        for values in (_values(row, masked) for row in rows)
    )
    return Register(
        year=pack.year,
        title=f"{pack.year}年度{form.title}",
        bureau=pack.info.bureau.name,
        keys=tuple(titles),
        columns=tuple(titles.values()),
        rows=lines,
    )


#: What no person wrote: its digits may look like a number and must stay as they are.
_OURS = {"unit_code", "url", "sha256", "published_on", "verified_on"}


def _shown(key: str, text: str) -> str:
    return text if key in _OURS else mask_mobiles(text)


def _values(row: RegisterRow, masked: bool) -> dict[str, str]:
    return {
        "unit_code": row.unit_code,
        "unit_name": row.unit_name,
        "public": "是" if row.public else "否",
        "url": row.address,
        "contact": mask_name(row.contact) if masked else row.contact,
        "phone": row.phone,
        "remark": row.reason,
        "sha256": row.sha256,
        "published_on": row.published_on.isoformat() if row.published_on else "",
        "verified_on": row.verified_on.isoformat() if row.verified_on else "",
    }


def register_json(register: Register) -> bytes:
    """The register as JSON: a list of mappings, nothing as null."""
    content = {
        "year": register.year,
        "title": register.title,
        "bureau": register.bureau,
        "columns": dict(zip(register.keys, register.columns, strict=True)),
        "rows": [
            {key: text or None for key, text in zip(register.keys, row, strict=True)}
            for row in register.rows
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def register_csv(register: Register) -> bytes:
    """The register as CSV with a byte order mark, which spreadsheet programs need for Chinese.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(register.columns)
    writer.writerows([plain_text(cell) for cell in row] for row in register.rows)
    return text.getvalue().encode("utf-8-sig")


def plain_text(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_GAPS) else text


_FORMULA = tuple("=+-@＝＋－＠")
_GAPS = ("\t", "\r", "\n")


def register_xlsx(register: Register) -> bytes:
    """The register as a workbook: title, header, every cell text. The same bytes every time."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": register.title,
                "author": register.bureau,
                "created": datetime(register.year + 1, 1, 1),
            }
        )
        title = book.add_format(
            {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}
        )
        head = book.add_format(
            {
                "bold": True,
                "border": 1,
                "bg_color": "#EEF2F6",
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        body = book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True})
        sheet = book.add_worksheet("公开网址统计表")
        last = len(register.columns) - 1
        sheet.merge_range(0, 0, 0, last, "", title)
        sheet.write_string(0, 0, register.title, title)
        sheet.set_row(0, 30)
        for column, text in enumerate(register.columns):
            sheet.write_string(1, column, text, head)
            sheet.set_column(column, column, _WIDTHS.get(register.keys[column], 14))
        for number, row in enumerate(register.rows, 2):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text, body)
        sheet.freeze_panes(2, 2)
        sheet.repeat_rows(1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


# Characters; other columns 14.
_WIDTHS = {"unit_code": 22, "unit_name": 30, "url": 44, "remark": 24, "sha256": 36}
