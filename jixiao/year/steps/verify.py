"""核验: fetch every public address and compare unit, year and content; keep what was found."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from jixiao.installation.delivery import Folder
from jixiao.notices import BUREAU
from jixiao.policy import Stage
from jixiao.publishing.verify import (
    Fetcher,
    VerifyResult,
    VerifyState,
    folder_fetcher,
    http_fetcher,
    verify,
)
from jixiao.store.publications import (
    PublicationRecord,
    VerificationRecord,
    publication_records,
    put_verification,
    set_publication_state,
    verification_records,
)
from jixiao.year.base import Cycle, Done, Item
from jixiao.year.notify import queue_notice

#: An address found in order is looked at again after this long, another one sooner.
AGAIN = timedelta(days=30)
SOONER = timedelta(days=7)
_OWN = "/own"


class Verify:
    """Look at what was published, on the bureau's site and where departments publish themselves."""

    id = "verify"
    title = "核验公开网址"

    def due(self, cycle: Cycle) -> list[Item]:
        with cycle.store.read() as connection:
            records = publication_records(connection, cycle.year)
            looks = _last_looks(verification_records(connection, cycle.year))
        items = []
        for record in records.values():
            if record.state in ("prepared", "withdrawn"):
                continue
            name = record.listing["unit_name"]
            if record.state == "published" or _due(looks, record, record.address, cycle.day):
                items.append(Item(record.unit, name, record.sha256))
            own = _own_address(cycle, record)
            if own and _due(looks, record, own, cycle.day):
                items.append(Item(f"{record.unit}{_OWN}", f"{name}（单位网站）", record.sha256))
        return items

    def do(self, cycle: Cycle, item: Item) -> Done:
        own = item.id.endswith(_OWN)
        with cycle.store.read() as connection:
            unit = item.id.removesuffix(_OWN)
            record = publication_records(connection, cycle.year, unit)[unit]
            looks = _last_looks(verification_records(connection, cycle.year, unit))
        address = _own_address(cycle, record) if own else record.address
        result = verify(
            _fetcher(cycle, own=own),
            address,
            unit=record.unit,
            year=cycle.year,
            sha256=record.sha256,
            content=record.content,
            name=record.listing["unit_name"] if own else "",
        )
        last = looks.get((record.unit, record.revision, address))
        with cycle.store.begin() as connection:
            new = put_verification(
                connection,
                record.id,
                address=address,
                own=own,
                state=result.state.value,
                detail=result.detail,
                sha256=result.sha256,
                day=cycle.day,
            )
            if not own:
                set_publication_state(
                    connection,
                    record.id,
                    result.state.value,
                    detail=result.detail,
                    verified_on=cycle.day,
                )
            if new:
                cycle.log(
                    connection,
                    "verified",
                    record.unit,
                    address=address,
                    own=own,
                    state=result.state.value,
                    detail=result.detail,
                )
            # The same news is not told twice.
            if last is None or last.state != result.state.value:
                _tell(cycle, connection, record, address, result, own=own)
        return Done(item.id, item.name, result.detail, address)


def _fetcher(cycle: Cycle, *, own: bool) -> Fetcher:
    """How an address is looked at: over the net where it is served, else what is laid there."""
    site, settings = cycle.pack.info.site, cycle.settings
    if own:
        return http_fetcher(hosts=site.own_hosts)
    if site.fetch_public:
        return http_fetcher(hosts=(urlsplit(site.base_url).hostname or "",))
    where = settings.publish_to or str(settings.site / "current")
    return folder_fetcher(Folder(where), site.base_url)


_Looks = dict[tuple[str, int, str], VerificationRecord]


def _last_looks(records: list[VerificationRecord]) -> _Looks:
    """The newest look at every address, by unit, revision and address."""
    return {(r.unit, r.revision, r.address): r for r in records}


def _due(looks: _Looks, record: PublicationRecord, address: str, day: date) -> bool:
    last = looks.get((record.unit, record.revision, address))
    if last is None:
        return True
    pause = AGAIN if last.state == VerifyState.VERIFIED else SOONER
    return day - last.checked_on >= pause


def _own_address(cycle: Cycle, record: PublicationRecord) -> str:
    """The address on its own website that the department filed, ``""`` where none is looked at."""
    site = cycle.pack.info.site
    own = record.listing.get("own", "")
    if not site.verify_own or not own or own.startswith(f"{site.base_url}/"):
        return ""
    return own


def _tell(
    cycle: Cycle,
    connection: Connection,
    record: PublicationRecord,
    address: str,
    result: VerifyResult,
    *,
    own: bool,
) -> None:
    if result.state is VerifyState.VERIFIED:
        return
    department = cycle.department(record.unit)
    queue_notice(
        cycle,
        connection,
        BUREAU,
        Stage.PUBLISH,
        "address_broken",
        subject=record.sha256,
        department=department,
        address=address,
        detail=result.detail,
    )
    if own:
        queue_notice(
            cycle,
            connection,
            department,
            Stage.PUBLISH,
            "own_address",
            subject=record.sha256,
            address=address,
            detail=result.detail,
        )


_STATES = {
    VerifyState.VERIFIED: "正常",
    VerifyState.MOVED: "已转移",
    VerifyState.BROKEN: "打不开",
    VerifyState.CHANGED: "内容被改动",
    VerifyState.WRONG_UNIT: "不是本单位或本年度",
}


def history(cycle: Cycle) -> list[dict[str, str]]:
    """Every look at the year's addresses as rows with Chinese column names, oldest first."""
    with cycle.store.read() as connection:
        records = verification_records(connection, cycle.year)
    return [
        {
            "年度": str(cycle.year),
            "单位代码": r.unit,
            "版次": str(r.revision),
            "网站": "单位" if r.own else "财政",
            "网址": r.address,
            "日期": str(r.checked_on),
            "结果": _STATES[VerifyState(r.state)],
            "说明": r.detail,
        }
        for r in records
    ]
