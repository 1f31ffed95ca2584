"""Formula results carried over from one workbook to another.

openpyxl keeps a formula's text and drops its result; a workbook that nobody opens in between
would then read differently from the original.
"""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from jixiao.spreadsheet.guard import inspect
from jixiao.spreadsheet.package import Package, parse_xml
from jixiao.workbooks.loading import sheet_parts

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def keep_results(original: bytes, changed: bytes) -> bytes:
    """``changed`` with the results that the same formulas have in ``original``."""
    before, after = inspect(original, "原文件").package, inspect(changed, "批注文件").package
    assert before is not None
    assert after is not None
    old, new = sheet_parts(before), sheet_parts(after)
    replaced: dict[str, bytes] = {}
    for name, part in new.items():
        results = _results(before, old[name]) if name in old else {}
        if results:
            root = parse_xml(after.read(part), part)
            if _put_in(root, results):
                replaced[part] = etree.tostring(
                    root, xml_declaration=True, encoding="UTF-8", standalone=True
                )
    return _rewritten(changed, replaced) if replaced else changed


def _results(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Cell → (type, result) of every formula with a result."""
    found = {}
    for cell in parse_xml(package.read(part), part).iter(f"{_M}c"):
        value = cell.find(f"{_M}v")
        if cell.find(f"{_M}f") is not None and value is not None:
            kind = cell.get("t", "n")
            if value.text or kind == "str":
                found[cell.get("r", "")] = (kind, value.text or "")
    return found


def _put_in(root: etree._Element, results: dict[str, tuple[str, str]]) -> bool:
    changed = False
    for cell in root.iter(f"{_M}c"):
        if cell.find(f"{_M}f") is None or cell.get("r", "") not in results:
            continue
        kind, text = results[cell.get("r", "")]
        value = cell.find(f"{_M}v")
        if value is None:
            value = etree.SubElement(cell, f"{_M}v")
        value.text = text
        cell.set("t", kind)
        changed = True
    return changed


def _rewritten(data: bytes, replaced: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = replaced.get(info.filename)
            target.writestr(
                info, source.read(info) if content is None else content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
