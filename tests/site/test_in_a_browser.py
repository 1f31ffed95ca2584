"""The built site in a real browser: search, phones, paper, no scripts, nothing on the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
JIANGYONG = "11431125MB18152796"
PAGES = (
    "index.html",
    "2023/index.html",
    "2023/register/index.html",
    f"2023/{JIANGYONG}/index.html",
    "2023/12431199MB9903038L/index.html",
    "404.html",
    "internal.html",
    "county.html",
)


@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_nothing(served: str, page: Page, place: str) -> None:
    """WCAG 2.1 A and AA; folded parts are opened so that they are looked at too."""
    page.goto(f"{served}/{place}")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=options).response["violations"]
    told = [(v["impact"], v["id"], v["nodes"][0]["html"][:160]) for v in found]
    assert told == []


def test_search_shows_what_matches(served: str, page: Page) -> None:
    page.goto(f"{served}/index.html")
    rows = page.locator("table.units tbody tr")
    assert rows.count() == 3
    page.get_by_label("查找单位").fill("图书馆")
    assert rows.filter(visible=True).count() == 1
    assert page.locator(".search output").inner_text() == "找到 1 家"
    page.get_by_label("查找单位").fill("没有这样的单位")
    assert rows.filter(visible=True).count() == 0
    page.get_by_label("查找单位").fill("")
    assert rows.filter(visible=True).count() == 3


def test_without_scripts_everything_is_there_but_the_search(served: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/index.html")
    assert page.locator("table.units tbody tr").count() == 3
    assert not page.locator(".search").is_visible()
    page.get_by_role("link", name="江永县科技和工业信息化局").click()
    assert page.locator("h1").inner_text() == "江永县科技和工业信息化局"
    context.close()


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_sticks_out_on_a_phone(served: str, page: Page, place: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served}/{place}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_of_the_site_leads_somewhere(served: str, page: Page, built: Path) -> None:
    for place in PAGES[:5]:
        page.goto(f"{served}/{place}")
        for link in page.locator("a[href]").all():
            href = str(link.get_attribute("href"))
            if href.startswith(("http://jixiao.example", "#")):
                continue
            target = (built / place).parent / href.partition("#")[0]
            assert target.resolve().is_file(), (place, href)


def test_on_paper_the_workings_fold_away_and_the_result_stays(
    served: str, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{served}/2023/{JIANGYONG}/index.html")
    page.emulate_media(media="print")
    assert page.locator(".result").is_visible()
    assert page.locator(".qr svg").is_visible()
    for hidden in (".bar", ".toc", ".files"):
        assert not page.locator(hidden).first.is_visible()
    pdf = page.pdf(path=str(tmp_path / "x.pdf"), prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")


def test_the_qr_code_is_dark_on_light_and_big_enough(served: str, page: Page) -> None:
    page.goto(f"{served}/2023/{JIANGYONG}/index.html")
    box = page.locator(".qr svg").bounding_box()
    assert box is not None
    assert box["width"] >= 64
    assert abs(box["width"] - box["height"]) < 1
