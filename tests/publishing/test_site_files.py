"""What lies beside a page: files to take away, the QR code, and what is left of a withdrawn one."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree, html

from jixiao.publishing.site import SiteInfo, SiteYear, Withdrawn, site_entry, site_files
from jixiao.reports.files import report_files
from jixiao.reports.html import Publication
from jixiao.reports.model import ReportView
from jixiao.reports.qr import qr_png, qr_svg

DAY = date(2024, 10, 15)


def test_the_files_offered_lie_beside_the_page(
    views: list[ReportView], site: SiteInfo, year: SiteYear
) -> None:
    entry = site_entry(views[1], site, revision=1, published_on=DAY, formats=("docx", "pdf"))
    files = site_files(site, [replace(year, entries=(entry,))])
    place = f"2023/{entry.unit_code}"
    links = html.document_fromstring(entry.page.decode()).xpath("//p[@class='files']/a/@href")
    assert sorted(links) == ["report.docx", "report.json", "report.pdf"]
    assert all(f"{place}/{link}" in files for link in links)
    assert files[f"{place}/report.pdf"].startswith(b"%PDF")
    assert zipfile.is_zipfile(io.BytesIO(files[f"{place}/report.docx"]))
    assert files == site_files(site, [replace(year, entries=(entry,))])


@pytest.mark.parametrize("formats", [(), ("docx",), ("pdf",)])
def test_only_what_the_pack_offers_is_made(
    views: list[ReportView], site: SiteInfo, formats: tuple[str, ...]
) -> None:
    entry = site_entry(views[1], site, revision=1, published_on=DAY, formats=formats)
    assert set(entry.files) == {f"report.{format}" for format in formats}
    for format in ("docx", "pdf"):
        assert (f'href="report.{format}"'.encode() in entry.page) is (format in formats)


def test_a_report_with_a_character_no_font_draws_is_public_without_pdf(
    views: list[ReportView], site: SiteInfo
) -> None:
    shown = replace(views[1], unit_name="𠮷水乡", title="𠮷水乡2023年度预算绩效自评报告")
    entry = site_entry(shown, site, revision=1, published_on=DAY, formats=("docx", "pdf"))
    assert set(entry.files) == {"report.docx"}
    assert b"report.pdf" not in entry.page
    made = report_files(
        shown, Publication("http://a.example/", 1, DAY, "公开"), day=DAY, formats=("docx", "pdf")
    )
    assert [f.code for f in made.undrawn] == ["P01"]
    assert "U+20BB7" in made.undrawn[0].message


def test_a_withdrawn_report_leaves_a_page_that_says_so(site: SiteInfo, year: SiteYear) -> None:
    bad = "<b>数据有误</b>{{7*7}}"
    gone = Withdrawn("12431199MB9903038L", "撤回的单位", f"{site.base_url}/x/", DAY, bad)
    files = site_files(site, [replace(year, withdrawn=(gone,))])
    page = html.document_fromstring(files["2023/12431199MB9903038L/index.html"].decode())
    text = page.text_content()
    assert "2024年10月15日" in text
    assert bad in text
    assert page.xpath("//meta[@name='jixiao:withdrawn']/@content") == ["2024-10-15"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert f"{site.base_url}/2023/12431199MB9903038L/" not in files["sitemap.xml"].decode()
    assert "12431199MB9903038L" not in files["feed.xml"].decode()
    assert "撤回的单位" not in files["2023/index.html"].decode()


def test_a_qr_code_is_the_same_picture_every_time_and_says_the_address() -> None:
    addresses = [f"http://a.example/2023/{code}/" for code in ("A1", "B2")]
    drawings = [qr_svg(a) for a in addresses]
    assert drawings == [qr_svg(a) for a in addresses]
    assert drawings[0] != drawings[1]
    size = {etree.fromstring(d).get("viewBox") for d in drawings}
    assert len(size) == 1
    long = qr_svg("http://a.example/" + "x" * 200)
    assert etree.fromstring(long).get("viewBox") not in size
    assert qr_png(addresses[0]).startswith(b"\x89PNG")
    assert read_back(qr_svg(addresses[0])) == read_back_from_png(qr_png(addresses[0]))


def read_back(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a drawing."""
    path = etree.fromstring(svg).findall("{*}path")[1].get("d")
    dark = set()
    for run in path.strip("M").split("M"):
        x, rest = run.split(" ", 1)
        y, rest = rest.split("h", 1)
        dark |= {(int(x) + n, int(y)) for n in range(int(rest.split("v")[0]))}
    return dark


def read_back_from_png(data: bytes) -> set[tuple[int, int]]:
    width, _ = struct.unpack(">II", data[16:24])
    length = struct.unpack(">I", data[33:37])[0]
    lines = zlib.decompress(data[41 : 41 + length])
    stride = 1 + (width + 7) // 8
    dark = set()
    for y in range(0, width, 4):
        bits = "".join(f"{b:08b}" for b in lines[y * stride + 1 : (y + 1) * stride])
        dark |= {(x // 4, y // 4) for x in range(0, width, 4) if bits[x] == "0"}
    return dark
