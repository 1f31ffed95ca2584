"""Several files of one department at once: which counts does not hang on who is taken first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from jixiao.installation.settings import Settings
from jixiao.intake import sender
from jixiao.store.filings import filed
from jixiao.store.tables import outbox
from jixiao.store.targets import target_records
from jixiao.year import perform
from jixiao.year.base import Item
from jixiao.year.steps import piles as piles_module
from jixiao.year.steps.collect import Inbox
from tests.delivery.conftest import SONGXI, YEAR, Bureau
from tests.delivery.test_arrival import edited, marker
from tests.operator.year import canonical

THEN = 1_700_000_000


def drop(bureau: Bureau, name: str, data: bytes, saved: float) -> None:
    bureau.drop(name, data)
    os.utime(bureau.settings.inbox / name, (saved, saved))


def twin(bureau: Bureau, folder: Path) -> Bureau:
    """The same installation once more, with the same files in its drop folder."""
    shutil.copytree(bureau.settings.var, folder)  # copystat keeps the times
    settings = Settings(folder, f"sqlite:///{folder / 'jixiao.db'}")
    return Bureau(settings, bureau.day)


def state(bureau: Bureau, first: Bureau) -> dict[str, list[str]]:
    """What the database says; notices written before the twin was made name the first's folder."""
    home = str(first.settings.var)
    return {
        table: sorted(line.replace(home, "<var>") for line in lines)
        for table, lines in canonical(bureau.settings).items()
    }


def said_to(bureau: Bureau, kind: str) -> list[tuple[str, str]]:
    with bureau.cycle.store.read() as connection:
        rows = connection.execute(
            select(outbox.c.recipient, outbox.c.body).where(outbox.c.kind == kind)
        )
        return [(r.recipient, r.body) for r in rows]


def outcomes(bureau: Bureau) -> dict[str, tuple[str, str | None]]:
    return {r.name: (r.outcome, r.reason_code) for r in bureau.arrived()}


@pytest.fixture
def two(bureau: Bureau) -> Bureau:
    """A good filing saved later, a bad one saved earlier; both lie in the folder."""
    drop(bureau, "甲.xlsx", bureau.filled(), THEN + 60)
    drop(bureau, "乙.xlsx", bureau.filled("filings/songxi-1.yaml"), THEN)
    return bureau


def turned(items: list[Item]) -> list[Item]:
    """The same work, each pile taken up from its other end."""
    found = []
    for item in reversed(items):
        (id, key), *others = reversed(((item.id, item.key), *item.others))
        found.append(replace(item, id=id, key=key, others=tuple(others)))
    return found


def test_of_two_the_one_saved_later_counts_whichever_is_taken_up_first(
    two: Bureau, tmp_path: Path
) -> None:
    other, step = twin(two, tmp_path / "twin"), Inbox()
    for bureau, order in ((two, list), (other, turned)):
        for item in order(step.due(bureau.cycle)):
            step.do(bureau.cycle, item)
        assert step.due(bureau.cycle) == []
    assert outcomes(two) == outcomes(other)
    assert outcomes(two)["甲.xlsx"] == ("filing", None)
    assert outcomes(two)["乙.xlsx"] == ("refused", "two_at_once")
    assert state(two, two) == state(other, two)


def test_the_department_is_told_which_counts_and_what_to_do(two: Bureau) -> None:
    two.collect()
    ((recipient, body),) = said_to(two, "refused")
    assert recipient == SONGXI
    assert "同时收到内容不同的两份，以后保存的“甲.xlsx”为准，这一份没有登记" in body
    assert "打开它重新保存，再报送一次；否则不用处理" in body
    assert "下一步：按上面的原因办理；已经登记的报送不受影响。" in body
    ((_, receipt),) = said_to(two, "receipt")
    assert "甲.xlsx" in receipt
    assert "乙.xlsx" not in receipt


@pytest.mark.parametrize("order", [list, turned])
def test_a_crash_between_the_two_leaves_both_to_be_done(
    two: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: Callable[..., list[Item]]
) -> None:
    calm, step = twin(two, tmp_path / "twin"), Inbox()
    calm.collect()
    before = state(two, two)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    # One of the two is dealt with already in this transaction when the power goes.
    with monkeypatch.context() as patch:
        patch.setattr("jixiao.year.steps.collect.put_filing", cut)
        (item,) = order(step.due(two.cycle))
        with pytest.raises(KeyboardInterrupt):
            step.do(two.cycle, item)
    assert state(two, two) == before
    assert two.collect()
    assert state(two, two) == state(calm, two)


@pytest.mark.parametrize("saved", [THEN, None])
def test_where_it_cannot_be_told_none_is_taken_and_both_are_named(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, saved: float | None
) -> None:
    drop(bureau, "甲.xlsx", bureau.filled(), THEN)
    drop(bureau, "乙.xlsx", bureau.filled("filings/songxi-1.yaml"), THEN)
    if saved is None:  # a storage that does not tell
        monkeypatch.setattr("jixiao.installation.delivery.Folder.modified", lambda *_: None)
    bureau.collect()
    assert bureau.filings() == []
    assert {outcomes(bureau)[n] for n in ("甲.xlsx", "乙.xlsx")} == {("refused", "two_at_once")}
    for _, body in said_to(bureau, "refused"):
        assert "“乙.xlsx”、“甲.xlsx”" in body
        assert "都没有登记" in body
    monkeypatch.undo()
    drop(bureau, "就是这一份.xlsx", bureau.filled(), THEN)  # another name, saved when it was
    bureau.collect()
    assert len(bureau.filings()) == 1


