"""A sheet is read the same whoever wrote its parts, and however."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.errors import RefusedFile
from jixiao.spreadsheet.grid import Grid, a1
from jixiao.spreadsheet.guard import inspect
from jixiao.spreadsheet.sheets import read_xlsx

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRINGS = "<si><t>串</t></si><si><t>  </t></si><si><t>二</t></si>"
WRITTEN = yaml.safe_load((Path(__file__).parent / "written.yaml").read_text(encoding="utf-8"))
Make = Callable[[str, str], bytes]


@pytest.fixture
def made(
    book: Callable[[dict[str, list[list[object]]]], bytes],
    with_part: Callable[[bytes, dict[str, bytes | str]], bytes],
    with_strings: Callable[[bytes, str], bytes],
) -> Make:
    """A workbook of one sheet from its part and the shared strings."""

    def make(sheet: str, strings: str) -> bytes:
        table = f'<?xml version="1.0"?>\n<sst xmlns="{NS}" count="3">{strings}</sst>'
        data = with_strings(book({"附件2": []}), table)
        return with_part(data, {"xl/worksheets/sheet1.xml": sheet})

    return make


def read(data: bytes) -> Grid:
    package = inspect(data, "x").package
    assert package is not None
    (sheet,) = read_xlsx(package)
    return sheet.grid


def check(data: bytes, case: Mapping[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(RefusedFile) as refused:
            read(data)
        assert refused.value.code == case["refused"]
        return
    grid = read(data)
    assert {a1(pos): text for pos, text in grid.texts.items()} == case["texts"]
    assert {a1(p): a1(q) for p, q in grid.merges.items()} == case.get("merged", {})
    assert [a1(pos) for pos in grid.problems] == case.get("wrong", [])
    assert [a1(pos) for pos in grid.pending] == case.get("pending", [])


@pytest.mark.parametrize("name", WRITTEN["sheets"])
def test_however_a_sheet_is_written(name: str, made: Make) -> None:
    case = WRITTEN["sheets"][name]
    check(made(case["part"].replace("{main}", NS).replace("{strict}", STRICT), STRINGS), case)


@pytest.mark.parametrize("name", WRITTEN["strings"])
def test_however_strings_are_written(name: str, made: Make) -> None:
    case = WRITTEN["strings"][name]
    cells = "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABC"))
    sheet = f'<worksheet xmlns="{NS}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    check(made(sheet, case["part"]), case)


def test_utf_8_with_its_mark(made: Make) -> None:
    cell = '<sheetData><row r="1"><c r="A1" t="str"><v>甲</v></c></row></sheetData>'
    part = f'\ufeff<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{NS}">{cell}</worksheet>'
    assert read(made(part, STRINGS)).texts == {(0, 0): "甲"}
