"""How the long pages of a province show themselves in a browser: year, register, first page.

The site is made of so many departments, served on this machine and opened in headless Chromium.
For each page: its size, the time to make it, to the first paint, until it is all laid out, and
what a search takes from the key pressed to the rows shown. The reports themselves are left out.

Run: ``python -m benchmarks.pages_bench [departments]`` (default 10,000).
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

from benchmarks.county import unit_code
from jixiao.installation.paths import pack_dir
from jixiao.policy import Pack, load_pack
from jixiao.publishing.register import RegisterRow, make_register
from jixiao.publishing.site import SiteEntry, SiteYear, build_site, report_address, site_info

DAY = date(2024, 9, 2)
ROUNDS = 5
KINDS = ("图书馆", "文化旅游和广播电视局", "中心小学", "水文服务中心", "市政园林所")
PAGES = {"首页": "", "年度页": "2023/", "统计表": "2023/register/"}
#: From the first byte to what a reader sees, in ms.
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
_SEARCH = """() => new Promise(done => {
const input = document.querySelector('.search input'), begun = performance.now();
input.value = '图书馆'; input.dispatchEvent(new Event('input'));
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));})"""


def site_year(pack: Pack, departments: int) -> SiteYear:
    """A year with every department public."""
    info = site_info(pack)
    entries, rows = [], []
    for number in range(departments):
        code, name = unit_code(number), f"示例省第{number}{KINDS[number % len(KINDS)]}"
        address = report_address(info.base_url, pack.year, code)
        page = f"<!doctype html><title>{name}</title>".encode()
        entries.append(
            SiteEntry(code, name, "优", "95.5", "94.87", address, 1, DAY, page, b"{}", "0" * 64)
        )
        rows.append(RegisterRow(code, name, True, "", address, "某人", "", "0" * 64, DAY, DAY))
    return SiteYear(pack.year, tuple(entries), make_register(pack, rows))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def look(browser: Browser, address: str) -> tuple[float, float, float | None]:
    """First paint, all loaded, and a search where there is one (ms)."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(address)
    page.wait_for_function(f"{_LOADED} > 0")
    paint, loaded = page.evaluate(_PAINT), page.evaluate(_LOADED)
    search = page.evaluate(_SEARCH) if page.query_selector(".search input") else None
    page.close()
    return paint, loaded, search


def main() -> None:
    departments = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("there is no chromium on this machine")
    pack = load_pack(pack_dir(2023))
    year = site_year(pack, departments)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        begun = time.process_time()
        root = build_site(Path(folder), site_info(pack), [year]).root
        print(f"{departments} departments, site made in {time.process_time() - begun:.1f} s of CPU")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root))) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            for title, path in PAGES.items():
                address = f"http://127.0.0.1:{server.server_address[1]}/{path}"
                looks = [look(browser, address) for _ in range(ROUNDS)]
                paint, loaded = (statistics.median(each[i] for each in looks) for i in (0, 1))
                searches = [s for *_, s in looks if s is not None]
                said = f", search {statistics.median(searches):.0f} ms" if searches else ""
                size = (root / path / "index.html").stat().st_size / 1e6
                print(
                    f"{title}: {size:.1f} MB, first paint {paint:.0f} ms, all {loaded:.0f} ms{said}"
                )
            server.shutdown()
        browser.close()


if __name__ == "__main__":
    main()
