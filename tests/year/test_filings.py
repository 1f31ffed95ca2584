"""Filings: what replaces what, what is a duplicate, whose a file is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jixiao.demo.fill import fill
from jixiao.demo.sample import load_filing
from jixiao.errors import JixiaoError
from jixiao.installation.paths import demo_dir
from jixiao.store.filings import delivery_records, filing_records
from jixiao.store.targets import issued_records
from jixiao.year import approve, perform, return_targets, standings
from jixiao.year.queries.status import State

SONGXI = "12431199MB990505X6"
DEMO = demo_dir()


def drop(cycle, name: str, data: bytes) -> None:
    cycle.settings.inbox.mkdir(parents=True, exist_ok=True)
    (cycle.settings.inbox / name).write_bytes(data)


def filled(cycle, kind: str, file: str) -> bytes:
    with cycle.store.read() as connection:
        path = next(
            r.path for r in issued_records(connection, 2023) if (r.unit, r.kind) == (SONGXI, kind)
        )
    submission = load_filing(DEMO / file, cycle.pack.forms)
    return fill((cycle.settings.deliveries / path).read_bytes(), submission, cycle.pack.forms)


def standing(cycle) -> State:
    return next(s.state for s in standings(cycle) if s.department.code == SONGXI)


@pytest.fixture
def proposed(fresh):
    """Songxi's targets are in; nobody has decided."""
    cycle = fresh(date(2022, 12, 1))
    perform(cycle, "targets")
    drop(cycle, "目标.xlsx", filled(cycle, "targets", "targets/songxi.yaml"))
    assert not perform(cycle, "collect")[1]
    return fresh


@pytest.fixture
def issued(proposed):
    """Songxi's targets are approved and its workbook is out."""
    approve(proposed(date(2023, 1, 10)), SONGXI, "周明远")
    perform(proposed(date(2024, 2, 20)), "issue")
    return proposed


def test_targets_are_decided_by_a_named_officer_once(proposed):
    cycle = proposed(date(2023, 1, 10))
    assert standing(cycle) is State.TARGETS_PROPOSED
    with pytest.raises(JixiaoError, match="经办人"):
        approve(cycle, SONGXI, " ")
    with pytest.raises(JixiaoError, match="原因"):
        return_targets(cycle, SONGXI, "周明远", "")
    return_targets(cycle, SONGXI, "周明远", "指标太少")
    assert standing(cycle) is State.TARGETS_RETURNED
    with pytest.raises(JixiaoError, match="退回"):
        approve(cycle, SONGXI, "周明远")
    assert return_targets(cycle, SONGXI, "周明远", "指标太少").reason == "指标太少"


def test_who_never_proposed_cannot_be_approved(fresh):
    with pytest.raises(JixiaoError, match="还没有申报"):
        approve(fresh(date(2023, 1, 10)), SONGXI, "周明远")
    with pytest.raises(JixiaoError, match="不在 2023 年度名册里"):
        approve(fresh(date(2023, 1, 10)), "没有这个单位", "周明远")


def test_going_back_to_what_was_filed_first_is_a_filing_of_its_own(issued):
    """The very same bytes: only the last filing is not filed twice."""
    cycle = issued(date(2024, 3, 1))
    good, bad = (filled(cycle, "evaluation", f"filings/songxi-{n}.yaml") for n in (2, 1))
    for day, (name, data) in enumerate(
        [("好.xlsx", good), ("坏.xlsx", bad), ("又好.xlsx", good), ("还是好.xlsx", good)], 1
    ):
        cycle = issued(date(2024, 3, day))
        drop(cycle, name, data)
        for step in ("collect", "evaluate"):
            assert not perform(cycle, step)[1]
    with cycle.store.read() as connection:
        found = filing_records(connection, 2023, SONGXI)
        outcomes = [d.outcome for d in delivery_records(connection, 2023)][-4:]
    assert [r.status for r in found][1:] == ["returned", "accepted"]
    assert standing(cycle) is State.ACCEPTED
    assert outcomes == ["filing", "filing", "filing", "duplicate"]
    assert len({r.receipt for r in found}) == 3


