"""Content that is legal, passes the guard and used to break what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.model.submission import from_json, to_json
from jixiao.policy import Pack
from jixiao.spreadsheet.marker import SHEET
from jixiao.spreadsheet.text import number

Book = Callable[[dict[str, list[list[object]]]], bytes]
Word = Callable[[list[object]], bytes]
Parts = dict[str, bytes | str]
WithPart = Callable[[bytes, Parts], bytes]
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LONG = "9" * 5000  # more digits than Python makes a number of
ROWS: list[list[object]] = [
    ["部门整体支出绩效评价基础数据表"],
    ["单位名称", "某局"],
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["三公经费", 1, 2, 3],
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("97.3%", "0.973"),
        ("－5", "-5"),
        ("1e3", "1E+3"),
        ("9" * 40, None),
        ("1e999", None),
        ("nan", None),
        ("Infinity", None),
        ("-inf%", None),
        ("1_000", None),
        ("五", None),
        ("", None),
    ],
)
def test_what_is_a_plain_figure(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


def test_words_for_infinity_beside_a_formula_of_ours(book: Book, pack: Pack) -> None:
    rows: list[list[object]] = [
        ["部门整体支出绩效自评表"],
        [None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 1, "Infinity", "Infinity", 10, "=D3/C3", 10],
    ]
    (data,) = read_file(book({"附件2": rows}), "x", pack.forms).forms
    assert data.get("execution.total.executed").text == "Infinity"


@pytest.mark.parametrize("value", [LONG, "二〇二三", "2023.5", "-1", ""])
def test_a_year_on_the_hidden_sheet_that_is_none(book: Book, pack: Pack, value: str) -> None:
    data = book({"附件1": ROWS, SHEET: [["kind", "evaluation"], ["year", value]]})
    assert read_file(data, "x", pack.forms, 2023).year == 2023


@pytest.mark.parametrize("span", [LONG, "٣", "0", "-1", "x"])
def test_spans_that_are_no_number(word: Word, with_part: WithPart, pack: Pack, span: str) -> None:
    head = "".join(f"<td>{t}</td>" for t in ROWS[2])
    row = "".join(f'<td colspan="{span if n == 3 else 1}">{t}</td>' for n, t in enumerate(ROWS[3]))
    page = (
        f"<html><body><p>部门整体支出绩效评价基础数据表</p><table><tr>{head}</tr><tr>{row}</tr></table>"
    ).encode()
    (data,) = read_file(page, "x", pack.forms, 2023).forms
    assert data.get("spending.three_public.final").text == "3"
    cells = [
        "".join(
            f'<w:tc><w:tcPr><w:gridSpan w:val="{span if n == 3 else 1}"/></w:tcPr>'
            f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>"
            for n, t in enumerate(row)
        )
        for row in ROWS[2:]
    ]
    before = f'<w:trPr><w:gridBefore w:val="{span if span != LONG else "x"}"/></w:trPr>'
    table = "".join(f"<w:tr>{before if span == '0' else ''}{c}</w:tr>" for c in cells)
    title = "<w:p><w:r><w:t>部门整体支出绩效评价基础数据表</w:t></w:r></w:p>"
    body = f"<w:document xmlns:w='{W}'><w:body>{title}<w:tbl>{table}</w:tbl></w:body></w:document>"
    document = with_part(word(["x"]), {"word/document.xml": body})
    (data,) = read_file(document, "x", pack.forms, 2023).forms
    assert data.get("spending.three_public.final").text == "3"


def test_characters_no_file_may_hold(book: Book, with_part: WithPart, pack: Pack) -> None:
    """Excel writes what XML cannot hold as _xNNNN_; a database takes no NUL, JSON no half pair."""
    text = "某_xD83D__xDE00_局_x0000__x0008__xDEAD__xFFFF_"
    table: list[list[object]] = [ROWS[0], ["单位名称", text], *ROWS[2:]]
    rows = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{"ABCD"[c]}{r}" t="inlineStr"><is><t>{v}</t></is></c>'
            for c, v in enumerate(row)
        )
        + "</row>"
        for r, row in enumerate(table, 1)
    )
    sheet = f'<worksheet xmlns="{NS}"><sheetData>{rows}</sheetData></worksheet>'
    data = with_part(book({"附件1": ROWS}), {"xl/worksheets/sheet1.xml": sheet})
    read = from_json(to_json(read_file(data, "x", pack.forms)))
    assert read.unit_name == "某😀局"


@pytest.mark.parametrize(
    "character", ["&#0;", "&#xD800;", "&#xFFFF;", "\uffff", "\x01", "&nobody;"]
)
@pytest.mark.parametrize("place", ["string", "cell"])
def test_what_is_no_character_of_xml_is_refused(
    book: Book,
    with_part: WithPart,
    with_strings: Callable[[bytes, str], bytes],
    pack: Pack,
    character: str,
    place: str,
) -> None:
    strings = f'<sst xmlns="{NS}"><si><t>甲{character}</t></si></sst>'
    cell = f'<c r="A1" t="str"><v>甲{character}</v></c>'
    if place == "string":
        cell = '<c r="A1" t="s"><v>0</v></c>'
    else:
        strings = strings.replace(character, "")
    sheet = f'<worksheet xmlns="{NS}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    data = with_strings(book({"附件1": ROWS}), strings)
    with pytest.raises(RefusedFile) as refused:
        read_file(with_part(data, {"xl/worksheets/sheet1.xml": sheet}), "x", pack.forms)
    assert refused.value.code == "truncated"


def test_a_table_in_a_table_in_a_table_is_read_once(
    word: Word, with_part: WithPart, pack: Pack
) -> None:
    inner = "<w:p><w:r><w:t>深</w:t></w:r></w:p>"
    for _ in range(12):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    title = "<w:p><w:r><w:t>某局2023年度整体支出绩效自评报告</w:t></w:r></w:p>"
    lines = "".join(f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p>" for t in ("一、基本情况", "字。"))
    body = f"<w:document xmlns:w='{W}'><w:body>{title}{lines}{inner}</w:body></w:document>"
    read = read_file(with_part(word(["x"]), {"word/document.xml": body}), "x", pack.forms)
    said = [p.text for f in read.forms for p in f.paragraphs] + [u.text for u in read.unplaced]
    assert [text for text in said if "深" in text] == ["深"]


def test_spans_over_everything_are_refused(word: Word, with_part: WithPart, pack: Pack) -> None:
    cell = '<td rowspan="200" colspan="200">x</td>'
    page = f"<html><body><table>{f'<tr>{cell}</tr>' * 300}</table>".encode()
    wide = (
        '<w:tc><w:tcPr><w:gridSpan w:val="200"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
    )
    table = f"<w:tbl>{f'<w:tr>{wide * 10}</w:tr>' * 200}</w:tbl>"
    body = f"<w:document xmlns:w='{W}'><w:body>{table}</w:body></w:document>"
    for data in (page, with_part(word(["x"]), {"word/document.xml": body})):
        with pytest.raises(RefusedFile) as refused:
            read_file(data, "x", pack.forms)
        assert refused.value.code == "giant_merge"
