"""Every kind of file that must not be opened, and the word it is refused with."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable

import pytest

from jixiao.errors import RefusedFile
from jixiao.intake import check, read_file
from jixiao.policy import Pack
from jixiao.spreadsheet.package import MAX_ENTRIES

Book = Callable[[dict[str, list[list[object]]]], bytes]
Parts = dict[str, bytes | str]
WithPart = Callable[[bytes, Parts], bytes]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def good(book: Book) -> bytes:
    return book({"附件1": [["部门整体支出绩效评价基础数据表"], ["单位名称", "某局"]]})


def sheet(body: str) -> str:
    return f'<worksheet xmlns="{NS}">{body}</worksheet>'


def test_a_plain_workbook_passes(good: bytes) -> None:
    assert check(good, "报送.xlsx") == "xlsx"


def test_a_word_document_and_a_page_pass(word: Callable[[list[object]], bytes]) -> None:
    assert check(word(["正文"]), "报告.docx") == "docx"
    assert check(b"<!DOCTYPE html><html><body>x</body></html>", "x") == "html"


SIMPLE = {
    "empty": [b"", b"  \r\n ", b"\0" * 100],
    "not_a_spreadsheet": [b"%PDF-1.7 ...", "一段文字".encode(), b"\x89PNG\r\n", OLE + b"\0" * 600],
    "password": [OLE + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le")],
    "macro": [
        OLE + "Workbook".encode("utf-16-le") + "_VBA_PROJECT_CUR".encode("utf-16-le"),
        OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"),
    ],
    "entity": [b'<html><!ENTITY a "b"><body><table></table></body></html>'],
    "truncated": [b"PK\x03\x04 and nothing else"],
}


@pytest.mark.parametrize(
    ("code", "data"), [(code, data) for code, all_ in SIMPLE.items() for data in all_]
)
def test_told_from_the_first_bytes(code: str, data: bytes) -> None:
    with pytest.raises(RefusedFile) as refused:
        check(data, "文件.xlsx")
    assert refused.value.code == code


HOSTILE: dict[str, tuple[str, Parts]] = {
    "macro": ("macro", {"xl/vbaProject.bin": b"x"}),
    "external link": ("external_link", {"xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
    "doctype": ("entity", {SHEET: '<!DOCTYPE x [<!ENTITY a "b">]>' + sheet("<sheetData/>")}),
    "entity in another part": ("entity", {"docProps/app.xml": "<!DOCTYPE a><Properties/>"}),
    "utf-16 hides a doctype": (
        "entity",
        {SHEET: ("<!DOCTYPE x>" + sheet("<sheetData/>")).encode("utf-16")},
    ),
    "declared encoding hides a doctype": (
        "entity",
        {SHEET: "<?xml version='1.0' encoding='utf-7'?>" + sheet("<sheetData/>")},
    ),
    "last column": (
        "far_cell",
        {SHEET: sheet('<sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData>')},
    ),
    "last row": ("far_cell", {SHEET: sheet('<sheetData><row r="1048576"/></sheetData>')}),
    "far cell, other quotes": (
        "far_cell",
        {SHEET: sheet("<sheetData><row><c r = 'A1048576'/></row></sheetData>")},
    ),
    "giant merge": (
        "giant_merge",
        {SHEET: sheet('<sheetData/><mergeCells><mergeCell ref="A1:ZZ9000"/></mergeCells>')},
    ),
    "merge out of bounds": (
        "giant_merge",
        {SHEET: sheet('<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')},
    ),
    "merge without sense": (
        "giant_merge",
        {SHEET: sheet('<sheetData/><mergeCells><mergeCell ref="nowhere"/></mergeCells>')},
    ),
    "binary workbook": ("old_excel", {"xl/workbook.bin": b"x"}),
}


@pytest.mark.parametrize(("code", "parts"), HOSTILE.values(), ids=list(HOSTILE))
def test_told_from_the_parts(good: bytes, with_part: WithPart, code: str, parts: Parts) -> None:
    with pytest.raises(RefusedFile) as refused:
        check(with_part(good, parts), "报送.xlsx")
    assert refused.value.code == code


def test_many_big_merges_are_refused(good: bytes, with_part: WithPart) -> None:
    merges = "".join(f'<mergeCell ref="A{n * 20 + 1}:ZZ{n * 20 + 20}"/>' for n in range(20))
    body = sheet(f"<sheetData/><mergeCells>{merges}</mergeCells>")
    with pytest.raises(RefusedFile, match="合并") as refused:
        check(with_part(good, {SHEET: body}), "x")
    assert refused.value.code == "giant_merge"


CODED: dict[str, tuple[str, str]] = {
    "cell": ("far_cell", '<sheetData><row r="1"><c r="&#88;FD1"><v>1</v></c></row></sheetData>'),
    "merge": (
        "giant_merge",
        '<sheetData/><mergeCells><mergeCell ref="&#65;1:&#90;Z9000"/></mergeCells>',
    ),
}


@pytest.mark.parametrize(("code", "body"), CODED.values(), ids=list(CODED))
def test_a_reference_written_in_character_codes_is_caught_by_the_parser(
    good: bytes, with_part: WithPart, pack: Pack, code: str, body: str
) -> None:
    """What the guard's look at the bytes cannot see, the reader still refuses."""
    with pytest.raises(RefusedFile) as refused:
        read_file(with_part(good, {SHEET: sheet(body)}), "x", pack.forms)
    assert refused.value.code == code


