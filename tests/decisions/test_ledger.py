"""The review ledger goes out, is filled in in Excel, and comes back through the guard."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from jixiao.errors import RefusedFile
from jixiao.store.decisions import waiver_records
from jixiao.store.extensions import extension_records
from jixiao.store.filings import delivery_records
from jixiao.workbooks.ledger import read_ledger
from jixiao.year import perform
from jixiao.year.officer.decide import return_filing
from jixiao.year.officer.ledger import apply_ledger, ledger_rows, make_ledger, open_ledger

SONGXI = "12431199MB990505X6"
YUNLING = "11431199MB99010161"
QINGHE = "12431199MB9903038L"
DAY = date(2024, 4, 1)


@pytest.fixture
def two(county):
    """One department returned with errors, one accepted."""
    county.filed("yunling-1", DAY)
    return county.filed("songxi-1", DAY)


class Book:
    """A ledger as the officer sees it in Excel."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        self.sheet = self.book["审核台账"]
        self.columns = {c.value: c.column for c in self.sheet[3]}

    def value(self, row: int, name: str) -> object:
        return self.sheet.cell(row, self.columns[name]).value

    def rows(self, unit: str, *, findings: bool, severity: str = "错误") -> list[int]:
        return [
            n
            for n in range(4, self.sheet.max_row + 1)
            if self.value(n, "单位代码") == unit
            and bool(self.value(n, "问题编号")) is findings
            and (not findings or self.value(n, "级别") == severity)
        ]

    def fill(self, row: int, decision: str, reason="已核实", officer="周明远", until=None) -> None:
        for name, given in (
            ("处理", decision),
            ("理由", reason),
            ("经办人", officer),
            ("延期至", until),
        ):
            self.sheet.cell(row, self.columns[name]).value = given

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def apply(cycle, book: Book):
    return apply_ledger(cycle, open_ledger(cycle, book.bytes(), "审核台账.xlsx"))


def test_every_department_stands_in_it_with_its_findings(two):
    rows = ledger_rows(two)
    assert {r.unit for r in rows if not r.finding} == {d.code for d in two.pack.roster.departments}
    songxi = [r for r in rows if r.unit == SONGXI]
    assert "已退回修改" in songxi[0].state
    assert {r.severity for r in songxi[1:]} >= {"错误"}
    assert all(r.finding and r.code and r.message and r.place for r in songxi[1:])
    data = make_ledger(two)
    read = read_ledger(data, "审核台账.xlsx")
    assert [(r.unit, r.finding, r.message) for r in read.rows] == [
        (r.unit, r.finding, r.message.strip()) for r in rows
    ]


def test_dropdowns_offer_what_a_row_may_say(two):
    book = Book(make_ledger(two))
    offered = {}
    for rule in book.sheet.data_validations.dataValidation:
        for cells in rule.sqref.ranges:
            for row in range(cells.min_row, cells.max_row + 1):
                offered[row] = rule.formula1
    for row in range(4, book.sheet.max_row + 1):
        finding = bool(book.value(row, "问题编号"))
        assert offered[row] == ('"豁免"' if finding else '"通过,退回,延期"')


def test_what_the_officer_fills_in_is_done_once(county, two):
    book = Book(make_ledger(two))
    errors = book.rows(SONGXI, findings=True)
    for row in errors:
        book.fill(row, "豁免", until="2024年5月10日")
    book.fill(book.rows(YUNLING, findings=False)[0], "退回", "佐证不全")
    book.fill(book.rows(QINGHE, findings=False)[0], "延期", "机构改革", until=datetime(2024, 5, 20))
    applied = apply(two, book)
    assert applied.refused == ()
    assert (len(applied.did), applied.passed) == (len(errors) + 2, 0)
    assert county.status(SONGXI) == "accepted"
    assert county.status(YUNLING) == "returned"
    with two.store.read() as connection:
        given = waiver_records(connection, 2023)[SONGXI]
        (longer,) = extension_records(connection, 2023, QINGHE)
        events = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
        notices = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    assert {w.until for w in given} == {date(2024, 5, 10)}
    assert {w.officer for w in given} == {"周明远"}
    assert longer.until == date(2024, 5, 20)
    again = apply(two, book)
    assert (again.did, again.passed, again.refused) == ((), len(errors) + 2, ())
    with two.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == notices
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == events + 1


def test_an_old_ledger_does_not_undo_a_later_decision(county, two):
    book = Book(make_ledger(two))
    book.fill(book.rows(SONGXI, findings=False)[0], "通过")
    assert len(apply(two, book).did) == 1
    return_filing(two, SONGXI, "李清", "又发现问题")
    assert apply(two, book).passed == 1
    assert county.status(SONGXI) == "returned"


