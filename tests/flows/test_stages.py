"""Stages run by Prefect: one failure stops nobody, and a second run does only what failed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.states import State

from jixiao.installation.settings import Settings
from jixiao.notices import sent, waiting
from jixiao.store.store import Event, history
from jixiao.year import advance, open_cycle
from tests.operator.year import YEAR, Prepared, canonical, play, settings_in, tree

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

OPENING = date(2022, 11, 15)
SICK = "12431199MB99020279"


def events(settings: Settings, what: str) -> list[Event]:
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        return [e for e in history(connection, YEAR) if e.what == what]


def run(flow: Any, day: date) -> State[Any]:
    state: State[Any] = flow(YEAR, day, return_state=True)
    return state


def last_table(key: str) -> list[dict[str, str]]:
    """The newest table artifact with this key."""
    wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        found = client.request(
            "POST",
            "/artifacts/filter",
            json={"artifacts": wanted.model_dump(mode="json", exclude_unset=True), "limit": 200},
        ).json()
    newest = max(found, key=lambda a: a["created"])
    rows: list[dict[str, str]] = json.loads(newest["data"])
    return rows


def test_a_year_by_prefect_is_the_year_by_hand(
    year: Settings, prepared: Prepared, tmp_path: Any
) -> None:
    from flows.annual_cycle import annual_cycle

    last = date(2022, 12, 12)
    by_hand = settings_in(tmp_path / "hand")
    assert list(play(prepared, by_hand, last=last))
    for _ in play(prepared, year, last=last, step=lambda day: _completed(run(annual_cycle, day))):
        pass
    assert canonical(year) == canonical(by_hand)
    assert tree(year.deliveries) == tree(by_hand.deliveries)
    assert {row["状态"] for row in last_table(f"who-is-where-{YEAR}")} == {
        "30 绩效目标待批复",
        "20 等待申报绩效目标",
    }


def _completed(state: State[Any]) -> None:
    assert state.is_completed(), state.message


def test_one_failing_department_stops_nobody(year: Settings) -> None:
    from flows.year import targets

    # Where its folder should be lies a file: its workbook cannot be written.
    blocked = year.deliveries / str(YEAR) / SICK
    blocked.parent.mkdir(parents=True)
    blocked.write_text("")

    state = run(targets, OPENING)
    assert state.is_failed()
    assert "1/6 项未完成（示例县星河图书馆）" in str(state.message)
    assert "点 Retry，只会重做未完成的部分" in str(state.message)
    done = events(year, "targets_issued")
    assert len(done) == 5
    assert SICK not in {e.unit for e in done}

    first, *others = last_table("targets-results")
    assert first["单位"] == "示例县星河图书馆"
    assert str(blocked) in first["原因"]
    assert "请移走占用路径的文件" in first["下一步"]
    assert [row["原因"] for row in others] == [""] * 5

    # Told through the outbox: queued with the reason, sent as soon as there is a channel.
    with open_cycle(YEAR, OPENING, settings=year).store.read() as connection:
        told = [e for e in waiting(connection, YEAR) if e.kind == "operators_failure"]
        assert sent(connection, YEAR) == []
    assert [e.recipient for e in told] == ["operators"]

    blocked.unlink()
    assert run(targets, OPENING).is_completed()
    assert [e.unit for e in events(year, "targets_issued")][5:] == [SICK]
    assert [row["单位"] for row in last_table("targets-results")] == ["示例县星河图书馆"]

    assert run(targets, OPENING).message == "没有待办"
    assert len(events(year, "targets_issued")) == 6


def test_what_has_nothing_to_do_leaves_no_trace(year: Settings) -> None:
    from flows.year import render

    advance(open_cycle(YEAR, OPENING, settings=year))
    before = canonical(year)
    assert run(render, OPENING).message == "没有待办"
    assert canonical(year) == before


def test_the_officer_decides_from_the_page(year: Settings, prepared: Prepared) -> None:
    from flows.decide import decide_targets as decide

    for _ in play(prepared, year, last=date(2022, 12, 6)):
        pass
    day = date(2022, 12, 7)
    first, second = "11431199MB99010161", SICK
    good = decide(first, "批复", "周明远", year=YEAR, day=day, return_state=True)
    assert good.is_completed()
    assert "已批复" in str(good.message)
    bare = decide(second, "退回", "周明远", year=YEAR, day=day, return_state=True)
    assert bare.is_failed()
    assert "写明原因" in str(bare.message)
    assert decide(
        second, "退回", "周明远", reason="指标不可量化", year=YEAR, day=day, return_state=True
    ).is_completed()
    assert [(e.unit, e.actor) for e in events(year, "targets_approved")] == [(first, "周明远")]
    assert [(e.unit, e.actor) for e in events(year, "targets_returned")] == [(second, "周明远")]


def test_prefect_keeps_no_result(year: Settings) -> None:
    """The database is the truth: Prefect's result storage may be deleted at any time."""
    from prefect.settings import get_current_settings

    from flows.year import targets

    storage = get_current_settings().results.local_storage_path
    before = set(storage.rglob("*")) if storage.exists() else set()
    assert run(targets, OPENING).is_completed()
    assert (set(storage.rglob("*")) if storage.exists() else set()) == before
