from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jixiao.installation.delivery import Folder
from jixiao.publishing.site import SiteEntry, SiteInfo, SiteYear, build_site
from jixiao.publishing.verify import (
    Fetched,
    Fetcher,
    FetchError,
    VerifyResult,
    VerifyState,
    folder_fetcher,
    http_fetcher,
    verify,
)


@pytest.fixture
def served(tmp_path: Path, site: SiteInfo, year: SiteYear) -> Path:
    return build_site(tmp_path, site, [year]).root


@pytest.fixture
def fetch(served: Path, site: SiteInfo) -> Fetcher:
    return folder_fetcher(Folder(str(served)), site.base_url)


def check(fetch: Fetcher, entry: SiteEntry, **other: Any) -> VerifyResult:
    content = hashlib.sha256(entry.data).hexdigest()
    expected = {"unit": entry.unit_code, "year": 2023, "sha256": entry.sha256, "content": content}
    return verify(fetch, entry.address, **{**expected, **other})


def page(served: Path, entry: SiteEntry) -> Path:
    return served / "2023" / entry.unit_code / "index.html"


def test_what_was_published_is_verified(fetch: Fetcher, entries: list[SiteEntry]) -> None:
    for entry in entries:
        result = check(fetch, entry)
        assert (result.state, result.sha256) == (VerifyState.VERIFIED, entry.sha256)


def test_a_missing_page_is_broken(fetch: Fetcher, served: Path, entries: list[SiteEntry]) -> None:
    page(served, entries[0]).unlink()
    result = check(fetch, entries[0])
    assert (result.state, result.sha256) == (VerifyState.BROKEN, "")
    assert "打不开" in result.detail


def test_changed_figures_and_a_new_layout_are_told_apart(
    fetch: Fetcher, served: Path, entries: list[SiteEntry]
) -> None:
    entry = entries[0]
    file = page(served, entry)
    file.write_bytes(entry.page + b"<!-- more -->")
    laid_out_anew = check(fetch, entry)
    content = hashlib.sha256(entry.data).hexdigest().encode()
    file.write_bytes(entry.page.replace(content, b"0" * 64))
    other = check(fetch, entry)
    assert laid_out_anew.state is other.state is VerifyState.CHANGED
    assert "页面本身被改动过" in laid_out_anew.detail
    assert "不一致" in other.detail


def test_another_units_page_is_the_wrong_one(
    fetch: Fetcher, served: Path, entries: list[SiteEntry]
) -> None:
    page(served, entries[0]).write_bytes(entries[1].page)
    result = check(fetch, entries[0])
    assert result.state is VerifyState.WRONG_UNIT
    assert entries[1].unit_code in result.detail


def test_another_years_page_is_the_wrong_one(fetch: Fetcher, entries: list[SiteEntry]) -> None:
    result = check(fetch, entries[0], year=2024, sha256="0" * 64)
    assert result.state is VerifyState.WRONG_UNIT
    assert "2023" in result.detail


def test_a_page_that_names_no_unit_is_the_wrong_one(
    fetch: Fetcher, served: Path, entries: list[SiteEntry]
) -> None:
    page(served, entries[0]).write_text("<p>维护中</p>", encoding="utf-8")
    assert check(fetch, entries[0]).state is VerifyState.WRONG_UNIT
    page(served, entries[0]).write_bytes(b"")
    assert check(fetch, entries[0]).state is VerifyState.BROKEN


