"""A built site of the sample's departments, and a browser to look at it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.policy import Pack
from jixiao.publishing.register import RegisterRow, make_register
from jixiao.publishing.site import SiteYear, Withdrawn, build_site, site_entry, site_info
from jixiao.reports.html import render_report
from jixiao.reports.summary import county_summary, department_summary, render_summary
from jixiao.reports.view import report_view

DAY = date(2024, 9, 2)
SAMPLES = ("jiangyong-2", "yunling-1", "xinghe-1")
GONE = "12431199MB9903038L"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)


@pytest.fixture(scope="session")
def built(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is served: the site, an internal report and the county's summary."""
    info = site_info(pack)
    entries, lines, internal = [], [], b""
    for name in SAMPLES:
        submission = load_filing(demo_dir() / "filings" / f"{name}.yaml", pack.forms)
        department = pack.department(submission.unit_code)
        assert department is not None
        evaluation = evaluate(pack, submission, department=department)
        view = report_view(pack, evaluation, department=department, public=True)
        entries.append(
            site_entry(view, info, revision=1, published_on=DAY, formats=("docx", "pdf"))
        )
        own = report_view(pack, evaluation, department=department, public=False)
        internal = internal or render_report(own).page
        lines.append(
            department_summary(
                pack,
                evaluation,
                unit_code=department.code,
                unit_name=department.name,
                state="已公开",
                filed_on=DAY,
            )
        )
    rows = [
        RegisterRow(e.unit_code, e.unit_name, True, "", e.address, "张某", "", e.sha256, DAY, DAY)
        for e in entries
    ]
    rows.append(RegisterRow(GONE, "撤回的单位", False, "已撤回：数据有误"))
    gone = Withdrawn(GONE, "撤回的单位", f"{info.base_url}/2023/{GONE}/", DAY, "数据有误")
    year = SiteYear(2023, tuple(entries), make_register(pack, rows), (gone,))
    root = build_site(tmp_path_factory.mktemp("site"), info, [year]).root
    (root / "internal.html").write_bytes(internal)
    summary = county_summary(pack, lines, as_of=DAY, draft=True)
    (root / "county.html").write_bytes(render_summary(replace(summary)))
    return root


@pytest.fixture(scope="session")
def served(built: Path) -> Iterator[str]:
    """The built site's address on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(built))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser(need: Callable[[str], str]) -> Iterator[Browser]:
    path = need("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which any word on the console and any error is a failure."""
    messages: list[str] = []
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on("requestfailed", lambda request: messages.append(f"not loaded: {request.url}"))
    yield opened
    opened.close()
    assert messages == []
