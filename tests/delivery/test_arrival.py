"""What the drop folder takes and what it refuses, and by which name."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from jixiao.intake.child import SHARED
from jixiao.model.submission import Submission
from jixiao.store.filings import evaluation_records, filed
from jixiao.store.tables import form_sets
from jixiao.year import Cycle, Item, approve, perform
from jixiao.year.steps.collect import Inbox
from tests.delivery.conftest import SONGXI, YEAR, Bureau

YUNLING = "11431199MB99010161"


def edited(data: bytes, change: Callable[[object], None]) -> bytes:
    book = load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def marker(name: str, value: str) -> Callable[[object], None]:
    """Writes a line of the hidden sheet anew."""

    def change(book: object) -> None:
        for row in book["_jixiao"].iter_rows():  # type: ignore[index]
            if row[0].value == name:
                row[1].value = value

    return change


def refusal(bureau: Bureau, data: bytes, name: str = "送.xlsx") -> str | None:
    bureau.drop(name, data)
    (did,) = bureau.collect()
    last = bureau.arrived()[-1]
    assert (last.outcome == "refused") == ("不能接收" in did)
    return last.reason_code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unit_code", YUNLING),
        ("unit_name", "示例县云岭文化旅游局"),
        ("year", "2024"),
        ("target_hash", "0" * 64),
        ("kind", "targets"),
        ("form_version", "附件1:2"),
        ("signature", "0" * 64),
    ],
)
def test_a_changed_hidden_sheet_is_a_forgery(bureau: Bureau, name: str, value: str) -> None:
    assert refusal(bureau, edited(bureau.filled(), marker(name, value))) == "forged_identity"


def test_a_signature_taken_off_is_a_forgery(bureau: Bureau) -> None:
    def change(book: object) -> None:
        sheet = book["_jixiao"]  # type: ignore[index]
        sheet.delete_rows(sheet.max_row)

    assert refusal(bureau, edited(bureau.filled(), change)) == "forged_identity"


def test_an_older_key_still_counts_and_a_lost_one_does_not(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, key = bureau.filled(), os.environ["JIXIAO_SIGNING_KEY"]
    monkeypatch.setenv("JIXIAO_SIGNING_KEY", "the-next-key-of-the-tests")
    assert refusal(bureau, data, "一.xlsx") == "forged_identity"
    monkeypatch.setenv("JIXIAO_SIGNING_KEYS", f"another-one-kept, {key}")
    assert refusal(bureau, data, "二.xlsx") is None
    assert len(bureau.filings()) == 1


def test_without_a_key_nothing_can_be_told(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    data = edited(bureau.filled(), marker("unit_name", "松溪所"))
    monkeypatch.delenv("JIXIAO_SIGNING_KEY")
    assert refusal(bureau, data) is None


def moved_on(bureau: Bureau) -> Cycle:
    """The pack has another 附件1 now: one of its rows is called otherwise."""
    cycle = bureau.cycle
    form = cycle.pack.forms["附件1"]
    tables = [t for t in form.sections if any(r.id == "office" for r in getattr(t, "rows", ()))]
    rows = tuple(
        r.model_copy(update={"title": "办公经费支出", "aliases": ()}) if r.id == "office" else r
        for r in tables[0].rows
    )
    sections = tuple(
        t.model_copy(update={"rows": rows}) if t is tables[0] else t for t in form.sections
    )
    newer = form.model_copy(update={"version": "2", "sections": sections})
    return replace(cycle, pack=replace(cycle.pack, forms={**cycle.pack.forms, "附件1": newer}))


def test_a_workbook_is_read_by_the_forms_it_was_issued_with(bureau: Bureau) -> None:
    bureau.drop("旧.xlsx", bureau.filled())
    newer = moved_on(bureau)
    assert perform(newer, "collect")[1] == {}
    read = _filed(bureau, bureau.filings()[-1].id)
    assert not read.one("附件1").get("spending.office.final").blank
    assert [u for u in read.unplaced if "办公" in u.text] == []
    assert perform(newer, "evaluate")[1] == {}
    assert perform(newer, "render")[1] == {}
    (page,) = bureau.settings.reports.rglob("*.html")
    assert "办公经费支出" not in page.read_text(encoding="utf-8")


def test_a_workbook_with_forms_that_never_went_out_is_refused(bureau: Bureau) -> None:
    data = bureau.filled()
    newer = moved_on(bureau)
    with newer.store.begin() as connection:
        connection.execute(form_sets.delete())
    bureau.drop("旧.xlsx", data)
    perform(newer, "collect")
    (refused,) = [a for a in bureau.arrived() if a.reason_code == "old_template"]
    assert "附件1:1" in refused.reason
    assert bureau.filings() == []


def test_a_workbook_with_targets_of_yesterday_is_refused(bureau: Bureau) -> None:
    data = bureau.filled()

    def lower(book: object) -> None:
        sheet = next(s for s in book.worksheets if s.title == "附件2")  # type: ignore[attr-defined]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "年度总体目标":
                    sheet.cell(cell.row, 3).value = "另行批复的目标。"

    proposal = bureau.filled("targets/songxi.yaml", "targets")
    bureau.drop("调整.xlsx", edited(proposal, lower))
    bureau.collect()
    with bureau.cycle.store.read() as connection:
        from jixiao.store.targets import target_records

        assert len(target_records(connection, YEAR, SONGXI)) == 2
    approve(bureau.cycle, SONGXI, "周明远")
    assert refusal(bureau, data) == "old_template"


def test_the_forms_of_another_department_are_refused(bureau: Bureau) -> None:
    def change(book: object) -> None:
        for sheet in book.worksheets:  # type: ignore[attr-defined]
            for row in sheet.iter_rows():
                for cell in row:
                    if sheet.title == "附件8" and cell.value == SONGXI:
                        cell.value = YUNLING

    assert refusal(bureau, edited(bureau.filled(), change)) == "wrong_department"


def test_edited_targets_are_a_finding_with_both_sides(bureau: Bureau) -> None:
    def change(book: object) -> None:
        sheet = book["附件2"]  # type: ignore[index]
        head = next(c for r in sheet.iter_rows() for c in r if c.value == "年度指标值")
        sheet.cell(head.row + 1, head.column).value = "1件"

    assert refusal(bureau, edited(bureau.filled(), change)) is None
    perform(bureau.cycle, "evaluate")
    with bureau.cycle.store.read() as connection:
        from jixiao.store.filings import evaluation_content

        (record,) = evaluation_records(connection, YEAR).values()
        content = evaluation_content(connection, record.id).decode()
    assert '"B12"' in content
    assert bureau.filings()[-1].status == "returned"


def test_threads_share_one_child(bureau: Bureau) -> None:
    data = bureau.filled()
    for number in range(4):
        bureau.drop(f"{number}.xlsx", data + b"")
    step, cycle = Inbox(), bureau.cycle
    items = [Item(f"{number}.xlsx", f"{number}.xlsx") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda item: step.do(cycle, item), items))
    assert len(done) == 4
    assert len(bureau.filings()) == 1
    reader = SHARED._reader
    assert reader is not None
    first = reader.pid
    bureau.drop("5.xlsx", data[:-40])
    bureau.collect()
    assert reader.pid == first != 0


def test_a_file_still_being_written_is_left_for_the_next_look(
    bureau_at: Callable[..., Bureau],
) -> None:
    bureau = bureau_at()
    data = bureau.filled()
    waiting = Bureau(replace(bureau.settings, settle=30.0), bureau.day)
    waiting.drop("慢.xlsx", data[: len(data) // 2])
    assert waiting.collect() == []
    path = waiting.settings.inbox / "慢.xlsx"
    os.utime(path, (time.time() - 60, time.time() - 60))
    (item,) = Inbox().due(waiting.cycle)
    path.write_bytes(data)  # the rest arrives between the look and the reading
    assert "留到下一次" in Inbox().do(waiting.cycle, item).did
    assert waiting.filings() == []
    os.utime(path, (time.time() - 60, time.time() - 60))
    assert "回执号" in waiting.collect()[0]


def test_a_storage_whose_clock_is_ahead_keeps_no_file_waiting(bureau: Bureau) -> None:
    bureau.drop("明天.xlsx", bureau.filled())
    ahead = time.time() + 3600
    os.utime(bureau.settings.inbox / "明天.xlsx", (ahead, ahead))
    assert "回执号" in bureau.collect()[0]


def test_the_annotated_copy_edited_by_the_clerk_is_the_next_filing(bureau: Bureau) -> None:
    bureau.drop("初稿.xlsx", bureau.filled("filings/songxi-1.yaml"))
    bureau.collect()
    perform(bureau.cycle, "evaluate")
    (first,) = bureau.filings()
    assert first.status == "returned"
    with bureau.cycle.store.read() as connection:
        (record,) = evaluation_records(connection, YEAR).values()
    assert record.annotated
    returned = bureau.settings.delivery_folder.read(record.annotated)

    def correct(book: object) -> None:
        opinions = book["审核意见"]  # type: ignore[index]
        opinions.cell(4, 10).value = "县政府已同意调整。"
        forms = book["附件1"]  # type: ignore[index]
        label = next(c for r in forms.iter_rows() for c in r if c.value == "3、公务接待")
        forms.cell(label.row, 4).value = 0.123

    bureau.day = date(2024, 3, 5)
    bureau.drop("改好了.xlsx", edited(returned, correct))
    assert "回执号" in bureau.collect()[0]
    second = bureau.filings()[-1]
    with bureau.cycle.store.read() as connection:
        read = filed(connection, second.id)
    assert list(read.explanations.values()) == ["县政府已同意调整。"]
    assert [f.form for f in read.forms] == [f.form for f in _filed(bureau, first.id).forms]
    perform(bureau.cycle, "evaluate")
    with bureau.cycle.store.read() as connection:
        annotated = evaluation_records(connection, YEAR)[second.id].annotated
    assert annotated is not None
    book = load_workbook(io.BytesIO(bureau.settings.delivery_folder.read(annotated)))
    rows = [[c.value for c in row] for row in book["与上次对照"].iter_rows(min_row=2)]
    assert [(r[0], r[3], r[5]) for r in rows] == [("附件1", "3、公务接待·本年预算数", "0.12")]
    assert "县政府已同意调整。" in [c.value for c in book["审核意见"]["J"]]


def _filed(bureau: Bureau, id: int) -> Submission:
    with bureau.cycle.store.read() as connection:
        return filed(connection, id)
