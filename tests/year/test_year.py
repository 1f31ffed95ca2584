"""What a bureau must be able to trust after a year has passed."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date

import openpyxl
import pytest
from sqlalchemy import text

from jixiao.store.filings import (
    delivery_records,
    evaluation_content,
    evaluation_records,
    filing_records,
)
from jixiao.store.publications import publication_records
from jixiao.store.store import history
from jixiao.year import outstanding, perform, standings
from jixiao.year.queries import status
from jixiao.year.queries.status import State

JIANGYONG = "11431125MB18152796"
YUNLING, XINGHE = "11431199MB99010161", "12431199MB99020279"
QINGHE, PINGHU, SONGXI = "12431199MB9903038L", "12431199MB99040490", "12431199MB990505X6"


def test_every_department_ends_where_its_story_says(year):
    states = {s.department.code: s.state for s in standings(year.cycle())}
    assert states == {
        JIANGYONG: State.VERIFIED,
        YUNLING: State.VERIFIED,
        XINGHE: State.VERIFIED,
        QINGHE: State.ISSUED,
        PINGHU: State.VERIFIED,
        SONGXI: State.VERIFIED,
    }
    silent = next(s for s in standings(year.cycle()) if s.department.code == QINGHE)
    assert silent.overdue == 189
    assert silent.who == "示例县青禾农技推广站"
    assert "2024-04-30" in silent.next


@pytest.mark.parametrize("at_once", [1, 4])
def test_who_is_where_is_the_same_however_many_are_read_at_once(year, monkeypatch, at_once):
    whole = standings(year.cycle())
    read, asked = status._read, []

    def counted(cycle, units):
        asked.append(len(units))
        return read(cycle, units)

    monkeypatch.setattr(status, "AT_ONCE", at_once)
    monkeypatch.setattr(status, "_read", counted)
    assert standings(year.cycle()) == whole
    assert asked == [at_once] * (6 // at_once) + [6 % at_once] * (6 % at_once > 0)


def test_the_real_filing_is_returned_with_what_a_reviewer_would_name_first(year):
    with year.cycle().store.read() as connection:
        first, second = filing_records(connection, 2023, JIANGYONG)
        evaluation = evaluation_records(connection, 2023)[first.id]
        content = json.loads(evaluation_content(connection, evaluation.id))
    assert (first.status, second.status) == ("returned", "accepted")
    errors = [f for f in content["findings"] if f["severity"] == "error"]
    doubled = [f for f in errors if f["code"] == "A07"]
    assert len(doubled) == 4
    assert all("其中行" in f["message"] and "95" in f["message"] for f in doubled)
    said = "\n".join(f["message"] for f in errors)
    for words in (
        "“完成年限”",
        "“补助金额”",
        "七、",
        "23.95亿元、27亿元",
        "188.7%",
        "成本节约率",
        "业务工作经费",
    ):
        assert words in said
    silent = json.dumps(content["findings"], ensure_ascii=False)
    for right in (r"78\.05", r"(?<!\d)9\.48", JIANGYONG, r"798\b.{0,20}错"):
        assert not re.search(right, silent)


def test_the_returned_workbook_marks_the_cells_and_keeps_the_figures(year):
    with year.cycle().store.read() as connection:
        first = filing_records(connection, 2023, JIANGYONG)[0]
        annotated = evaluation_records(connection, 2023)[first.id].annotated
    book = openpyxl.load_workbook(year.settings.deliveries / annotated)
    assert book.sheetnames[0] == "审核意见"
    listed = [str(c.value) for row in book["审核意见"].iter_rows() for c in row if c.value]
    assert any("补助金额" in cell for cell in listed)
    comments = [
        c.comment.text for sheet in book for row in sheet.iter_rows() for c in row if c.comment
    ]
    assert any("补助金额" in comment for comment in comments)
    assert book["附件1"]["D7"].value is not None


def test_a_wrong_file_is_refused_by_name_and_kept(year):
    with year.cycle().store.read() as connection:
        refused = [d for d in delivery_records(connection, 2023) if d.outcome == "refused"]
    (wrong,) = refused
    assert wrong.reason_code == "not_a_spreadsheet"
    assert "下达的模板" in wrong.reason
    assert (year.settings.archive / wrong.kept_as).is_file()
    assert any("未能接收" in m["title"] for m in year.messages())


def test_late_is_late_and_accepted_all_the_same(year):
    with year.cycle().store.read() as connection:
        late = {r.unit for r in filing_records(connection, 2023) if r.late}
        accepted = {r.unit for r in filing_records(connection, 2023) if r.status == "accepted"}
    assert late == {XINGHE}
    assert accepted == {JIANGYONG, YUNLING, XINGHE, PINGHU, SONGXI}


def test_only_those_who_have_not_filed_are_reminded(year):
    with year.cycle().store.read() as connection:
        reminded = [e for e in history(connection, 2023) if e.what == "reminded"]
    late = [e.unit for e in reminded if e.detail["due"] > "2024-05-08"]
    assert set(late) == {QINGHE}
    assert YUNLING not in {e.unit for e in reminded if e.detail["stage"] == "submit"}


def test_every_notice_arrived_once(year):
    ids = [m["message"].rsplit("消息编号：", 1)[1] for m in year.messages()]
    with year.cycle().store.read() as connection:
        statuses = connection.execute(text("SELECT status FROM outbox")).scalars().all()
    # What was said in one message for several units went out in that message.
    assert len(ids) == len(set(ids)) == statuses.count("sent")
    assert set(statuses) == {"sent", "merged"}


def test_the_site_and_the_register_show_what_was_published(year):
    site = year.settings.site / "current"
    rows = json.loads((site / "2023/register/register.json").read_text(encoding="utf-8"))["rows"]
    by_unit = {row["unit_code"]: row for row in rows}
    assert by_unit[QINGHE]["public"] == "否"
    assert by_unit[QINGHE]["remark"] == "未报送自评材料"
    with year.cycle().store.read() as connection:
        published = publication_records(connection, 2023)
    for code, record in published.items():
        assert by_unit[code]["public"] == "是"
        assert by_unit[code]["sha256"] == record.sha256
        assert by_unit[code]["verified_on"] == str(record.verified_on)
        assert (site / "2023" / code / "index.html").is_file()
    public = "".join(p.read_text(encoding="utf-8") for p in site.rglob("*.html"))
    assert "138****0000" in public


def test_a_second_time_nothing_is_done_and_nothing_is_sent(year):
    before = {t: year.count(t) for t in ("events", "outbox", "filings", "site_builds", "issued")}
    messages = len(year.messages())
    site = (year.settings.site / "current").resolve()
    files = {p: p.stat().st_mtime_ns for p in year.settings.var.rglob("*.xlsx")}
    assert year.play() == []
    assert {t: year.count(t) for t in before} == before
    assert len(year.messages()) == messages
    assert (year.settings.site / "current").resolve() == site
    assert {p: p.stat().st_mtime_ns for p in year.settings.var.rglob("*.xlsx")} == files


def test_a_damaged_page_is_found_told_and_put_right(sqlite_year, tmp_path):
    var = tmp_path / "var"
    shutil.copytree(sqlite_year.settings.var, var, symlinks=True)
    settings = type(sqlite_year.settings)(var, f"sqlite:///{var / 'jixiao.db'}")
    copied = type(sqlite_year)(settings, sqlite_year.script, [])
    page = settings.site / "current" / "2023" / YUNLING / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("99.85", "100"), encoding="utf-8")
    later = copied.cycle(date(2024, 12, 5))
    done, failed = perform(later, "verify")
    assert not failed
    assert [d.id for d in done if "没有被改动" not in d.did and "一致。" not in d.did] == [YUNLING]
    standing = next(s for s in standings(later) if s.department.code == YUNLING)
    assert standing.state is State.BROKEN
    assert standing.next
    with later.store.read() as connection:
        queued = (
            connection.execute(text("SELECT recipient FROM outbox WHERE kind = 'address_broken'"))
            .scalars()
            .all()
        )
    assert "bureau" in queued


def test_nothing_is_due_before_the_year_begins(fresh):
    assert outstanding(fresh(date(2022, 11, 1))) == {}


@pytest.mark.parametrize("step", ["targets"])
def test_one_department_that_fails_stops_nobody_and_is_done_alone_later(fresh, step):
    cycle = fresh(date(2022, 11, 15))
    blocked = cycle.settings.deliveries / "2023" / SONGXI
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")
    done, failed = perform(cycle, step)
    assert len(done) == 5
    assert list(failed) == ["示例县松溪市政园林所"]
    blocked.unlink()
    done, failed = perform(cycle, step)
    assert [d.id for d in done] == [SONGXI]
    assert not failed
    assert perform(cycle, step) == ([], {})
