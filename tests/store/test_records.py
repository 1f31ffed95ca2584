"""What the year writes down: putting twice is harmless, the newest counts, nothing gets lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from jixiao.errors import JixiaoError
from jixiao.model.submission import Submission
from jixiao.model.targets import FormTargets, TargetRow, TargetSet
from jixiao.store import Store
from jixiao.store.filings import (
    FilingRecord,
    delivery_records,
    evaluation_content,
    evaluation_records,
    filed,
    filing_record,
    filing_records,
    put_delivery,
    put_evaluation,
    put_filing,
    set_filing_status,
)
from jixiao.store.publications import (
    last_site_key,
    publication_records,
    put_publication,
    put_rendering,
    put_site_build,
    rendering_records,
    set_publication_state,
)
from jixiao.store.store import history, log
from jixiao.store.tables import Time
from jixiao.store.targets import (
    decide_targets,
    issued_records,
    put_issued,
    put_targets,
    target_records,
    target_set,
)

File = Callable[..., FilingRecord]
OTHER = "12431199MB99020279"


def targets(unit: str, target: str = "10家") -> TargetSet:
    row = TargetRow("产出指标", "数量指标", "入统企业数", target, "10")
    return TargetSet(2023, unit, (FormTargets("附件2", None, "完成年度任务", "10", (row,)),))


def test_targets(database: Store, unit: str, day: date) -> None:
    with database.begin() as connection:
        first = put_targets(
            connection, targets(unit), source="a.xlsx", problems=["少一项"], day=day
        )
        again = put_targets(connection, targets(unit), source="b.xlsx", problems=[], day=day)
        second = put_targets(
            connection, targets(unit, "12家"), source="c.xlsx", problems=[], day=day
        )
        put_targets(connection, targets(OTHER), source="d.xlsx", problems=[], day=day)
    assert first is not None
    assert again is None
    assert second is not None
    with database.begin() as connection:
        decide_targets(connection, first, status="returned", officer="甲", reason="偏低", day=day)
        decide_targets(connection, second, status="approved", officer="乙", reason="", day=day)
    with database.read() as connection:
        records = target_records(connection, 2023, unit)
        assert len(target_records(connection, 2023)) == 3
        assert target_records(connection, 2022) == []
        assert target_set(connection, second) == targets(unit, "12家")
    assert [r.id for r in records] == [first, second]
    assert [r.status for r in records] == ["returned", "approved"]
    assert records[0].problems == ("少一项",)
    assert (records[0].decided_by, records[0].reason) == ("甲", "偏低")
    assert records[0].decided_on == records[0].received_on == day
    assert records[1].hash == targets(unit, "12家").hash


def test_issued(database: Store, unit: str, day: date) -> None:
    given = {"unit": unit, "kind": "targets", "sha256": "s", "path": "a.xlsx", "day": day}
    with database.begin() as connection:
        assert put_issued(connection, 2023, key="one", **given)
        assert not put_issued(connection, 2023, key="one", **given)
        assert put_issued(connection, 2023, key="two", **given)
        assert put_issued(connection, 2022, key="one", **given)
    with database.read() as connection:
        records = issued_records(connection, 2023)
    assert [r.key for r in records] == ["one", "two"]
    assert (records[0].unit, records[0].issued_on) == (unit, day)


def test_deliveries(database: Store, day: date) -> None:
    given = {"name": "a.xlsx", "size": 5, "kept_as": "aa/bb", "day": day, "outcome": "refused"}
    with database.begin() as connection:
        assert put_delivery(connection, 2023, sha256="one", reason_code="x", reason="坏", **given)
        assert put_delivery(connection, 2023, sha256="one", **given) is None
        assert put_delivery(connection, 2023, sha256="two", **given)
    with database.read() as connection:
        records = delivery_records(connection, 2023)
    assert [r.sha256 for r in records] == ["one", "two"]
    assert (records[0].unit, records[0].reason_code, records[0].reason) == (None, "x", "坏")
    assert records[0].received_on == day


def test_filings_are_numbered_within_a_departments_year(
    database: Store, file: File, unit: str
) -> None:
    with database.begin() as connection:
        one, two = file(connection, "one"), file(connection, "two")
        other = file(connection, "three", unit=OTHER)
        earlier = file(connection, "four", year=2022)
    assert [f.number for f in (one, two, other, earlier)] == [1, 2, 1, 1]
    assert one.receipt == f"2023-{unit}-01"
    assert len({f.receipt for f in (one, two, other, earlier)}) == 4
    with database.read() as connection:
        assert filing_records(connection, 2023, unit) == [one, two]
        assert filing_records(connection, 2023) == [one, two, other]
        assert filed(connection, two.id).unit_name == "two"


def test_the_same_content_is_filed_once(database: Store, file: File, unit: str, day: date) -> None:
    with database.begin() as connection:
        one = file(connection, "one")
        again = put_filing(
            connection,
            2023,
            unit,
            delivery_id=one.delivery_id,
            sha256="one",
            day=day,
            late=True,
            submission=Submission(2023, unit, "again"),
        )
        assert again is None
        assert file(connection, "two").number == 2  # the refused one took no number
    with database.read() as connection:
        assert filed(connection, one.id).unit_name == "one"


def test_what_a_newer_program_kept_is_said_so(database: Store, file: File) -> None:
    with database.begin() as connection:
        one = file(connection, "one")
        connection.execute(text("UPDATE filings SET format = 9"))
    with database.read() as connection, pytest.raises(JixiaoError, match=r"格式 9.*请先升级程序"):
        filed(connection, one.id)


def test_a_receipt_is_given_once(database: Store, file: File) -> None:
    with database.begin() as connection:
        one = file(connection, "one")
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO filings (year, unit, number, receipt, delivery_id, sha256,"
                " received_on, received_at, late, content, status) SELECT year, unit, 9, receipt,"
                " delivery_id, 'other', received_on, received_at, late, content, status FROM filings WHERE id = :id"
            ),
            {"id": one.id},
        )


def test_a_filing_needs_its_delivery(database: Store, unit: str, day: date) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        put_filing(
            connection,
            2023,
            unit,
            delivery_id=99,
            sha256="x",
            day=day,
            late=False,
            submission=Submission(2023, unit, "x"),
        )


def test_status_moves_and_nothing_else_does(database: Store, file: File) -> None:
    with database.begin() as connection:
        one, two = file(connection, "one"), file(connection, "two")
        set_filing_status(connection, one.id, "superseded")
        set_filing_status(connection, two.id, "accepted")
    with database.read() as connection:
        records = filing_records(connection, 2023)
        assert filing_record(connection, one.id) == records[0]
    assert [r.status for r in records] == ["superseded", "accepted"]
    assert (records[0].receipt, records[0].sha256) == (one.receipt, one.sha256)


def test_what_fails_half_way_leaves_nothing(database: Store, file: File) -> None:
    def interrupted() -> None:
        with database.begin() as connection:
            file(connection, "one")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    with database.read() as connection:
        assert filing_records(connection, 2023) == []
        assert delivery_records(connection, 2023) == []


def test_the_newest_evaluation_counts(database: Store, file: File, day: date) -> None:
    with database.begin() as connection:
        filed = file(connection, "one")
        given = {"day": day, "warnings": 2, "advice": 3, "annotated": None}
        first = put_evaluation(
            connection,
            filed.id,
            key="a",
            content=b"1",
            errors=1,
            total="85.50",
            grade="良",
            **given,
        )
        assert first is not None
        assert (
            put_evaluation(
                connection,
                filed.id,
                key="a",
                content=b"2",
                errors=9,
                total=None,
                grade=None,
                **given,
            )
            is None
        )
        assert evaluation_records(connection, 2023)[filed.id].errors == 1
        second = put_evaluation(
            connection, filed.id, key="b", content=b"3", errors=0, total=None, grade=None, **given
        )
    with database.read() as connection:
        newest = evaluation_records(connection, 2023)
        assert evaluation_records(connection, 2022) == {}
        assert evaluation_content(connection, first) == b"1"
    assert list(newest) == [filed.id]
    assert newest[filed.id].id == second
    assert (newest[filed.id].total, newest[filed.id].warnings) == (None, 2)


def test_the_newest_rendering_counts(database: Store, file: File, day: date) -> None:
    with database.begin() as connection:
        filed = file(connection, "one")
        assert put_rendering(connection, filed.id, key="a", path="a.html", sha256="x", day=day)
        assert not put_rendering(connection, filed.id, key="a", path="b.html", sha256="y", day=day)
        assert put_rendering(connection, filed.id, key="b", path="c.html", sha256="z", day=day)
    with database.read() as connection:
        records = rendering_records(connection, 2023)
    assert {id: r.path for id, r in records.items()} == {filed.id: "c.html"}


def test_publications_keep_every_revision_and_show_the_newest(
    database: Store, file: File, unit: str, day: date
) -> None:
    with database.begin() as connection:
        filed = file(connection, "one")
        given = {
            "filing_id": filed.id,
            "address": "http://jixiao.example/2023/x/",
            "path": "2023/x",
            "sha256": "p",
            "content": "c",
            "files": {"报告.pdf": "f"},
            "listing": {"grade": "优"},
            "day": day,
        }
        # Written down out of order: the number of the revision says which is newest.
        assert put_publication(connection, 2023, unit, revision=2, key="b", **given)
        assert put_publication(connection, 2023, unit, revision=1, key="a", **given)
        assert not put_publication(connection, 2023, unit, revision=2, key="b", **given)
    with database.read() as connection:
        newest = publication_records(connection, 2023)[unit]
    assert (newest.revision, newest.state, newest.listing) == (2, "prepared", {"grade": "优"})
    assert newest.files == {"报告.pdf": "f"}
    assert newest.verified_on is None
    with database.begin() as connection:
        set_publication_state(connection, newest.id, "verified", verified_on=day)
        set_publication_state(connection, newest.id, "broken", detail="404")
    with database.read() as connection:
        after = publication_records(connection, 2023)[unit]
    # A later failure does not take away when the page was last seen to be right.
    assert (after.state, after.detail, after.verified_on) == ("broken", "404", day)


def test_the_last_site_build_counts(database: Store, day: date) -> None:
    with database.begin() as connection:
        assert last_site_key(connection) is None
        for key in ("a", "b", "a"):
            put_site_build(connection, key=key, version=f"v-{key}", day=day)
        assert last_site_key(connection) == "a"


def test_events_come_back_as_written(database: Store, unit: str, day: date) -> None:
    with database.begin() as connection:
        log(connection, year=2023, as_of=day, actor="系统", what="filed", unit=unit, receipt="收据")
        log(connection, year=2023, as_of=day, actor="甲", what="ran")
        log(connection, year=2022, as_of=day, actor="甲", what="ran")
    with database.read() as connection:
        both = history(connection, 2023)
        of_unit = history(connection, 2023, unit)
    assert [e.what for e in both] == ["filed", "ran"]
    assert of_unit == both[:1]
    assert both[0].detail == {"receipt": "收据"}
    assert (both[0].as_of, both[1].unit) == (day, None)
    assert abs(datetime.now(UTC) - both[0].at) < timedelta(minutes=1)


@pytest.mark.parametrize("statement", ["UPDATE events SET actor = '乙'", "DELETE FROM events"])
def test_events_are_only_ever_added(database: Store, day: date, statement: str) -> None:
    with database.begin() as connection:
        log(connection, year=2023, as_of=day, actor="甲", what="ran")
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
        connection.execute(text(statement))
    with database.read() as connection:
        assert [e.actor for e in history(connection, 2023)] == ["甲"]


@pytest.mark.parametrize("hours", [-9, 0, 8])
def test_times_are_kept_as_utc(database: Store, hours: int) -> None:
    moments = Table(
        "moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Time)
    )
    moments.create(database.engine)
    moment = datetime(2024, 4, 30, 23, 59, 58, 123456, timezone(timedelta(hours=hours)))
    with database.begin() as connection:
        connection.execute(moments.insert(), [{"at": moment}, {"at": None}])
    with database.read() as connection:
        back, nothing = connection.execute(select(moments.c.at).order_by(moments.c.id)).scalars()
    assert back == moment
    assert back.utcoffset() == timedelta(0)
    assert nothing is None


def test_a_time_without_a_zone_is_refused(database: Store) -> None:
    moments = Table(
        "moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Time)
    )
    moments.create(database.engine)
    naive = datetime(2024, 4, 30, 23, 59)
    with pytest.raises(Exception, match="UTC"), database.begin() as connection:
        connection.execute(moments.insert().values(at=naive))
