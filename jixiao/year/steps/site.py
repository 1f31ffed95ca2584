"""公开网站: show all prepared reports and the register in one step, here and where it is served."""

from __future__ import annotations

from sqlalchemy import Connection

from jixiao.policy import Stage
from jixiao.publishing.content import Kept
from jixiao.publishing.register import RegisterRow, make_register
from jixiao.publishing.site import (
    SiteEntry,
    SiteYear,
    Withdrawn,
    build_site,
    site_files,
    site_info,
)
from jixiao.publishing.target import mirror
from jixiao.reports.files import JSON, PDF, WORD
from jixiao.store.publications import (
    PublicationRecord,
    is_public,
    last_site_key,
    last_site_version,
    publication_records,
    put_site_build,
    set_publication_state,
)
from jixiao.year.base import Cycle, Done, Item, content_hash, open_cycle, years_with_packs
from jixiao.year.notify import queue_notice
from jixiao.year.queries.status import Standing, State, each_standing
from jixiao.year.steps.publish import PAGE


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
        return [Item("site", "公开网站", key, about=len(cycle.pack.roster.departments))]

    def do(self, cycle: Cycle, item: Item) -> Done:
        # Of two at once the slower would put an older site in the place of a newer one.
        with cycle.store.alone("site"):
            return self._build(cycle, item)

    def _build(self, cycle: Cycle, item: Item) -> Done:
        key = _site_key(cycle)
        info = site_info(cycle.pack)
        with cycle.store.read() as connection:
            if last_site_key(connection) == key:
                root = cycle.settings.site / "current"
                return Done(item.id, item.name, "公开网站先前已更新", str(root / "index.html"))
            # What another prepares from here on may not be on this site: the next one tells it.
            shown = {r.id for r in publication_records(connection, cycle.year).values()}
        years = [_site_year(each) for each in _public_years(cycle)]
        built = build_site(cycle.settings.site, info, years)
        target = cycle.settings.publish_to
        if target:
            mirror(site_files(info, years), target)
        with cycle.store.begin() as connection:
            # A power cut right after the switch left it in place and unrecorded.
            unrecorded = last_site_version(connection) != built.version
            put_site_build(connection, key=key, version=built.version, day=cycle.day)
            if built.changed or unrecorded:
                cycle.log(connection, "site_switched", version=built.version)
            for record in publication_records(connection, cycle.year).values():
                if record.state == "prepared" and record.id in shown:
                    _announce(cycle, connection, record)
        return Done(item.id, item.name, "公开网站已更新", str(built.root / "index.html"))


def _site_key(cycle: Cycle) -> str:
    """Hash of everything the site shows and of where it is sent."""
    parts = [
        cycle.program.templates("site"),
        cycle.program.templates("reports"),
        cycle.settings.publish_to,
    ]
    for each in _public_years(cycle):
        parts.append(each.pack.info.model_dump_json())
        for standing in each_standing(each):
            parts.append(repr(_register_row(standing)))
            record = standing.publication
            if record is not None:
                withdrawn = record.state == "withdrawn"
                parts.append(f"{record.unit} {record.revision} {record.sha256} {withdrawn}")
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
            if year == cycle.year or is_public(connection, year):
                years.append(each)
    return years


def _site_year(cycle: Cycle) -> SiteYear:
    entries, withdrawn, rows = [], [], []
    for standing in each_standing(cycle):
        rows.append(_register_row(standing))
        record = standing.publication
        if record is not None and record.state == "withdrawn":
            withdrawn.append(_withdrawn(record))
        elif record is not None:
            entries.append(_entry(cycle, record))
    register = make_register(cycle.pack, rows)
    return SiteYear(cycle.year, tuple(entries), register, tuple(withdrawn))


def _entry(cycle: Cycle, record: PublicationRecord) -> SiteEntry:
    reports = cycle.settings.reports_folder
    offered = cycle.pack.info.site.formats

    def kept(name: str, sha256: str) -> Kept:
        return Kept(reports, f"{record.path}/{name}", sha256)

    return SiteEntry(
        unit_code=record.unit,
        unit_name=record.listing["unit_name"],
        grade=record.listing["grade"],
        claimed=record.listing["claimed"],
        computed=record.listing["computed"],
        address=record.address,
        revision=record.revision,
        published_on=record.published_on,
        page=kept(PAGE, record.sha256),
        data=kept(JSON, record.content),
        sha256=record.sha256,
        files={
            name: kept(name, record.files[name])
            for format, name in (("docx", WORD), ("pdf", PDF))
            if format in offered and name in record.files
        },
    )


def _withdrawn(record: PublicationRecord) -> Withdrawn:
    return Withdrawn(
        record.unit,
        record.listing["unit_name"],
        record.address,
        record.verified_on or record.published_on,
        record.detail or "",
    )


def _register_row(standing: Standing) -> RegisterRow:
    """A department's row: where its report is, or why it has none."""
    department, record = standing.department, standing.publication
    if record is None or record.state == "withdrawn":
        reason = _why_not(standing) if record is None else f"已撤回：{record.detail}"
        return RegisterRow(
            department.code,
            department.name,
            public=False,
            reason=reason,
            address=record.address if record is not None else "",
            contact=department.contact,
            phone=department.phone,
        )
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


def _announce(cycle: Cycle, connection: Connection, record: PublicationRecord) -> None:
    department = cycle.department(record.unit)
    set_publication_state(connection, record.id, "published")
    cycle.log(
        connection,
        "published",
        record.unit,
        address=record.address,
        revision=record.revision,
        sha256=record.sha256,
    )
    queue_notice(
        cycle,
        connection,
        department,
        Stage.PUBLISH,
        "published",
        subject=record.sha256,
        address=record.address,
    )
