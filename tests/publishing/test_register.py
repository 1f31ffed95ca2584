"""The register says the same in all four forms, and nothing in it is ever run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import openpyxl
import pytest
from lxml import html

from jixiao.policy import Pack
from jixiao.publishing.register import (
    Register,
    RegisterRow,
    make_register,
    plain_text,
    register_csv,
    register_json,
    register_xlsx,
)
from jixiao.publishing.site import SiteInfo, SiteYear, site_files

HOSTILE = [
    RegisterRow("=1+1", "=cmd|'/c calc'!A1", True, address="javascript:alert(1)"),
    RegisterRow("X", "<script>alert(1)</script>", False, reason="@SUM(1+1)", contact="+王"),
    RegisterRow("Y", "{{7*7}}", False, reason="../../x", phone="-13912345678"),
    RegisterRow("Z", "http://a.example/", False, reason="\t=1", contact="李四光"),
]


def test_only_what_people_wrote_is_masked(pack: Pack) -> None:
    """A hash or an address is what it is, whatever its digits look like."""
    like = "b5d12d19372043431e7a"
    address = "http://a.example/2023/MB13812345678X/"
    row = RegisterRow(
        "MB13812345678X",
        "甲 13812345678",
        True,
        "电话 13812345678",
        address,
        phone="13812345678",
        sha256=like,
    )
    register = make_register(pack, [row])
    said = dict(zip(register.keys, register.rows[0], strict=True))
    assert (said["sha256"], said["url"], said["unit_code"]) == (like, address, "MB13812345678X")
    assert said["unit_name"] == "甲 138****5678"
    assert said["remark"] == "电话 138****5678"
    assert said["phone"] == "138****5678"


def from_page(register: Register, site: SiteInfo) -> list[list[str]]:
    page = site_files(site, [SiteYear(2023, (), register)])["2023/register/index.html"]
    (table,) = html.document_fromstring(page.decode()).xpath("//table[@class='registered']")
    return [[c.text_content() for c in row.xpath("./th | ./td")] for row in table.xpath(".//tr")]


def from_xlsx(register: Register) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(register_xlsx(register))).worksheets[0]
    assert sheet["A1"].value == register.title
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    return [
        [str(v) if v is not None else "" for v in row]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def from_csv(register: Register) -> list[list[str]]:
    content = register_csv(register)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def from_json(register: Register) -> list[list[str]]:
    content = json.loads(register_json(register))
    return [
        list(content["columns"].values()),
        *([row[key] or "" for key in content["columns"]] for row in content["rows"]),
    ]


def test_all_four_forms_say_the_same(year: SiteYear, site: SiteInfo) -> None:
    expected = [list(year.register.columns), *map(list, year.register.rows)]
    assert from_page(year.register, site) == expected
    assert from_xlsx(year.register) == expected
    assert from_csv(year.register) == expected
    assert from_json(year.register) == expected


def test_the_years_own_columns_come_first(pack: Pack, year: SiteYear) -> None:
    section = pack.forms["附件8"].role("register")
    assert section is not None
    titles = tuple(c.title for c in section.columns)
    assert year.register.columns[: len(titles)] == titles


def test_a_department_that_did_not_file_says_no_with_its_reason(year: SiteYear) -> None:
    row = dict(zip(year.register.keys, year.register.rows[-1], strict=True))
    assert (row["public"], row["remark"], row["url"]) == ("否", "未报送自评材料", "")
    assert year.register.published == 2


def test_contacts_are_masked(pack: Pack, rows: list[RegisterRow]) -> None:
    first = dict(
        zip(make_register(pack, rows).keys, make_register(pack, rows).rows[0], strict=True)
    )
    assert (first["contact"], first["phone"]) == ("王**", "139****5678")
    site = pack.info.site.model_copy(update={"show_contact": True})
    shown = make_register(replace(pack, info=pack.info.model_copy(update={"site": site})), rows)
    named = dict(zip(shown.keys, shown.rows[0], strict=True))
    assert (named["contact"], named["phone"]) == ("王小明", "139****5678")


def test_hostile_text_is_only_text_in_every_form(pack: Pack, site: SiteInfo) -> None:
    register = make_register(pack, HOSTILE)
    expected = [list(register.columns), *map(list, register.rows)]
    assert from_page(register, site) == expected
    assert from_xlsx(register) == expected
    assert from_json(register) == expected
    for line, row in zip(from_csv(register)[1:], register.rows, strict=True):
        assert [cell.removeprefix("'") for cell in line] == list(row)
        assert not [cell for cell in line if cell[:1] in set("=+-@\t\r")]
    page = site_files(site, [SiteYear(2023, (), register)])["2023/register/index.html"]
    tree = html.document_fromstring(page.decode())
    assert not tree.xpath("//script | //a[starts-with(@href, 'javascript')]")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t1", "\r1", "＝1", "＠a"])
def test_formula_characters_are_neutralised(text: str) -> None:
    assert plain_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "江永县", "http://a.example/", "a=1", "2024-10-15"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text


def test_the_same_register_gives_the_same_bytes(pack: Pack, rows: list[RegisterRow]) -> None:
    one, other = make_register(pack, rows), make_register(pack, list(rows))
    for write in (register_xlsx, register_csv, register_json):
        assert write(one) == write(other)
