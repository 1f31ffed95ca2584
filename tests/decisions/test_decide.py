"""What an officer decides counts, is recorded with name and reason, and is told."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs
from sqlalchemy import text

from jixiao.errors import JixiaoError
from jixiao.model.findings import Finding, Severity
from jixiao.reports.view import report_view
from jixiao.store.decisions import decision_records, waiver_records
from jixiao.store.store import history
from jixiao.year import perform, standings
from jixiao.year.officer.decide import accept, return_filing, waive, withdraw
from jixiao.year.steps.evaluate import evaluate_filing

SONGXI = "12431199MB990505X6"
YUNLING = "11431199MB99010161"
OFFICER = "周明远"
LATER = date(2024, 4, 20)


def errors(county, cycle, unit=SONGXI) -> list[Finding]:
    evaluation = evaluate_filing(cycle, county.filings(unit)[-1])
    return [f for f in evaluation.open if f.severity is Severity.ERROR]


def events(cycle, what: str) -> list:
    with cycle.store.read() as connection:
        return [e for e in history(connection, 2023) if e.what == what]


def notices(cycle, kind: str) -> list[str]:
    with cycle.store.read() as connection:
        query = text("SELECT body FROM outbox WHERE kind = :kind ORDER BY id")
        return list(connection.execute(query, {"kind": kind}).scalars())


@pytest.mark.parametrize("decide", [accept, return_filing, withdraw])
@pytest.mark.parametrize(
    ("officer", "reason", "says"), [(" ", "有理由", "经办人"), (OFFICER, "", "理由")]
)
def test_a_decision_has_a_name_and_a_reason(returned, decide, officer, reason, says):
    with pytest.raises(JixiaoError, match=says):
        decide(returned(), SONGXI, officer, reason)


def test_a_filing_whose_errors_are_all_waived_is_accepted(county, returned):
    cycle = returned()
    assert county.status(SONGXI) == "returned"
    open_errors = errors(county, cycle)
    assert open_errors
    for number, finding in enumerate(open_errors, 1):
        said = waive(cycle, SONGXI, finding.fingerprint, OFFICER, "账务已核实")
        assert said.endswith(f"还有错误 {len(open_errors) - number} 处")
    assert county.status(SONGXI) == "accepted"
    given = events(cycle, "waived")
    assert [e.actor for e in given] == [OFFICER] * len(open_errors)
    assert {e.detail["finding"] for e in given} == {f.fingerprint for f in open_errors}
    assert len(notices(cycle, "decided")) == len(open_errors)
    assert "账务已核实" in notices(cycle, "decided")[0]
    assert len(notices(cycle, "accepted")) == 1


def test_a_waiver_is_shown_beside_the_finding(county, returned):
    cycle = returned()
    finding = errors(county, cycle)[0]
    waive(cycle, SONGXI, finding.fingerprint[:8], OFFICER, "账务已核实", date(2024, 5, 31))
    evaluation = evaluate_filing(cycle, county.filings(SONGXI)[-1])
    assert finding in evaluation.findings
    view = report_view(cycle.pack, evaluation, department=cycle.department(SONGXI), public=False)
    shown = {each.finding.fingerprint: each.waived for each in view.findings}
    said = "账务已核实（周明远于 2024-04-01 豁免，有效期至 2024-05-31）"
    assert shown[finding.fingerprint] == said
    assert sum(bool(words) for words in shown.values()) == 1


def test_a_waiver_that_is_over_no_longer_counts(county, returned):
    cycle = returned()
    (first, *rest) = errors(county, cycle)
    waive(cycle, SONGXI, first.fingerprint, OFFICER, "月底前补", LATER)
    for finding in rest:
        waive(cycle, SONGXI, finding.fingerprint, OFFICER, "已核实")
    assert errors(county, county.on(LATER)) == []
    after = county.on(date(2024, 4, 21))
    assert [f.fingerprint for f in errors(county, after)] == [first.fingerprint]
    # A new copy of the same content is judged by the waivers of its own day.
    again = copy.deepcopy(county.filing("songxi-1"))
    again.unit_name += " "
    county.hand_in(after, again)
    county.review(after)
    assert county.status(SONGXI) == "returned"


def test_a_later_filing_with_the_same_cell_keeps_its_waiver(county, returned):
    cycle = returned()
    finding = errors(county, cycle)[0]
    waive(cycle, SONGXI, finding.fingerprint, OFFICER, "已核实")
    moved = copy.deepcopy(county.filing("songxi-1"))
    for data in moved.forms:
        data.cells = {
            k: structs.replace(c, cell=f"Z{n + 5}") for n, (k, c) in enumerate(data.cells.items())
        }
    county.hand_in(cycle, moved)
    county.review(cycle)
    evaluation = evaluate_filing(cycle, county.filings(SONGXI)[-1])
    assert len(evaluation.waived) == 1
    assert {f.code for f in evaluation.findings if f.fingerprint in evaluation.waived} == {
        finding.code
    }


def test_the_same_waiver_twice_is_one(county, returned):
    cycle = returned()
    finding = errors(county, cycle)[0]
    waive(cycle, SONGXI, finding.fingerprint, OFFICER, "已核实")
    assert "已经这样豁免" in waive(cycle, SONGXI, finding.fingerprint, OFFICER, "已核实")
    with cycle.store.read() as connection:
        assert len(waiver_records(connection, 2023)[SONGXI]) == 1
    assert len(notices(cycle, "decided")) == 1


@pytest.mark.parametrize("id", ["", "abc", "0000000000000000"])
def test_an_unknown_finding_is_named_with_the_known_ones(county, returned, id):
    cycle = returned()
    with pytest.raises(JixiaoError, match=errors(county, cycle)[0].fingerprint):
        waive(cycle, SONGXI, id, OFFICER, "已核实")
    with pytest.raises(JixiaoError, match="已经过了"):
        waive(cycle, SONGXI, id, OFFICER, "已核实", date(2024, 3, 1))


def test_an_officer_accepts_in_spite_of_errors(county, returned):
    cycle = returned()
    before = errors(county, cycle)
    said = accept(cycle, SONGXI, OFFICER, "经局务会研究同意")
    assert f"豁免错误 {len(before)} 处" in said
    assert county.status(SONGXI) == "accepted"
    assert errors(county, cycle) == []
    with cycle.store.read() as connection:
        given = waiver_records(connection, 2023)[SONGXI]
        (decision,) = decision_records(connection, 2023)[county.filings(SONGXI)[-1].id]
    assert {w.fingerprint for w in given} == {f.fingerprint for f in before}
    assert (decision.kind, decision.officer, decision.reason) == (
        "accept",
        OFFICER,
        "经局务会研究同意",
    )
    assert "已经通过" in accept(cycle, SONGXI, OFFICER, "经局务会研究同意")
    assert perform(cycle, "evaluate") == ([], {})
    assert len(events(cycle, "officer_accept")) == 1


def test_a_clean_filing_that_an_officer_returned_stays_returned(county):
    cycle = county.filed("yunling-1", date(2024, 4, 1))
    assert county.status(YUNLING) == "accepted"
    return_filing(cycle, YUNLING, OFFICER, "佐证材料与报送不符")
    assert county.status(YUNLING) == "returned"
    assert "已经退回" in return_filing(cycle, YUNLING, OFFICER, "佐证材料与报送不符")
    assert "佐证材料与报送不符" in notices(cycle, "decided")[0]
    # A change of the pack makes every filing due again; the officer's word stands.
    changed = replace(
        cycle, pack=replace(cycle.pack, hashes={**cycle.pack.hashes, "scoring.yaml": "x"})
    )
    done, failed = perform(changed, "evaluate")
    assert (len(done), failed) == (1, {})
    assert county.status(YUNLING) == "returned"
    standing = next(s for s in standings(cycle) if s.department.code == YUNLING)
    assert "佐证材料与报送不符" in standing.next


def test_an_acceptance_is_taken_back_and_waits_for_an_officer(county):
    cycle = county.filed("yunling-1", date(2024, 4, 1))
    withdraw(cycle, YUNLING, OFFICER, "抽查发现问题")
    assert county.status(YUNLING) == "received"
    assert not perform(cycle, "evaluate")[1]
    assert county.status(YUNLING) == "received"
    standing = next(s for s in standings(cycle) if s.department.code == YUNLING)
    assert "撤回" in standing.next
    with pytest.raises(JixiaoError, match="不用撤回"):
        withdraw(cycle, YUNLING, OFFICER, "抽查发现问题")
    accept(cycle, YUNLING, OFFICER, "已复核")
    assert county.status(YUNLING) == "accepted"


def test_who_never_filed_cannot_be_decided_on(county):
    with pytest.raises(JixiaoError, match="还没有报送"):
        accept(county.on(date(2024, 4, 1)), SONGXI, OFFICER, "同意")
