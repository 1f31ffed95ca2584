"""The guide lies beside every workbook, and the cover and every notice lead to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from jixiao.installation.paths import docs_dir
from jixiao.policy import Bureau
from jixiao.store.tables import outbox
from jixiao.workbooks.guide import NAME, guide_page
from jixiao.year import Cycle, perform
from jixiao.year.deliver import with_guide
from tests.year.conftest import YEAR, Played


def cover_link(workbook: Path) -> str:
    cover = load_workbook(workbook)["封面"]
    row = next(c.row for c in cover["A"] if c.value == "填报指南")
    target: str = cover.cell(row, 2).hyperlink.target
    return unquote(target)


def test_every_workbook_that_went_out_leads_to_the_guide_beside_it(year: Played) -> None:
    folder = year.settings.deliveries
    books = [p for p in folder.rglob("*.xlsx") if "退回" not in p.name]
    assert len(books) >= 12
    for book in books:
        guide = book.parent / cover_link(book)
        assert guide.is_file(), book
        assert b"<h1>" in guide.read_bytes()


def test_every_notice_to_a_department_leads_to_the_guide(year: Played) -> None:
    units = {d.code for d in year.cycle().pack.roster.departments}
    with year.cycle().store.read() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.recipient, outbox.c.body)).all()
    told = [r for r in rows if r.recipient in units]
    assert {r.kind for r in told} >= {
        "targets_opened",
        "targets_approved",
        "issued",
        "receipt",
        "returned",
        "accepted",
        "published",
        "submit_reminder",
    }
    for row in told:
        (link,) = re.findall(r"^填报指南：(.*)$", row.body, re.M)
        assert Path(link).is_file(), row.kind
        assert f"/{row.recipient}/" in link


def test_the_page_needs_nothing_beside_it() -> None:
    page = guide_page(2023, Bureau(name="某<县>财政局", phone="0000-1")).decode()
    sources = re.findall(r'<img src="([^"]*)"', page)
    pictures = re.findall(r"!\[", (docs_dir() / "department-guide.md").read_text(encoding="utf-8"))
    assert len(sources) == len(pictures) > 0
    assert all(s.startswith("data:image/png;base64,iVBOR") for s in sources)
    assert not re.search(r'(?:href|src)="(?!data:)', page)
    assert "某&lt;县&gt;财政局" in page


@pytest.fixture
def opening(fresh: Callable[[date], Cycle]) -> Cycle:
    return fresh(date(2022, 12, 1))


def test_the_bureaus_own_address_comes_first(opening: Cycle) -> None:
    info = opening.pack.info
    bureau = info.bureau.model_copy(update={"guide_url": "https://cz.example/zn"})
    cycle = replace(
        opening, pack=replace(opening.pack, info=info.model_copy(update={"bureau": bureau}))
    )
    perform(cycle, "targets")
    assert {cover_link(p) for p in cycle.settings.deliveries.rglob("*.xlsx")} == {
        "https://cz.example/zn"
    }
    with cycle.store.read() as connection:
        bodies = connection.execute(
            select(outbox.c.body).where(outbox.c.kind == "targets_opened")
        ).scalars()
        assert all("填报指南：https://cz.example/zn" in body for body in bodies)


def test_where_folders_are_served_the_cover_has_the_whole_address(opening: Cycle) -> None:
    served = replace(
        opening, settings=replace(opening.settings, deliver_url="https://jx.example/files")
    )
    url = with_guide(served).info.bureau.guide_url
    assert unquote(url) == f"https://jx.example/files/{YEAR}/{NAME}"
    perform(served, "targets")
    assert (served.settings.deliveries / str(YEAR) / NAME).is_file()