@pytest.mark.parametrize(
    ("finding", "filled", "says"),
    [
        (False, {"decision": "同意"}, "“处理”写的是“同意”"),
        (False, {"decision": "豁免"}, "单位的一行只能选"),
        (True, {"decision": "通过"}, "问题的一行只能选豁免"),
        (True, {"decision": "豁免", "officer": None}, "没有写经办人"),
        (True, {"decision": "豁免", "reason": None}, "没有写理由"),
        (True, {"decision": "豁免", "until": "下个月"}, "“延期至”写的是“下个月”"),
        (True, {"decision": "豁免", "until": "2024-02-31"}, "应是日期"),
        (True, {"decision": "豁免", "until": "2024-03-01"}, "已经过了"),
        (False, {"decision": "延期"}, "延期没有写“延期至”"),
        (False, {"decision": "延期", "until": "2024-03-01"}, "延期"),
        (False, {"decision": "退回", "until": "2024-05-01"}, "退回不用填“延期至”"),
        (False, {"decision": None, "reason": "忘了选"}, "没有选“处理”"),
    ],
)
def test_a_malformed_row_is_named_and_stops_no_other(county, two, finding, filled, says):
    book = Book(make_ledger(two))
    row = book.rows(SONGXI, findings=finding)[0]
    book.fill(row, **filled)
    book.fill(book.rows(YUNLING, findings=False)[0], "退回", "佐证不全")
    applied = apply(two, book)
    (refused,) = applied.refused
    assert refused.startswith(f"第 {row} 行（示例县松溪市政园林所）：")
    assert says in refused
    assert len(applied.did) == 1
    assert county.status(SONGXI) == "returned"
    assert county.status(YUNLING) == "returned"
    with two.store.read() as connection:
        assert waiver_records(connection, 2023) == {}


def test_a_row_about_an_earlier_filing_is_refused(county, two):
    book = Book(make_ledger(two))
    book.fill(book.rows(SONGXI, findings=False)[0], "通过")
    county.hand_in(two, county.filing("songxi-2"))
    (refused,) = apply(two, book).refused
    assert "请用新的台账" in refused


def test_only_a_ledger_of_this_installation_decides_anything(county, two, tmp_path: Path):
    book = Book(make_ledger(two))
    hidden = book.book["_jixiao"]
    hidden.sheet_state = "visible"
    hidden["B3"].value = "0" * 64
    book.fill(book.rows(SONGXI, findings=False)[0], "通过")
    with pytest.raises(RefusedFile, match="不是本机生成的"):
        open_ledger(two, book.bytes(), "审核台账.xlsx")
    with pytest.raises(RefusedFile, match="不是审核台账"):
        open_ledger(two, (next(two.settings.archive.glob("*.xlsx"))).read_bytes(), "别的.xlsx")
    two.settings.inbox.mkdir(parents=True)
    (two.settings.inbox / "审核台账.xlsx").write_bytes(book.bytes())
    done, failed = perform(two, "collect")
    assert not failed
    assert "不能接收" in done[0].did
    assert county.status(SONGXI) == "returned"


def test_a_ledger_dropped_into_the_inbox_is_read_back(county, two):
    book = Book(make_ledger(two))
    book.fill(book.rows(SONGXI, findings=False)[0], "通过")
    book.fill(book.rows(YUNLING, findings=False)[0], "同意")
    two.settings.inbox.mkdir(parents=True)
    (two.settings.inbox / "台账（已审）.xlsx").write_bytes(book.bytes())
    done, failed = perform(two, "collect")
    assert not failed
    assert done[0].did == "审核台账：办理 1 行，已办过 0 行，不能办理 1 行"
    assert county.status(SONGXI) == "accepted"
    with two.store.read() as connection:
        outcomes = [d.outcome for d in delivery_records(connection, 2023)]
        told = connection.execute(
            text("SELECT body FROM outbox WHERE kind = 'ledger_refused'")
        ).scalar_one()
    assert outcomes[-1] == "ledger"
    assert "“处理”写的是“同意”" in told
    assert perform(two, "collect") == ([], {})


def test_what_a_department_explained_stands_in_the_ledger(county, two):
    finding = next(r for r in ledger_rows(two) if r.unit == SONGXI and r.severity == "错误")
    again = county.filing("songxi-1")
    again.explanations[finding.finding] = "账务已调整，附说明"
    county.hand_in(two, again)
    explained = [r for r in ledger_rows(two) if r.explanation]
    assert [(r.unit, r.message, r.explanation) for r in explained] == [
        (SONGXI, finding.message, "账务已调整，附说明")
    ]
