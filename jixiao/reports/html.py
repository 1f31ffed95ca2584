"""Reports as web pages."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jixiao.installation.paths import template_dir
from jixiao.model.findings import Severity
from jixiao.reports.data import report_json
from jixiao.reports.grid_html import grid_html
from jixiao.reports.model import ReportView
from jixiao.reports.qr import qr_svg

_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Publication:
    """What a published page says about its place on the site.

    Attributes:
        address: the permanent address.
        revision: 1 for the first publication, counted up with every corrected one.
        published_on: the day of this revision.
        site_title: title of the site.
        root: relative address of the site's root, ending in a slash.
        formats: which of ``docx`` and ``pdf`` lie beside the page.
    """

    address: str
    revision: int
    published_on: date
    site_title: str
    root: str = "../../"
    formats: tuple[str, ...] = ()

    @property
    def qr(self) -> Markup:
        """The address as a drawing."""
        return Markup(qr_svg(self.address))  # noqa: S704 - a drawing made of numbers alone


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered report.

    Attributes:
        page: the page, UTF-8.
        data: the report's canonical JSON.
        content: SHA-256 (hex) of ``data``; stands on the page, so that a copy can be compared.
        sha256: SHA-256 (hex) of ``page``; what the register records.
    """

    page: bytes
    data: bytes
    content: str
    sha256: str


def render_report(view: ReportView, publication: Publication | None = None) -> Rendered:
    """The page of one report: complete in itself, without scripts, the same for the same input."""
    data = report_json(view)
    content = hashlib.sha256(data).hexdigest()
    counts = {
        severity.chinese: sum(1 for each in view.findings if each.finding.severity is severity)
        for severity in Severity
    }
    page = render(
        "reports/report.html.j2",
        view=view,
        publication=publication,
        content=content,
        counts=counts,
    )
    return Rendered(page, data, content, hashlib.sha256(page).hexdigest())


def render(template: str, **values: Any) -> bytes:
    """A page from one of the templates, UTF-8. Every value is escaped; a missing one is an error."""
    return environment().get_template(template).render(**values).encode()


def environment() -> Environment:
    """The templates, compiled once for each template folder."""
    return _environment(template_dir())


@cache
def _environment(folder: Path) -> Environment:
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters["fit"] = fit
    env.filters["chinese_date"] = chinese_date
    env.filters["grid_html"] = grid_html
    env.filters["xml_text"] = xml_text
    style = (folder / "reports" / "style.css").read_text(encoding="utf-8")
    env.globals["css"] = Markup(style)  # noqa: S704 - ours, goes into every page as it stands
    return env


def xml_text(text: str) -> str:
    """``text`` without the control characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def fit(text: str, width: int) -> str:
    """``text`` cut to ``width`` Chinese characters' room, with … where something was left out."""
    room = width * 2
    if len(text) <= width:
        return text
    for position, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WFA" else 1
        if room < 0:
            return text[: max(position - 1, 0)] + "…"
    return text
