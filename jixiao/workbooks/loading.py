"""A workbook loaded to be changed, with every cell as it was."""

from __future__ import annotations

import io
import zipfile

from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange

from jixiao.spreadsheet.grid import a1
from jixiao.spreadsheet.guard import bounded, inspect
from jixiao.spreadsheet.package import Package, main_part, parse_xml, relations

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def load_whole(data: bytes) -> Workbook:
    """A workbook (``.xlsx``, past the guard) with openpyxl, covered cells with their own look.

    openpyxl draws the borders of every merged area anew, which takes more than half of the time it
    needs to load a form and loses what else the covered cells looked like. So it is given the
    sheets without their merged areas, and told of these afterwards.
    """
    package = inspect(data, "工作簿").package
    assert package is not None
    names = {part: name for name, part in sheet_parts(package).items()}
    areas: dict[str, list[CellRange]] = {}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename in names:
                part, merged = _without_merges(part, info.filename)
                if merged:
                    areas[names[info.filename]] = merged
            target.writestr(info.filename, part, zipfile.ZIP_STORED)
    book = load_workbook(out)
    for name, ranges in areas.items():
        book[name].merged_cells = MultiCellRange(ranges)
    return book


def _without_merges(part: bytes, name: str) -> tuple[bytes, list[CellRange]]:
    """A sheet's part without its merged areas, and these."""
    root = parse_xml(part, name)
    merges = root.find(f"{_M}mergeCells")
    if merges is None:
        return part, []
    areas = bounded(cell.get("ref", "") for cell in merges.iterfind(f"{_M}mergeCell")) or {}
    root.remove(merges)
    ranges = [CellRange(f"{a1(top)}:{a1(bottom)}") for top, bottom in areas.items()]
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), ranges


def sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name → part."""
    main = main_part(package, "xl/", "xl/workbook.xml")
    related = relations(package, main)
    book = parse_xml(package.read(main), main)
    found = {}
    for sheet in book.iterfind(f"{_M}sheets/{_M}sheet"):
        kind, part = related.get(sheet.get(_RID, ""), ("", ""))
        if kind == "worksheet" and part in package.names:
            found[sheet.get("name", "")] = part
    return found