@pytest.mark.parametrize("target", ["/xl/worksheets/sheet1.dat", "/elsewhere/sheet1.xml"])
@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("far_cell", '<sheetData><row r="1048576"><c r="A1048576"/></row></sheetData>'),
        ("giant_merge", '<sheetData/><mergeCells><mergeCell ref="A1:ZZ9000"/></mergeCells>'),
        ("entity", "<!-- --><sheetData/><!DOCTYPE x>"),
    ],
)
def test_a_sheet_under_an_unusual_name_is_looked_at_before_it_is_parsed(
    good: bytes, with_part: WithPart, pack: Pack, code: str, body: str, target: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as source:
        rels = source.read("xl/_rels/workbook.xml.rels").decode()
    moved = rels.replace("/xl/worksheets/sheet1.xml", target)
    assert moved != rels
    parts: Parts = {"xl/_rels/workbook.xml.rels": moved, target.lstrip("/"): sheet(body)}
    with pytest.raises(RefusedFile) as refused:
        read_file(with_part(good, parts), "x", pack.forms)
    assert refused.value.code == code


def test_zip_bomb_by_ratio(good: bytes, with_part: WithPart) -> None:
    bomb = sheet("<sheetData/>" + " " * 20_000_000)
    with pytest.raises(RefusedFile) as refused:
        check(with_part(good, {SHEET: bomb}), "x")
    assert refused.value.code == "zip_bomb"


def test_zip_bomb_that_declares_too_little(good: bytes, with_part: WithPart) -> None:
    """The directory says 100 bytes; more come out."""
    data = bytearray(with_part(good, {SHEET: sheet("<sheetData/>" + "<a/>" * 5000)}))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    struct.pack_into("<I", data, at + 24, 100)
    with pytest.raises(RefusedFile) as refused:
        check(bytes(data), "x")
    assert refused.value.code in {"zip_bomb", "truncated"}


def test_too_many_entries(archive: Callable[[Parts], bytes]) -> None:
    parts: Parts = {f"xl/{n}.xml": "" for n in range(MAX_ENTRIES + 1)}
    with pytest.raises(RefusedFile) as refused:
        check(archive(parts), "x")
    assert refused.value.code == "zip_bomb"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_cut_off_files(good: bytes, share: float) -> None:
    with pytest.raises(RefusedFile) as refused:
        check(good[: int(len(good) * share)], "x")
    assert refused.value.code == "truncated"


def test_damaged_content(good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as source:
        info = source.getinfo(SHEET)
    data = bytearray(good)
    start = info.header_offset + 30 + len(SHEET)
    data[start : start + 40] = b"\xff" * 40
    with pytest.raises(RefusedFile) as refused:
        check(bytes(data), "x")
    assert refused.value.code == "truncated"


def test_an_encrypted_zip(good: bytes) -> None:
    data = bytearray(good)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(RefusedFile) as refused:
        check(bytes(data), "x")
    assert refused.value.code == "password"


def test_broken_xml_names_the_part(good: bytes, with_part: WithPart, pack: Pack) -> None:
    with pytest.raises(RefusedFile, match=re.escape(SHEET)):
        read_file(with_part(good, {SHEET: "<worksheet><unclosed>"}), "x", pack.forms)


def test_an_old_workbook_that_cannot_be_read(pack: Pack) -> None:
    data = OLE + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0" * 2000
    with pytest.raises(RefusedFile) as refused:
        read_file(data, "旧.xls", pack.forms)
    assert refused.value.code == "old_excel"


def test_every_refusal_says_what_to_do(good: bytes, with_part: WithPart) -> None:
    cases = [d for all_ in SIMPLE.values() for d in all_]
    cases += [with_part(good, parts) for _, parts in HOSTILE.values()]
    for data in cases:
        with pytest.raises(RefusedFile, match=r"(重新报送|再报送|后报送|填好后报送|再试)。$"):
            check(data, "报送.xlsx")
