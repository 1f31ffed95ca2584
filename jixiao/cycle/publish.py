"""公开: prepare each report, show them all at once, and check what the addresses answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from jixiao.cycle.base import (
    Cycle,
    Done,
    Item,
    content_hash,
    open_cycle,
    write_file,
    years_with_packs,
)
from jixiao.cycle.evaluate import evaluate_filing
from jixiao.cycle.render import templates_hash
from jixiao.cycle.status import Standing, State, standings
from jixiao.cycle.tell import BUREAU, tell
from jixiao.policy import Stage
from jixiao.publishing.register import RegisterRow, make_register
from jixiao.publishing.site import SiteEntry, SiteYear, build_site, site_entry, site_info
from jixiao.publishing.verify import VerifyState, local_fetcher, verify
from jixiao.reports.view import report_view
from jixiao.store.filings import evaluation_records, filing_record, filing_records
from jixiao.store.publications import (
    PublicationRecord,
    last_site_key,
    publication_records,
    put_publication,
    put_site_build,
    set_publication_state,
)
from jixiao.submission import Submission

#: An address found in order is looked at again after this long.
VERIFY_AGAIN = timedelta(days=30)


class Publish:
    """Render the public report of every accepted filing that is not published yet."""

    id = "publish"
    title = "准备公开报告"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.day < cycle.pack.calendar.window(Stage.PUBLISH).opens:
            return []
        with cycle.store.read() as connection:
            evaluations = evaluation_records(connection, cycle.year)
            published = publication_records(connection, cycle.year)
            filings = filing_records(connection, cycle.year)
        items = []
        for filing in filings:
            department = cycle.pack.department(filing.unit)
            evaluation = evaluations.get(filing.id)
            if filing.status != "accepted" or department is None or evaluation is None:
                continue
            key = content_hash("publication", evaluation.key)
            last = published.get(filing.unit)
            if last is None or last.key != key:
                items.append(Item(str(filing.id), department.name, key))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            filing = filing_record(connection, int(item.id))
            last = publication_records(connection, cycle.year).get(filing.unit)
        department = cycle.department(filing.unit)
        evaluation = evaluate_filing(cycle, filing)
        view = report_view(
            cycle.pack, evaluation, department=department, public=True,
            filed_on=filing.received_on,
        )  # fmt: skip
        revision = last.revision + 1 if last else 1
        entry = site_entry(view, site_info(cycle.pack), revision=revision, published_on=cycle.day)
        folder = f"{cycle.year}/{filing.unit}/公开第{revision}版"
        write_file(cycle.settings.reports / folder / "index.html", entry.page)
        content = write_file(cycle.settings.reports / folder / "report.json", entry.data)
        with cycle.store.begin() as connection:
            if put_publication(
                connection, cycle.year, filing.unit, filing_id=filing.id, revision=revision,
                key=item.key, address=entry.address, path=folder, sha256=entry.sha256,
                content=content, day=cycle.day,
                listing={
                    "unit_name": entry.unit_name, "grade": entry.grade,
                    "claimed": entry.claimed, "computed": entry.computed,
                    "remark": _remark(cycle, evaluation.submission),
                },
            ):  # fmt: skip
                cycle.log(
                    connection, "publication_prepared", filing.unit,
                    receipt=filing.receipt, revision=revision, sha256=entry.sha256,
                )  # fmt: skip
        return Done(item.id, item.name, f"公开报告第 {revision} 版已备好", entry.address)


class Site:
    """Show all prepared reports and the register in one step."""

    id = "site"
    title = "更新公开网站和网址统计表"

    def due(self, cycle: Cycle) -> list[Item]:
        if cycle.day < cycle.pack.calendar.window(Stage.PUBLISH).opens:
            return []
        key = _site_key(cycle)
        with cycle.store.read() as connection:
            if last_site_key(connection) == key:
                return []
        return [Item("site", "公开网站", key)]

    def do(self, cycle: Cycle, item: Item) -> Done:
        years = [_site_year(each) for each in _public_years(cycle)]
        built = build_site(cycle.settings.site, site_info(cycle.pack), years)
        with cycle.store.begin() as connection:
            put_site_build(connection, key=item.key, version=built.version, day=cycle.day)
            if built.changed:
                cycle.log(connection, "site_switched", version=built.version)
            for record in publication_records(connection, cycle.year).values():
                if record.state == "prepared":
                    _announce(cycle, connection, record)
        return Done(item.id, item.name, "公开网站已更新", str(built.root / "index.html"))


def _site_key(cycle: Cycle) -> str:
    """Hash of everything the site shows."""
    parts = [templates_hash("site")]
    for each in _public_years(cycle):
        parts.append(each.pack.info.model_dump_json())
        parts += [repr(row) for row in _register_rows(each)]
        with each.store.read() as connection:
            parts += [
                f"{r.unit} {r.revision} {r.sha256}"
                for r in publication_records(connection, each.year).values()
            ]
    return content_hash(*parts)


def _public_years(cycle: Cycle) -> list[Cycle]:
    """This year and every other one that has something published: the site shows them all."""
    years = []
    for year in years_with_packs():
        each = (
            cycle
            if year == cycle.year
            else open_cycle(year, cycle.day, settings=cycle.settings, actor=cycle.actor)
        )
        with each.store.read() as connection:
            if year == cycle.year or publication_records(connection, year):
                years.append(each)
    return years


def _site_year(cycle: Cycle) -> SiteYear:
    with cycle.store.read() as connection:
        records = publication_records(connection, cycle.year)
    entries = [
        _entry(cycle, records[d.code]) for d in cycle.pack.roster.departments if d.code in records
    ]
    return SiteYear(cycle.year, tuple(entries), make_register(cycle.pack, _register_rows(cycle)))


def _entry(cycle: Cycle, record: PublicationRecord) -> SiteEntry:
    folder = cycle.settings.reports / record.path
    return SiteEntry(
        unit_code=record.unit,
        unit_name=record.listing["unit_name"],
        grade=record.listing["grade"],
        claimed=record.listing["claimed"],
        computed=record.listing["computed"],
        address=record.address,
        revision=record.revision,
        published_on=record.published_on,
        page=(folder / "index.html").read_bytes(),
        data=(folder / "report.json").read_bytes(),
        sha256=record.sha256,
    )


def _register_rows(cycle: Cycle) -> list[RegisterRow]:
    return [_register_row(cycle, standing) for standing in standings(cycle)]


def _register_row(cycle: Cycle, standing: Standing) -> RegisterRow:
    """A department's row: where its report is, or why it has none."""
    department, record = standing.department, standing.publication
    if record is None:
        return RegisterRow(
            department.code, department.name, public=False, reason=_why_not(standing),
            contact=department.contact, phone=department.phone,
        )  # fmt: skip
    return RegisterRow(
        department.code,
        department.name,
        public=True,
        reason=record.listing["remark"],
        address=record.address,
        contact=department.contact,
        phone=department.phone,
        sha256=record.sha256,
        published_on=record.published_on,
        verified_on=record.verified_on,
    )


