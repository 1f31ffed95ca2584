from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html

from jixiao.errors import JixiaoError
from jixiao.policy import Pack
from jixiao.publishing.register import make_register
from jixiao.publishing.site import (
    SiteEntry,
    SiteInfo,
    SiteYear,
    build_site,
    report_address,
    site_entry,
    site_files,
    site_info,
)
from jixiao.reports.model import ReportView

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def files(site: SiteInfo, year: SiteYear) -> dict[str, bytes]:
    return site_files(site, [year])


def test_every_report_has_its_page_and_its_data(
    files: dict[str, bytes], entries: list[SiteEntry]
) -> None:
    for entry in entries:
        assert files[f"2023/{entry.unit_code}/index.html"] == entry.page
        assert (
            json.loads(files[f"2023/{entry.unit_code}/report.json"])["unit_code"] == entry.unit_code
        )
    assert {p.split("/")[0] for p in files} == {
        "2023",
        "index.html",
        "404.html",
        "sitemap.xml",
        "feed.xml",
        "robots.txt",
    }


def test_addresses_are_stable_and_stand_in_page_map_and_feed(
    files: dict[str, bytes], entries: list[SiteEntry], site: SiteInfo
) -> None:
    addresses = [report_address(site.base_url, 2023, e.unit_code) for e in entries]
    assert [e.address for e in entries] == addresses
    assert addresses[0] == "http://site.example/jx/2023/11431125MB18152796/"
    feed = etree.fromstring(files["feed.xml"])
    assert feed.xpath("//a:entry/a:id/text()", namespaces=ATOM) == addresses
    places = etree.fromstring(files["sitemap.xml"]).xpath("//m:loc/text()", namespaces=MAP)
    assert places[-2:] == addresses
    for entry in entries:
        (link,) = html.document_fromstring(entry.page.decode()).xpath(
            "//link[@rel='canonical']/@href"
        )
        assert link == entry.address


def test_every_link_inside_the_site_leads_to_a_file(
    files: dict[str, bytes], site: SiteInfo
) -> None:
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        page = html.document_fromstring(content.decode())
        for href in page.xpath("//a/@href | //link[@rel='alternate']/@href"):
            target = urljoin(f"{site.base_url}/{path}", href.split("#")[0])
            inside = urlsplit(target).path.removeprefix("/jx/")
            file = f"{inside}index.html" if not inside or inside.endswith("/") else inside
            assert file in files, (path, href)


def test_the_list_works_without_a_script_and_is_searched_with_one(
    files: dict[str, bytes], entries: list[SiteEntry]
) -> None:
    page = html.document_fromstring(files["2023/index.html"].decode())
    rows = page.xpath("//table[@class='units']/tbody/tr")
    assert [r.xpath("string(./th/a)") for r in rows] == [e.unit_name for e in entries]
    assert not page.xpath("//table//@hidden")
    assert page.xpath("//form[@role='search']/@hidden")
    (script,) = page.xpath("//script/text()")
    assert "hidden" in script
    assert "未公开 1 家" in page.text_content()


def test_a_department_that_did_not_file_has_no_page(
    files: dict[str, bytes], year: SiteYear
) -> None:
    missing = year.register.rows[-1][0]
    assert not [p for p in files if missing in p]
    assert missing in files["2023/register/index.html"].decode()


def test_a_corrected_report_keeps_its_address(
    views: list[ReportView], site: SiteInfo, entries: list[SiteEntry], year: SiteYear
) -> None:
    again = site_entry(views[0], site, revision=2, published_on=date(2024, 11, 1))
    assert again.address == entries[0].address
    assert "第 2 版" in again.page.decode()
    files = site_files(site, [replace(year, entries=(again, *entries[1:]))])
    feed = etree.fromstring(files["feed.xml"])
    assert feed.findtext("a:updated", namespaces=ATOM) == "2024-11-01T00:00:00+08:00"
    assert "第 2 版" in str(feed.findtext("a:entry/a:title", namespaces=ATOM))
    assert "2024-11-01" in files["2023/index.html"].decode()


def test_years_stand_beside_one_another(site: SiteInfo, year: SiteYear, pack: Pack) -> None:
    empty = SiteYear(2024, (), make_register(pack, []))
    files = site_files(site, [year, empty])
    front = html.document_fromstring(files["index.html"].decode())
    assert front.xpath("//ul[@class='years']//a/@href") == ["2024/index.html", "2023/index.html"]
    assert "本年度还没有公开的报告" in front.text_content()
    assert f"2023/{year.entries[0].unit_code}/index.html" in files


def test_a_site_with_nothing_on_it_can_be_built(site: SiteInfo) -> None:
    files = site_files(site, [])
    assert etree.fromstring(files["feed.xml"]).findtext("a:updated", namespaces=ATOM)


def test_an_unchanged_site_is_not_built_again(
    tmp_path: Path, site: SiteInfo, year: SiteYear
) -> None:
    first = build_site(tmp_path, site, [year])
    again = build_site(tmp_path, site, [year])
    assert (first.changed, again.changed) == (True, False)
    assert first.root == again.root == tmp_path / "current"
    entry = year.entries[0]
    page = first.root / "2023" / entry.unit_code / "index.html"
    assert page.read_bytes() == entry.page


def test_a_crash_before_the_switch_keeps_the_published_site(
    tmp_path: Path, site: SiteInfo, year: SiteYear
) -> None:
    def crash(link: Path, version: Path) -> None:
        raise KeyboardInterrupt

    build_site(tmp_path, site, [year])
    with pytest.raises(KeyboardInterrupt):
        build_site(tmp_path, site, [replace(year, entries=())], switch=crash)
    assert (tmp_path / "current" / "2023" / year.entries[0].unit_code / "index.html").is_file()


@pytest.mark.parametrize("code", ["../../etc", "a/b", "", "单位", "a b", ".", "x" * 40])
def test_a_code_that_is_no_address_is_refused(code: str, year: SiteYear, site: SiteInfo) -> None:
    with pytest.raises(JixiaoError, match="不能用作网址"):
        report_address(site.base_url, 2023, code)
    stray = replace(year.entries[0], unit_code=code)
    with pytest.raises(JixiaoError):
        site_files(site, [replace(year, entries=(stray,))])


def test_an_internal_report_is_never_published(views: list[ReportView], site: SiteInfo) -> None:
    with pytest.raises(ValueError, match="internal"):
        site_entry(replace(views[0], public=False), site, revision=1, published_on=date(2024, 1, 1))


def test_hostile_names_are_only_text(site: SiteInfo, year: SiteYear) -> None:
    name = "<script>alert(1)</script>{{7*7}}\x00\x0b=cmd|x"
    stray = replace(year.entries[0], unit_name=name)
    files = site_files(site, [replace(year, entries=(stray,))])
    for path in ("index.html", "2023/index.html"):
        page = html.document_fromstring(files[path].replace(b"\x00", b"").decode())
        assert len(page.xpath("//script")) == 1
        assert "{{7*7}}" in page.xpath("string(//table[@class='units']/tbody)")
    title = etree.fromstring(files["feed.xml"]).findtext("a:entry/a:title", namespaces=ATOM)
    assert str(title).startswith("<script>alert(1)</script>{{7*7}}=cmd|x")


def test_a_mobile_number_of_the_bureau_is_masked_too(pack: Pack) -> None:
    bureau = pack.info.bureau.model_copy(update={"phone": "13912345678"})
    site = site_info(replace(pack, info=pack.info.model_copy(update={"bureau": bureau})))
    assert site.phone == "139****5678"
