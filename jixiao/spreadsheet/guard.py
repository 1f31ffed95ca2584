"""Is this file safe to open? Every file passes here before any parser sees it.

The bounds are far beyond any form and far below what makes a parser fall over: a legal
25 KB workbook with one cell in its last column aborts a fast reader, and a merge over a whole
sheet stops a slow one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jixiao.errors import RefusedFile
from jixiao.spreadsheet.convert import convertible
from jixiao.spreadsheet.grid import Pos, from_a1
from jixiao.spreadsheet.package import MAX_FILE, Package, check_xml, open_package

MAX_ROW = 9999
MAX_COLUMN = 702  # ZZ
MAX_MERGE = 20_000  # cells in one merged area
MAX_MERGED = 200_000  # cells in all merged areas of a sheet
MAX_OLD = 10 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = b"{\\rtf"
CONVERTED = (_OLE, _RTF)  # how a file begins that may have to be converted
_FAR = re.compile(rb"""\sr\s*=\s*["'](?:[A-Z]{3,}\d+|[A-Z]*\d{5,})["']""")
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([^"']*)["']""")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|meta|style)\b", re.IGNORECASE)


@dataclass(slots=True)
class Inspected:
    """A file that passed: its kind, and for archives the opened package."""

    kind: str
    package: Package | None = None


def check(data: bytes, name: str) -> str:
    """The file's kind by its content: ``xlsx``, ``docx``, ``html``, ``zip``, ``xls``, or one that
    must be converted first (``doc``, ``rtf``, ``ole``).

    Raises:
        RefusedFile: the file is not taken; ``code`` says why.
    """
    return inspect(data, name).kind


def inspect(data: bytes, name: str) -> Inspected:
    """Like :func:`check`, and hands on the opened package so nothing is unpacked twice."""
    if not data.strip(b"\0 \t\r\n"):
        raise RefusedFile("empty", f"文件“{name}”是空的。请检查后重新报送。")
    if len(data) > MAX_FILE:
        raise RefusedFile(
            "too_big",
            f"文件“{name}”超过 {MAX_FILE // 1024 // 1024} MB。请删去图片等附件后重新报送。",
        )
    if data.startswith(_OLE):
        return Inspected(_ole_kind(data, name))
    if data.startswith(b"PK"):
        return _archive(data, name)
    if data.startswith(_RTF):
        return Inspected("rtf")
    if _HTML.search(data[:4096]):
        if b"<!ENTITY" in data:
            raise RefusedFile(
                "entity", f"网页“{name}”含有实体声明，不予打开。请把内容复制到模板里再报送。"
            )
        return Inspected("html")
    raise RefusedFile(
        "not_a_spreadsheet",
        f"“{name}”不是 Excel 工作簿（.xlsx）、Word 文档（.docx）或网页。请用下达的模板填好后报送。",
    )


def _ole_kind(data: bytes, name: str) -> str:
    """Files of the old binary kind, told apart by the streams in their directory.

    ``xls`` is read as it is; ``doc`` and ``ole`` (a kind known by its name alone) only after
    LibreOffice has converted them.
    """
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise RefusedFile("password", f"“{name}”设有打开密码，读不了。请取消密码后重新报送。")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise RefusedFile("macro", f"“{name}”含有宏，不予打开。请另存为不含宏的文件后重新报送。")
    if len(data) > MAX_OLD:
        raise RefusedFile("old_excel", f"“{name}”是旧版格式且太大。请另存为新格式后重新报送。")
    if "WordDocument".encode("utf-16-le") in data:
        return "doc"
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    if convertible("ole", name):
        return "ole"
    raise RefusedFile("not_a_spreadsheet", f"“{name}”不是 Excel 工作簿。请用下达的模板填好后报送。")


def _archive(data: bytes, name: str) -> Inspected:
    package = open_package(data)
    names = set(package.names)
    if any(n.lower().endswith(("vbaproject.bin", "vbadata.xml")) for n in names):
        raise RefusedFile("macro", f"“{name}”含有宏，不予打开。请另存为不含宏的 .xlsx 后重新报送。")
    if "[Content_Types].xml" not in names:
        return Inspected("zip", package)
    if "xl/workbook.bin" in names:
        raise RefusedFile(
            "old_excel", f"“{name}”是二进制工作簿（.xlsb）。请另存为 .xlsx 后重新报送。"
        )
    if any(n.startswith("xl/") for n in names):
        _check_parts(package)
        _check_workbook(package, name)
        return Inspected("xlsx", package)
    if any(n.startswith("word/") for n in names):
        _check_parts(package)
        return Inspected("docx", package)
    raise RefusedFile(
        "not_a_spreadsheet", f"“{name}”不是 Excel 工作簿或 Word 文档。请用下达的模板填好后报送。"
    )


def _check_parts(package: Package) -> None:
    """Every XML part is really unpacked and looked through; pictures and fonts are not."""
    for name in package.names:
        if name.endswith((".xml", ".rels")):
            check_xml(package.read(name))


def _check_workbook(package: Package, name: str) -> None:
    if any(n.startswith("xl/externalLinks/") for n in package.names):
        raise RefusedFile(
            "external_link",
            f"“{name}”引用了别的工作簿。请在“数据—编辑链接”里断开链接（变成数值）后重新报送。",
        )
    for part in package.names:
        if not part.startswith("xl/") or not part.endswith(".xml") or "/_rels/" in part:
            continue
        check_sheet(package, part, name)


def check_sheet(package: Package, part: str, name: str) -> None:
    """Looks at one part for cells and merges out of bounds, each part once.

    Raises:
        RefusedFile: ``far_cell`` or ``giant_merge``.
    """
    if part in package.checked:
        return
    data = package.read(part)
    if b"sheetData" in data:
        if _FAR.search(data):
            raise far_cell(name)
        if b"mergeCell" in data and bounded(_references(data)) is None:
            raise giant_merge(name)
    package.checked.add(part)


def _references(sheet: bytes) -> Iterator[str]:
    return (match[1].decode("ascii", "replace") for match in _MERGE.finditer(sheet))


def far_cell(name: str) -> RefusedFile:
    return RefusedFile(
        "far_cell",
        f"“{name}”里有单元格在第 {MAX_ROW} 行或 ZZ 列以外。请删除表格右边和下边的空白行列后重新报送。",
    )


def giant_merge(name: str) -> RefusedFile:
    return RefusedFile("giant_merge", f"“{name}”里有范围过大的合并单元格。请取消该合并后重新报送。")


def bounded(references: Iterable[str]) -> dict[Pos, Pos] | None:
    """Top-left → bottom-right of merged areas from their names; ``None`` where one is none, is too
    big or lies out of bounds, or all together are too big. Areas of one cell are left out.
    """
    areas: dict[Pos, Pos] = {}
    total = 0
    for reference in references:
        first, _, last = reference.replace("$", "").partition(":")
        try:
            top, bottom = from_a1(first), from_a1(last or first)
        except ValueError:
            return None
        if not (0 <= top[0] <= bottom[0] < MAX_ROW and 0 <= top[1] <= bottom[1] < MAX_COLUMN):
            return None
        area = (bottom[0] - top[0] + 1) * (bottom[1] - top[1] + 1)
        total += area
        if area > MAX_MERGE or total > MAX_MERGED:
            return None
        if area > 1:
            areas[top] = bottom
    return areas
