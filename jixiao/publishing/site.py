"""The public site: static pages under addresses that never change."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from jixiao.errors import JixiaoError
from jixiao.policy import Pack
from jixiao.publishing import folder
from jixiao.publishing.content import Content
from jixiao.publishing.folder import Switched
from jixiao.publishing.register import Register, register_csv, register_json, register_xlsx
from jixiao.reports.files import JSON, report_files
from jixiao.reports.html import Publication, render
from jixiao.reports.mask import mask_mobiles
from jixiao.reports.model import ReportView

_CODE = re.compile(r"[0-9A-Za-z]{1,32}")

#: Reports the feed tells of: a reader's program asks for it every few minutes.
NEWS = 100

# The whole of the site's JavaScript: it shows the search box and hides rows that do not match.
SEARCH = """\
const box=document.querySelector('.search');
if(box){box.hidden=false;const input=box.querySelector('input'),out=box.querySelector('output');let rows;
const look=()=>{const words=input.value.trim().toLowerCase().split(/\\s+/);let n=0;
rows??=[...document.querySelectorAll('table.units tbody tr')].map(r=>[r,r.textContent.toLowerCase()]);
for(const [row,text] of rows){const gone=!words.every(w=>text.includes(w));
if(row.hidden!==gone)row.hidden=gone;if(!gone)n++}
out.textContent=input.value.trim()?`找到 ${n} 家`:''};
input.addEventListener('input',look);box.addEventListener('submit',e=>e.preventDefault());
if(input.value)look()}
"""


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What every page of the site says. ``base_url`` has no slash at its end."""

    title: str
    base_url: str
    bureau: str
    office: str
    phone: str


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One published report.

    Attributes:
        grade, claimed, computed: as printed on the year's page, ``""`` where there is none.
        revision: 1 for the first publication; a corrected report keeps its address.
        page, data: the report's page and JSON, as :func:`jixiao.reports.html.render_report`
            made them.
        sha256: SHA-256 (hex) of ``page``.
        files: Word file and PDF by name, as the pack's ``site.formats`` says.
    """

    unit_code: str
    unit_name: str
    grade: str
    claimed: str
    computed: str
    address: str
    revision: int
    published_on: date
    page: Content
    data: Content
    sha256: str
    files: Mapping[str, Content] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A report that was public and is no more; its address says so."""

    unit_code: str
    unit_name: str
    address: str
    withdrawn_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class SiteYear:
    """A year on the site: its published reports, in the order they are listed, and its register."""

    year: int
    entries: tuple[SiteEntry, ...]
    register: Register
    withdrawn: tuple[Withdrawn, ...] = ()


def site_info(pack: Pack) -> SiteInfo:
    """The site as the pack describes it."""
    site, bureau = pack.info.site, pack.info.bureau
    return SiteInfo(
        site.title, site.base_url, bureau.name, bureau.office, mask_mobiles(bureau.phone)
    )


def report_address(base_url: str, year: int, unit_code: str) -> str:
    """The permanent address of a unit's report.

    Raises:
        JixiaoError: the unit code cannot be part of an address.
    """
    return f"{base_url}/{_folder(year, unit_code)}/"


def _folder(year: int, unit_code: str) -> str:
    if not _CODE.fullmatch(unit_code):
        raise JixiaoError(
            f"单位代码“{unit_code}”不能用作网址，只能含数字和字母。请在 departments.yaml 里改正。"
        )
    return f"{year}/{unit_code}"


def site_entry(
    view: ReportView,
    site: SiteInfo,
    *,
    revision: int,
    published_on: date,
    formats: tuple[str, ...] = (),
) -> SiteEntry:
    """Render a report for the site.

    Args:
        formats: which of ``docx`` and ``pdf`` are offered beside the page.

    Raises:
        ValueError: the view was not made for the public.
    """
    if not view.public:
        raise ValueError("an internal report must not be published")
    address = report_address(site.base_url, view.year, view.unit_code)
    publication = Publication(address, revision, published_on, site.title)
    made = report_files(view, publication, day=published_on, formats=formats)
    totals = view.totals
    return SiteEntry(
        unit_code=view.unit_code,
        unit_name=view.unit_name,
        grade=totals.grade if totals is not None else "",
        claimed=(totals.printed or totals.claimed) if totals is not None else "",
        computed=totals.computed if totals is not None else "",
        address=address,
        revision=revision,
        published_on=published_on,
        page=made.page,
        data=made.others[JSON],
        sha256=made.sha256,
        files={name: data for name, data in made.others.items() if name != JSON},
    )


def build_site(
    out: Path,
    site: SiteInfo,
    years: Sequence[SiteYear],
    *,
    switch: Callable[[Path, Path], None] = folder.switch,
) -> Switched:
    """Build the whole site below ``out`` and switch to it; ``out/current`` is what is served.

    Every year that stays public must be given: the site is exactly what this call says. The same
    content is not written again (``changed`` is then ``False``).

    Args:
        switch: the step that makes the new version the current one.
    """
    return folder.put(out, site_files(site, years), switch=switch)


def site_files(site: SiteInfo, years: Sequence[SiteYear]) -> dict[str, Content]:
    """Every file of the site by its path; the same input gives the same bytes."""
    newest_first = sorted(years, key=lambda y: -y.year)
    script = base64.b64encode(hashlib.sha256(SEARCH.encode()).digest()).decode()
    shared = {"site": site, "years": newest_first, "script": SEARCH, "script_hash": script}
    entries = [entry for year in newest_first for entry in year.entries]
    latest = max((e.published_on for e in entries), default=None)
    updated = latest or date(min((y.year for y in years), default=1999) + 1, 1, 1)
    files: dict[str, Content] = {
        "index.html": render("site/index.html.j2", **shared, root=""),
        "404.html": render("site/404.html.j2", **shared, root=f"{site.base_url}/"),
        "sitemap.xml": render("site/sitemap.xml.j2", **shared, entries=entries),
        "feed.xml": render("site/feed.xml.j2", **shared, entries=_news(entries), updated=updated),
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {site.base_url}/sitemap.xml\n".encode(),
    }
    for year in newest_first:
        files |= _year_files(shared, year)
    return files


def _news(entries: Sequence[SiteEntry]) -> list[SiteEntry]:
    """What the feed tells of, the newest first."""
    return sorted(entries, key=lambda e: e.published_on, reverse=True)[:NEWS]


def _year_files(shared: dict[str, object], year: SiteYear) -> dict[str, Content]:
    page = render("site/year.html.j2", **shared, year=year, root="../")
    register = render("site/register.html.j2", **shared, register=year.register, root="../../")
    files: dict[str, Content] = {
        f"{year.year}/index.html": page,
        f"{year.year}/register/index.html": register,
        f"{year.year}/register/register.xlsx": register_xlsx(year.register),
        f"{year.year}/register/register.csv": register_csv(year.register),
        f"{year.year}/register/register.json": register_json(year.register),
    }
    for entry in year.entries:
        place = _folder(year.year, entry.unit_code)
        files[f"{place}/index.html"] = entry.page
        files[f"{place}/{JSON}"] = entry.data
        files |= {f"{place}/{name}": content for name, content in entry.files.items()}
    for gone in year.withdrawn:
        files[f"{_folder(year.year, gone.unit_code)}/index.html"] = render(
            "site/withdrawn.html.j2", **shared, year=year, gone=gone, root="../../"
        )
    return files