@pytest.mark.parametrize(
    "address",
    [
        "http://elsewhere.example/2023/",
        "http://site.example/jxother/2023/",
        "http://site.example/jx/../../../etc/passwd",
        "http://site.example/jx/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_the_folder_fetcher_stays_inside_the_site(fetch: Fetcher, address: str) -> None:
    with pytest.raises(FetchError):
        fetch(address)


class Answers(BaseHTTPRequestHandler):
    """A small site: /ok, /moved → /ok, /file → a local file, /big, /gone, /loop."""

    def do_GET(self) -> None:
        if self.path == "/ok":
            self.answer(200, b"<p>ok</p>")
        elif self.path == "/big":
            self.answer(200, b"x" * 4096)
        elif self.path in MOVED:
            self.send_response(302)
            self.send_header("Location", MOVED[self.path])
            self.end_headers()
        else:
            self.answer(404, b"gone")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


MOVED = {
    "/moved": "/ok",
    "/file": "file:///etc/passwd",
    "/loop": "/loop",
    "/elsewhere": "http://elsewhere.example/",
}


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_http_pages_are_fetched_and_redirects_followed(server: str) -> None:
    fetch = http_fetcher()
    there = Fetched(b"<p>ok</p>", f"{server}/ok")
    assert fetch(f"{server}/ok") == fetch(f"{server}/moved") == there


def test_a_page_in_order_at_another_address_has_moved(server: str) -> None:
    sha256 = hashlib.sha256(b"<p>ok</p>").hexdigest()
    found = verify(http_fetcher(), f"{server}/moved", unit="X", year=2023, sha256=sha256)
    assert found.state is VerifyState.MOVED
    assert f"{server}/ok" in found.detail
    assert found.sha256 == sha256


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ("https://a.example/2023/x/", VerifyState.VERIFIED),
        ("http://a.example/2023/x", VerifyState.VERIFIED),
        ("http://b.example/2023/x/", VerifyState.MOVED),
        ("http://a.example/2022/x/", VerifyState.MOVED),
    ],
)
def test_going_over_to_https_is_no_move(other: str, state: VerifyState) -> None:
    page = b"<p>report</p>"
    sha256 = hashlib.sha256(page).hexdigest()
    address = "http://a.example/2023/x/"
    found = verify(lambda _: Fetched(page, other), address, unit="X", year=2023, sha256=sha256)
    assert found.state is state


def test_only_allowed_hosts_are_asked_and_no_redirect_leads_elsewhere(server: str) -> None:
    port = server.rsplit(":", 1)[1]
    allowed = http_fetcher(hosts=["127.0.0.1"])
    assert allowed(f"{server}/ok").page == b"<p>ok</p>"
    for address in (f"http://localhost:{port}/ok", f"{server}/elsewhere"):
        with pytest.raises(FetchError, match="名单"):
            allowed(address)
    assert http_fetcher()(f"http://localhost:{port}/ok").page == b"<p>ok</p>"
    with pytest.raises(FetchError, match="名单"):
        http_fetcher(hosts=["example.gov.cn"])("http://badexample.gov.cn/")


OWN = "<html><body><h1>松溪市政园林所</h1><p>{}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("2023 年度绩效自评报告，校验值 " + "ab" * 32, VerifyState.VERIFIED),
        ("2023 年度绩效自评报告", VerifyState.CHANGED),
        ("2022 年度绩效自评报告", VerifyState.WRONG_UNIT),
    ],
)
def test_a_page_of_the_departments_own_website(text: str, state: VerifyState) -> None:
    def fetch(address: str) -> Fetched:
        return Fetched(OWN.format(text).encode(), address)

    given = {"unit": "X", "year": 2023, "sha256": "0" * 64, "content": "ab" * 32}
    assert verify(fetch, "http://a.example/", name="松溪市政园林所", **given).state is state
    other = verify(fetch, "http://a.example/", name="云岭林场", **given)
    assert other.state in (state, VerifyState.WRONG_UNIT)
    # Without a name it must be our own page.
    assert verify(fetch, "http://a.example/", **given).state is VerifyState.WRONG_UNIT


@pytest.mark.parametrize("path", ["/gone", "/loop", "/file", "/big"])
def test_what_cannot_be_had_over_http_is_broken(server: str, path: str) -> None:
    fetch = http_fetcher(max_bytes=1024)
    result = verify(fetch, f"{server}{path}", unit="X", year=2023, sha256="0" * 64)
    assert result.state is VerifyState.BROKEN


def test_an_address_nobody_answers_at_is_broken(server: str) -> None:
    fetch = http_fetcher(timeout=2)
    assert fetch(f"{server}/ok")
    result = verify(fetch, "http://127.0.0.1:1/", unit="X", year=2023, sha256="0" * 64)
    assert result.state is VerifyState.BROKEN


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a.example/", "no address", ""])
def test_only_http_is_fetched(address: str) -> None:
    with pytest.raises(FetchError, match="http"):
        http_fetcher()(address)