def test_a_filing_that_fails_replaces_nothing_and_one_that_passes_does(issued):
    good, bad = (f"filings/songxi-{n}.yaml" for n in (2, 1))
    for day, name, file in (
        (date(2024, 3, 1), "好.xlsx", good),
        (date(2024, 3, 2), "坏.xlsx", bad),
    ):
        cycle = issued(day)
        drop(cycle, name, filled(cycle, "evaluation", file))
        for step in ("collect", "evaluate"):
            assert not perform(cycle, step)[1]
    with cycle.store.read() as connection:
        statuses = [r.status for r in filing_records(connection, 2023, SONGXI)]
    assert statuses == ["accepted", "returned"]
    assert standing(cycle) is State.RETURNED

    cycle = issued(date(2024, 3, 3))
    drop(cycle, "又好.xlsx", filled(cycle, "evaluation", good))
    perform(cycle, "collect")
    perform(cycle, "evaluate")
    with cycle.store.read() as connection:
        statuses = [r.status for r in filing_records(connection, 2023, SONGXI)]
    assert statuses[-1] == "accepted"
    assert statuses.count("accepted") == 1


def test_the_same_file_under_another_name_is_a_duplicate(issued):
    cycle = issued(date(2024, 3, 1))
    data = filled(cycle, "evaluation", "filings/songxi-2.yaml")
    for name in ("一.xlsx", "二.xlsx"):
        drop(cycle, name, data)
        perform(cycle, "collect")
    with cycle.store.read() as connection:
        assert len(filing_records(connection, 2023, SONGXI)) == 1
        outcomes = [d.outcome for d in delivery_records(connection, 2023)]
    assert outcomes[-2:] == ["filing", "duplicate"]
    assert perform(cycle, "collect") == ([], {})


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.xlsx", b"", "empty"),
        ("图片.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "not_a_spreadsheet"),
        ("半个.xlsx", b"PK\x03\x04" + b"0" * 60, None),
    ],
)
def test_bad_files_get_a_named_refusal_and_are_kept(fresh, name, data, code):
    cycle = fresh(date(2024, 3, 1))
    drop(cycle, name, data)
    done, failed = perform(cycle, "collect")
    assert not failed
    assert "不能接收" in done[0].did
    with cycle.store.read() as connection:
        (delivery,) = delivery_records(connection, 2023)
    assert delivery.outcome == "refused"
    assert code is None or delivery.reason_code == code
    assert (cycle.settings.archive / delivery.kept_as).read_bytes() == data


def test_what_office_leaves_behind_is_no_filing(fresh):
    cycle = fresh(date(2024, 3, 1))
    drop(cycle, "~$自评.xlsx", b"lock")
    drop(cycle, ".DS_Store", b"x")
    assert perform(cycle, "collect") == ([], {})


def test_a_filing_of_another_year_is_refused_with_the_year(issued, monkeypatch):
    cycle = issued(date(2024, 3, 1))
    data = filled(cycle, "evaluation", "filings/songxi-2.yaml")
    pack = replace(cycle.pack, info=cycle.pack.info.model_copy(update={"year": 2031}))
    drop(cycle, "去年的.xlsx", data)
    # 2023 has a pack of its own, whose cycle will take the file.
    done, failed = perform(replace(cycle, pack=pack), "collect")
    assert not failed
    assert any("留给该年度处理" in d.did for d in done)
    monkeypatch.setattr("jixiao.year.steps.collect.pack_dir", lambda year: Path("/nowhere"))
    done, failed = perform(replace(cycle, pack=pack), "collect")
    assert not failed
    assert any("2023 年度的表，现在收的是 2031 年度" in d.did for d in done)
