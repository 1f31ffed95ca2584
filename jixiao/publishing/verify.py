"""Whether a public address still shows what was published there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException, HTTPMessage
from typing import IO, Protocol
from urllib import request
from urllib.error import URLError
from urllib.parse import quote, unquote, urlsplit

from lxml import etree, html

from jixiao.errors import reason
from jixiao.installation.delivery import Folder

TIMEOUT = 20.0  # seconds, for the whole page
MAX_BYTES = 16 * 1024 * 1024


class FetchError(Exception):
    """A page could not be had; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page and the address it stood at after every redirect."""

    page: bytes
    address: str


class Fetcher(Protocol):
    """Gets the page at an address."""

    def __call__(self, address: str) -> Fetched:
        """The page.

        Raises:
            FetchError: it could not be had.
        """


class VerifyState(StrEnum):
    VERIFIED = "verified"
    MOVED = "moved"  # the page is in order, but stands at another address now
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
    fetch: Fetcher,
    address: str,
    *,
    unit: str,
    year: int,
    sha256: str,
    content: str = "",
    name: str = "",
) -> VerifyResult:
    """Compare what an address shows with what was published.

    Args:
        unit, year: whose report must stand there.
        sha256: SHA-256 (hex) of the published page.
        content: content hash of the published report, where known; tells a page that was only
            laid out anew from one whose figures are others.
        name: the unit's name, for a page on the department's own website: that site's own page
            is in order where it prints the report's content hash.
    """
    try:
        fetched = fetch(address)
    except FetchError as error:
        return VerifyResult(VerifyState.BROKEN, f"打不开：{error}")
    found = hashlib.sha256(fetched.page).hexdigest()
    if found == sha256:
        if _same_place(fetched.address, address):
            return VerifyResult(VerifyState.VERIFIED, "网址可以打开，内容与公布时一致。", found)
        detail = f"内容与公布时一致，但网址已转到 {fetched.address}，请改登新网址或恢复原网址。"
        return VerifyResult(VerifyState.MOVED, detail, found)
    marks = _marks(fetched.page)
    if marks is None:
        return VerifyResult(VerifyState.BROKEN, "网址打开的不是网页。", found)
    if name and "unit" not in marks:
        return _own_page(fetched.page, found, name, year, content)
    wrong = _wrong_unit(marks, unit, year)
    if wrong:
        return VerifyResult(VerifyState.WRONG_UNIT, wrong, found)
    same = bool(content) and marks.get("content") == content
    detail = _LAID_OUT_ANEW if same else "页面内容与公布时不一致。"
    return VerifyResult(VerifyState.CHANGED, detail, found)


_LAID_OUT_ANEW = "页面标注的报告内容与公布时一致，但页面本身被改动过。"


def _own_page(page: bytes, found: str, name: str, year: int, content: str) -> VerifyResult:
    """What a page that is none of ours says about the report."""
    text = etree.tostring(
        html.document_fromstring(page, parser=_parser()), method="text", encoding="unicode"
    )
    if content and content in text:
        return VerifyResult(VerifyState.VERIFIED, "网址可以打开，载有本报告的内容校验值。", found)
    if name in text and str(year) in text:
        detail = "页面写有本单位和年度，但没有本报告的内容校验值，无法确认内容一致。"
        return VerifyResult(VerifyState.CHANGED, detail, found)
    return VerifyResult(VerifyState.WRONG_UNIT, f"页面上找不到“{name}”或 {year} 年度。", found)


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", no_network=True)


def _same_place(one: str, other: str) -> bool:
    """Whether two addresses are one place; going over to HTTPS is no move."""
    places = [(p.hostname, p.path.rstrip("/"), p.query) for p in (urlsplit(one), urlsplit(other))]
    return places[0] == places[1]


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
    try:
        root = html.document_fromstring(page, parser=_parser())
    except (etree.ParserError, ValueError):
        return None
    return {
        str(meta.get("name")).removeprefix("jixiao:"): str(meta.get("content", "")).strip()
        for meta in root.iter("meta")
        if str(meta.get("name", "")).startswith("jixiao:")
    }


def folder_fetcher(folder: Folder, base_url: str) -> Fetcher:
    """Reads the addresses of a site from the folder that is served, e.g. ``site/current``."""

    def fetch(address: str) -> Fetched:
        path = urlsplit(address).path if address.startswith(f"{base_url}/") else None
        if path is None:
            raise FetchError(f"网址不在 {base_url} 之下。")
        inside = unquote(path.removeprefix(urlsplit(base_url).path)).lstrip("/")
        if ".." in inside.split("/"):
            raise FetchError("站点里没有这个页面。")
        page = _page(folder, inside, address)
        if page is None:
            raise FetchError("站点里没有这个页面。")
        return Fetched(page, address)

    return fetch


def _page(folder: Folder, inside: str, address: str) -> bytes | None:
    """What a web server shows: a file, or a folder's index."""
    index = f"{inside.rstrip('/')}/index.html".lstrip("/")
    for name in (index,) if address.endswith("/") or not inside else (inside, index):
        try:
            return folder.read(name)
        except (FileNotFoundError, IsADirectoryError):
            continue
        except OSError as error:
            raise FetchError(f"读不了站点的文件：{reason(error)}。") from error
    return None


def http_fetcher(
    *, timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES, hosts: Sequence[str] = ()
) -> Fetcher:
    """Gets pages over HTTP and HTTPS; redirects are followed, no other kind of address is.

    Args:
        hosts: only these hosts and what is below them are asked, redirects included; empty for
            any host.
        timeout: seconds a whole page may take.
        max_bytes: what is longer is not read to its end and counts as broken.
    """
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        _Redirects(hosts),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)

    def fetch(address: str) -> Fetched:
        _check_address(address, hosts)
        ends = time.monotonic() + timeout
        wanted = request.Request(quote(address, safe=_WRITTEN), headers=_HEADERS)  # noqa: S310 - scheme checked above
        try:
            with opener.open(wanted, timeout=timeout) as answer:
                return Fetched(_read(answer, ends, max_bytes), answer.geturl())
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise FetchError(f"{error}。") from error

    return fetch


class _Redirects(request.HTTPRedirectHandler):
    """Follows redirects as far as the allowed hosts go."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = hosts

    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        _check_address(newurl, self._hosts)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_address(address: str, hosts: Sequence[str]) -> None:
    """Raises FetchError for what is no web address or on no allowed host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise FetchError("网址写法不对。") from None
    if parts.scheme not in ("http", "https"):
        raise FetchError("网址应以 http:// 或 https:// 开头。")
    if hosts and not any(host == each or host.endswith(f".{each}") for each in hosts):
        raise FetchError(f"主机 {host} 不在允许核验的名单里。")


# What an address may hold as it stands; a Chinese path is quoted.
_WRITTEN = ":/?#[]@!$&'()*+,;=%~"
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