def test_the_same_file_twice_is_filed_once(bureau: Bureau) -> None:
    data = bureau.filled()
    drop(bureau, "甲.xlsx", data, THEN)
    drop(bureau, "乙.xlsx", data, THEN)
    bureau.collect()
    assert len(bureau.filings()) == 1
    assert {outcomes(bureau)[n][0] for n in ("甲.xlsx", "乙.xlsx")} == {"filing", "duplicate"}


def test_a_file_that_is_not_taken_is_nobodys_rival(bureau: Bureau) -> None:
    drop(bureau, "真.xlsx", bureau.filled(), THEN)
    forged = edited(bureau.filled("filings/songxi-1.yaml"), marker("target_hash", "0" * 64))
    drop(bureau, "假.xlsx", forged, THEN + 60)
    bureau.collect()
    assert outcomes(bureau)["真.xlsx"] == ("filing", None)
    assert outcomes(bureau)["假.xlsx"] == ("refused", "forged_identity")


@pytest.mark.parametrize("book_first", [True, False])
def test_a_workbook_and_its_word_report_are_one_filing(bureau: Bureau, book_first: bool) -> None:
    report = next(bureau.settings.deliveries.rglob("*.docx")).read_bytes()
    drop(bureau, "自评.xlsx", bureau.filled(), THEN + (0 if book_first else 60))
    drop(bureau, "报告.docx", report, THEN + (60 if book_first else 0))
    bureau.collect()
    (filing,) = bureau.filings()
    assert outcomes(bureau)["自评.xlsx"] == ("filing", None)
    assert outcomes(bureau)["报告.docx"] == ("part", None)
    with bureau.cycle.store.read() as connection:
        read = filed(connection, filing.id)
    assert {f.form for f in read.forms} >= {"附件1", "附件2", "自评报告"}
    ((_, body),) = said_to(bureau, "receipt")
    assert "文件：自评.xlsx" in body
    assert "文件：报告.docx" in body
    perform(bureau.cycle, "evaluate")
    assert bureau.filings()[0].status != "received"


def test_a_report_waits_with_workbooks_nobody_can_choose_between(bureau: Bureau) -> None:
    report = next(bureau.settings.deliveries.rglob("*.docx")).read_bytes()
    drop(bureau, "甲.xlsx", bureau.filled(), THEN)
    drop(bureau, "乙.xlsx", bureau.filled("filings/songxi-1.yaml"), THEN)
    drop(bureau, "报告.docx", report, THEN)
    bureau.collect()
    assert bureau.filings() == []
    assert outcomes(bureau)["报告.docx"] == ("refused", "two_at_once")


def test_of_two_proposals_the_one_saved_later_counts(bureau: Bureau) -> None:
    first = bureau.filled("targets/songxi.yaml", "targets")

    def lower(book: object) -> None:
        for row in book["附件2"].iter_rows():  # type: ignore[index]
            for cell in row:
                if cell.value == "年度总体目标":
                    book["附件2"].cell(cell.row, 3).value = "另行申报的目标。"  # type: ignore[index]

    drop(bureau, "甲.xlsx", edited(first, lower), THEN + 60)
    drop(bureau, "乙.xlsx", edited(first, lambda _: None), THEN)
    bureau.collect()
    assert outcomes(bureau)["甲.xlsx"] == ("proposal", None)
    assert outcomes(bureau)["乙.xlsx"] == ("refused", "two_at_once")
    with bureau.cycle.store.read() as connection:
        assert len(target_records(connection, YEAR, SONGXI)) == 2  # that of the fixture and this


def test_a_file_saved_before_the_last_filing_does_not_replace_it(bureau: Bureau) -> None:
    drop(bureau, "甲.xlsx", bureau.filled(), THEN + 60)
    bureau.collect()
    drop(bureau, "乙.xlsx", bureau.filled("filings/songxi-1.yaml"), THEN)
    bureau.collect()
    assert outcomes(bureau)["乙.xlsx"] == ("refused", "older_than_filed")
    assert len(bureau.filings()) == 1
    ((recipient, body),) = said_to(bureau, "refused")
    assert recipient == SONGXI
    assert "保存得比已经报送的“甲.xlsx”" in body


def test_a_workbook_of_ours_is_not_read_whole_to_see_whose_it_is(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "read_file", lambda *_: pytest.fail("read whole"))
    said = sender.sender_of(bureau.filled(), "a.xlsx", bureau.cycle.pack.forms)
    assert (said.year, said.unit_code) == (YEAR, SONGXI)


def test_one_file_alone_is_not_looked_at_before_it_is_taken(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(bureau, "甲.xlsx", bureau.filled(), THEN)
    monkeypatch.setattr(piles_module.SHARED, "sender", lambda *_: pytest.fail("looked at"))
    (item,) = Inbox().due(bureau.cycle)
    assert item.others == ()
