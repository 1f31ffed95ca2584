from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.policy import Pack
from jixiao.policy.pack import load_pack
from jixiao.publishing.register import RegisterRow, make_register
from jixiao.publishing.site import SiteEntry, SiteInfo, SiteYear, site_entry, site_info
from jixiao.reports.model import ReportView
from jixiao.reports.view import report_view

DAY = date(2024, 10, 15)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(pack_dir(2023))


@pytest.fixture(scope="session")
def site(pack: Pack) -> SiteInfo:
    return replace(site_info(pack), base_url="http://site.example/jx")


@pytest.fixture(scope="session")
def views(pack: Pack) -> list[ReportView]:
    found = []
    for name in ("jiangyong-2.yaml", "yunling-1.yaml"):
        submission = load_filing(demo_dir() / "filings" / name, pack.forms)
        department = pack.department(submission.unit_code)
        evaluation = evaluate(pack, submission, department=department)
        found.append(report_view(pack, evaluation, department=department, public=True))
    return found


@pytest.fixture(scope="session")
def entries(views: list[ReportView], site: SiteInfo) -> list[SiteEntry]:
    return [site_entry(view, site, revision=1, published_on=DAY) for view in views]


@pytest.fixture(scope="session")
def rows(entries: list[SiteEntry]) -> list[RegisterRow]:
    published = [
        RegisterRow(
            e.unit_code,
            e.unit_name,
            True,
            "",
            e.address,
            "王小明",
            "13912345678",
            e.sha256,
            e.published_on,
            date(2024, 10, 16),
        )
        for e in entries
    ]
    return [
        *published,
        RegisterRow("12431199MB9903038L", "没有报送的单位", False, "未报送自评材料"),
    ]


@pytest.fixture(scope="session")
def year(pack: Pack, entries: list[SiteEntry], rows: list[RegisterRow]) -> SiteYear:
    return SiteYear(2023, tuple(entries), make_register(pack, rows))
