"""Whether a public address still shows what was published there."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib import request
from urllib.error import URLError
from urllib.parse import unquote, urlsplit

from lxml import etree, html

TIMEOUT = 20.0  # seconds, for the whole page
MAX_BYTES = 16 * 1024 * 1024


class FetchError(Exception):
    """A page could not be had; the text says why, in Chinese."""


class Fetcher(Protocol):
    """Gets the page at an address."""

    def __call__(self, address: str) -> bytes:
        """The page's bytes.

        Raises:
            FetchError: it could not be had.
        """


class VerifyState(StrEnum):
    VERIFIED = "verified"
    BROKEN = "broken"  # no page there
    CHANGED = "changed"  # the right unit's page, but not what was published
    WRONG_UNIT = "wrong_unit"  # another unit's or another year's page


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What was found at an address.

    Attributes:
        detail: a Chinese sentence.
        sha256: SHA-256 (hex) of the page found, ``""`` where there was none.
    """

    state: VerifyState
    detail: str
    sha256: str = ""


def verify(
    fetch: Fetcher, address: str, *, unit: str, year: int, sha256: str, content: str = ""
) -> VerifyResult:
    """Compare what an address shows with what was published.

    Args:
        unit, year: whose report must stand there.
        sha256: SHA-256 (hex) of the published page.
        content: content hash of the published report, where known; tells a page that was only
            laid out anew from one whose figures are others.
    """
    try:
        page = fetch(address)
    except FetchError as error:
        return VerifyResult(VerifyState.BROKEN, f"打不开：{error}")
    found = hashlib.sha256(page).hexdigest()
    if found == sha256:
        return VerifyResult(VerifyState.VERIFIED, "网址可以打开，内容与公布时一致。", found)
    marks = _marks(page)
    if marks is None:
        return VerifyResult(VerifyState.BROKEN, "网址打开的不是网页。", found)
    wrong = _wrong_unit(marks, unit, year)
    if wrong:
        return VerifyResult(VerifyState.WRONG_UNIT, wrong, found)
    same = bool(content) and marks.get("content") == content
    detail = _LAID_OUT_ANEW if same else "页面内容与公布时不一致。"
    return VerifyResult(VerifyState.CHANGED, detail, found)


_LAID_OUT_ANEW = "页面标注的报告内容与公布时一致，但页面本身被改动过。"


def _wrong_unit(marks: dict[str, str], unit: str, year: int) -> str:
    """What is wrong with the page's unit or year in words, ``""`` if nothing is."""
    if "unit" not in marks:
        return "页面没有标明单位，不是公布的那一份报告。"
    if marks["unit"] != unit:
        return f"页面是单位 {marks['unit']} 的报告，应为 {unit}。"
    if marks.get("year") != str(year):
        return f"页面是 {marks.get('year', '未标明的')} 年度的报告，应为 {year} 年度。"
    return ""


def _marks(page: bytes) -> dict[str, str] | None:
    """The page's ``jixiao:`` marks; ``None`` for what is no page at all."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, ValueError):
        return None
    return {
        str(meta.get("name")).removeprefix("jixiao:"): str(meta.get("content", "")).strip()
        for meta in root.iter("meta")
        if str(meta.get("name", "")).startswith("jixiao:")
    }


def local_fetcher(root: Path, base_url: str) -> Fetcher:
    """Reads the addresses of a site from the folder that will be served, e.g. ``site/current``."""

    def fetch(address: str) -> bytes:
        path = urlsplit(address).path if address.startswith(f"{base_url}/") else None
        if path is None:
            raise FetchError(f"网址不在 {base_url} 之下。")
        inside = unquote(path.removeprefix(urlsplit(base_url).path)).lstrip("/")
        file = root / inside
        if address.endswith("/") or file.is_dir():
            file = file / "index.html"
        if not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
            raise FetchError("站点里没有这个页面。")
        return file.read_bytes()

    return fetch


def http_fetcher(*, timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES) -> Fetcher:
    """Gets pages over HTTP and HTTPS; redirects are followed, no other kind of address is.

    Args:
        timeout: seconds a whole page may take.
        max_bytes: what is longer is not read to its end and counts as broken.
    """
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)

    def fetch(address: str) -> bytes:
        if urlsplit(address).scheme not in ("http", "https"):
            raise FetchError("网址应以 http:// 或 https:// 开头。")
        ends = time.monotonic() + timeout
        wanted = request.Request(address, headers=_HEADERS)  # noqa: S310 - scheme checked above
        try:
            with opener.open(wanted, timeout=timeout) as answer:
                return _read(answer, ends, max_bytes)
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise FetchError(f"{error}。") from error

    return fetch


_HEADERS = {"User-Agent": "jixiao-verify", "Accept": "text/html"}


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _read(answer: _Readable, ends: float, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read(65536):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise FetchError(f"页面超过 {max_bytes // 1024} KB，没有读完。")
        if time.monotonic() > ends:
            raise FetchError("读取超时。")
    return b"".join(parts)