def _why_not(standing: Standing) -> str:
    if standing.state.number <= State.ISSUED.number:
        return "未报送自评材料"
    return {State.RETURNED: "已退回修改，尚未重新报送"}.get(standing.state, "审核中")


def _remark(cycle: Cycle, submission: Submission) -> str:
    """The department's own remark from its register row, where it wrote one."""
    for data in submission.forms:
        for section in cycle.pack.forms[data.form].tables():
            if section.role == "register":
                cell = data.get(f"{section.id}.{section.rows[0].id}.remark")
                return "" if cell.blank else cell.text
    return ""


def _announce(cycle: Cycle, connection: Connection, record: PublicationRecord) -> None:
    department = cycle.department(record.unit)
    set_publication_state(connection, record.id, "published")
    cycle.log(
        connection, "published", record.unit,
        address=record.address, revision=record.revision, sha256=record.sha256,
    )  # fmt: skip
    tell(
        cycle, connection, department, Stage.PUBLISH, "published",
        subject=record.sha256, address=record.address,
    )  # fmt: skip


class Verify:
    """Fetch what was published and compare unit, year and content."""

    id = "verify"
    title = "核验公开网址"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            records = publication_records(connection, cycle.year)
        return [
            Item(r.unit, r.listing["unit_name"], r.sha256)
            for r in records.values()
            if r.state == "published"
            or (
                r.state != "prepared"
                and r.verified_on is not None
                and cycle.day - r.verified_on >= VERIFY_AGAIN
            )
        ]

    def do(self, cycle: Cycle, item: Item) -> Done:
        with cycle.store.read() as connection:
            record = publication_records(connection, cycle.year)[item.id]
        fetch = local_fetcher(cycle.settings.site / "current", cycle.pack.info.site.base_url)
        result = verify(
            fetch, record.address, unit=record.unit, year=cycle.year, sha256=record.sha256,
            content=record.content,
        )  # fmt: skip
        with cycle.store.begin() as connection:
            set_publication_state(
                connection, record.id, result.state.value, detail=result.detail,
                verified_on=cycle.day,
            )  # fmt: skip
            cycle.log(
                connection, "verified", record.unit,
                address=record.address, state=result.state.value, detail=result.detail,
            )  # fmt: skip
            if result.state is not VerifyState.VERIFIED:
                tell(
                    cycle, connection, BUREAU, Stage.PUBLISH, "address_broken",
                    subject=record.sha256, department=cycle.department(record.unit),
                    address=record.address, detail=result.detail,
                )  # fmt: skip
        return Done(item.id, item.name, result.detail, record.address)
