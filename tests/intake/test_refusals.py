"""Every place that refuses a file, and a file it refuses.

The places are found in the code: a new one without a case here fails. What stands outside the
reader is provoked elsewhere; here it is only asked that some test names it.
"""

from __future__ import annotations

import ast
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import Workbook

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.intake.child import ChildReader
from jixiao.policy import Pack
from jixiao.spreadsheet import convert
from jixiao.spreadsheet.guard import MAX_OLD
from jixiao.spreadsheet.package import MAX_FILE
from tests.intake.conftest import Parts, zipped

ROOT = Path(__file__).resolve().parents[2]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_BOOK = OLE + b"\0" * 600 + "Workbook".encode("utf-16-le")
OLD_WORD = OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le")
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, TYPES = "xl/worksheets/sheet1.xml", "[Content_Types].xml"


def _book(parts: Parts | None = None) -> bytes:
    """A workbook in which nothing of ours stands, with some parts added or replaced."""
    out = io.BytesIO()
    Workbook().save(out)
    with zipfile.ZipFile(out) as source:
        files: Parts = {n: source.read(n) for n in source.namelist()}
    return zipped({**files, **(parts or {})})


def _without(part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_book())) as source:
        return zipped({n: source.read(n) for n in source.namelist() if n != part})


def _sheet(body: str) -> bytes:
    return _book({SHEET: f'<worksheet xmlns="{NS}">{body}</worksheet>'})


def _flagged(data: bytes) -> bytes:
    """An archive whose directory says its first member is encrypted."""
    changed = bytearray(data)
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def _packed_otherwise(data: bytes) -> bytes:
    """An archive whose directory says its first member is packed in a way nobody here knows."""
    changed = bytearray(data)
    changed[changed.index(b"PK\x01\x02") + 10] = 9
    return bytes(changed)


FLAT = (
    "部门整体支出绩效自评表（2023年度）",
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "产出指标",
    "数量指标",
)
CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
#: What is handed in → the name it is refused by.
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("empty", lambda: b"\0 \r\n"),
    "31 MB": ("too_big", lambda: b"x" * (MAX_FILE + 1)),
    "a page with entities": ("entity", lambda: b'<html><!ENTITY a "b"><body></body></html>'),
    "a page without elements": ("truncated", lambda: b"<!DOCTYPE html>"),
    "a picture": ("not_a_spreadsheet", lambda: b"\x89PNG\r\n"),
    "an old file of no kind": ("not_a_spreadsheet", lambda: OLE + b"\0" * 600),
    "an encrypted package": ("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le")),
    "old, with macros": ("macro", lambda: OLD_BOOK + "_VBA_PROJECT".encode("utf-16-le")),
    "old and big": ("old_excel", lambda: OLD_BOOK + b"\1" * MAX_OLD),
    "old and damaged": ("old_excel", lambda: OLD_BOOK + b"\0" * 2000),
    "with macros": ("macro", lambda: _book({"xl/vbaProject.bin": b"x"})),
    "binary workbook": ("old_excel", lambda: _book({"xl/workbook.bin": b"x"})),
    "a presentation": (
        "not_a_spreadsheet",
        lambda: zipped({TYPES: "", "ppt/presentation.xml": ""}),
    ),
    "linked": ("external_link", lambda: _book({"xl/externalLinks/externalLink1.xml": "<x/>"})),
    "far cell": ("far_cell", lambda: _sheet('<sheetData><row r="10000"/></sheetData>')),
    "giant merge": (
        "giant_merge",
        lambda: _sheet('<sheetData/><mergeCells><mergeCell ref="A1:ZZ9000"/></mergeCells>'),
    ),
    "half a file": ("truncated", lambda: _book()[:900]),
    "too many members": ("zip_bomb", lambda: zipped({f"{n}.xml": "" for n in range(3001)})),
    "encrypted": ("password", lambda: _flagged(_book())),
    "packed otherwise": ("truncated", lambda: _packed_otherwise(_book())),
    "document type": ("entity", lambda: _book({SHEET: "<!DOCTYPE x><worksheet/>"})),
    "no workbook in it": ("truncated", lambda: _without("xl/workbook.xml")),
    "not closed": ("truncated", lambda: _sheet("<unclosed>")),
    "nothing of ours": ("no_forms", _book),
    "a document without text": (
        "truncated",
        lambda: zipped({TYPES: "", "word/styles.xml": "<x/>"}),
    ),
    "another document": ("no_forms", lambda: "<html><body><p>会议通知</p></body></html>".encode()),
    "tables as lines": (
        "flattened",
        lambda: "".join(["<html>", *(f"<p>{line}</p>" for line in FLAT)]).encode(),
    ),
    "two workbooks": ("two_files", lambda: zipped({"1.xlsx": _book(), "2.xlsx": _book()})),
    "a zip of pictures": ("not_a_spreadsheet", lambda: zipped({"1.png": b"x"})),
    "a zip in a zip": (
        "not_a_spreadsheet",
        lambda: zipped({"1.xlsx": zipped({"2.xlsx": _book()})}),
    ),
}


class Place(NamedTuple):
    """A place in the code that refuses."""

    file: str
    first: int
    last: int
    code: str


def _places(folder: Path) -> Iterator[Place]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedFile":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    last = node.end_lineno or node.lineno
                    yield Place(str(file), node.lineno, last, str(code.value))


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """File and line of every refusal from now on."""
    seen: set[tuple[str, int]] = set()
    plain = RefusedFile.__init__

    def noted(self: RefusedFile, code: str, message: str) -> None:
        frame = sys._getframe(1)
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        plain(self, code, message)

    monkeypatch.setattr(RefusedFile, "__init__", noted)
    return seen


@pytest.mark.parametrize("name", FILES)
def test_refused_by_name_with_what_to_do(name: str, pack: Pack) -> None:
    code, make = FILES[name]
    with pytest.raises(RefusedFile, match=r"(重新|再|后)(报送|试)。$|送错了文件。$") as refused:
        read_file(make(), "报送.xlsx", pack.forms)
    assert refused.value.code == code


def test_every_place_that_refuses_has_a_case(
    refusing: set[tuple[str, int]], pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, make in FILES.values():
        with pytest.raises(RefusedFile):
            read_file(make(), "报送.xlsx", pack.forms)
    with ChildReader(pack.forms, wall_seconds=0.001) as reader:
        assert isinstance(reader.read(_book(), "x"), RefusedFile)  # reader_failed
    monkeypatch.setattr(convert, "office", lambda: None)
    with pytest.raises(RefusedFile):  # no_office
        read_file(OLD_WORD, "报告.doc", pack.forms)
    monkeypatch.setattr(convert, "office", lambda: "/bin/false")
    with pytest.raises(RefusedFile):  # convert_failed
        read_file(OLD_WORD, "报告.doc", pack.forms)
    missing = [
        place
        for place in _places(ROOT / "jixiao" / "intake")
        if not any(f == place.file and place.first <= n <= place.last for f, n in refusing)
    ]
    assert missing == []


def test_every_name_of_a_refusal_stands_in_a_test() -> None:
    tests = sorted((ROOT / "tests").rglob("*.py"))
    said = "\n".join(p.read_text(encoding="utf-8") for p in tests)
    codes = {p.code for folder in ("jixiao", "flows", "tasks") for p in _places(ROOT / folder)}
    assert len(codes) > 25
    assert sorted(code for code in codes if f'"{code}"' not in said) == []
