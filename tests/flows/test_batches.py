"""A province goes in batches: never too many task runs, and only what failed is done again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.county import make_county
from flows import stage
from flows.order import Part
from flows.stage import BATCH, MOST_TASK_RUNS, ONE_EACH, in_batches
from jixiao.installation.paths import pack_dir
from jixiao.installation.settings import Settings
from jixiao.policy import load_pack
from jixiao.policy.roster import write_roster
from jixiao.year import Item
from tests.flows.test_stages import YEAR, events, last_table, run

OPENING = date(2022, 11, 15)


@settings(deadline=None)
@given(st.integers(0, 60_000), st.integers(1, MOST_TASK_RUNS))
def test_every_item_once_in_order_and_never_too_many_task_runs(count: int, most: int) -> None:
    items = [Item(str(n), "") for n in range(count)]
    batches = in_batches(items, most)
    assert [i for batch in batches for i in batch] == items
    assert len(batches) <= most
    if count <= min(ONE_EACH, most):
        assert len(batches) == count
    else:
        assert all(len(batch) >= BATCH for batch in batches[:-1])


@settings(deadline=None)
@given(st.lists(st.integers(0, 60_000), max_size=12))
def test_a_run_of_several_steps_keeps_to_the_limit(counts: list[int]) -> None:
    left = MOST_TASK_RUNS
    for count in counts:
        left -= len(in_batches([Item("", "")] * count, max(1, left // 2)))
    assert MOST_TASK_RUNS - left <= 500


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_only_the_failed_of_a_batch_are_done_again(
    year: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.year import targets

    monkeypatch.setenv("JIXIAO_PROCESSES", "2")
    county = make_county(load_pack(pack_dir(YEAR)), ONE_EACH + 10, seed=5)
    write_roster(year.var, YEAR, county.roster)
    sick = [county.roster.departments[n] for n in (3, 80)]  # in two batches
    blocked = [year.deliveries / str(YEAR) / d.code for d in sick]
    for path in blocked:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    state = run(targets, OPENING)
    assert state.is_failed()
    names = "、".join(d.name for d in sick)
    assert f"2/{ONE_EACH + 10} 项未完成（{names}）" in str(state.message)
    assert len(events(year, "targets_issued")) == ONE_EACH + 8
    first, second, *others = last_table("targets-results")
    assert [first["单位"], second["单位"]] == [d.name for d in sick]
    assert str(blocked[0]) in first["原因"]
    assert "Retry" in first["下一步"]
    assert {row["原因"] for row in others} == {""}

    for path in blocked:
        path.unlink()
    assert run(targets, OPENING).is_completed()
    # Two task runs at once: either may be done first.
    assert {e.unit for e in events(year, "targets_issued")[-2:]} == {d.code for d in sick}
    assert len(events(year, "targets_issued")) == ONE_EACH + 10
    assert [row["单位"] for row in last_table("targets-results")] == [d.name for d in sick]


@pytest.mark.parametrize(("failed", "again"), [(3, ["publish"]), (ONE_EACH + 1, [])])
def test_what_failed_is_not_shared_out_for_ever(
    monkeypatch: pytest.MonkeyPatch, failed: int, again: list[str]
) -> None:
    """The last part to end starts the stage again for what comes after the shared step."""
    started: list[list[str]] = []
    monkeypatch.setattr(stage, "due", lambda *_: [Item(str(n), "某单位") for n in range(failed)])
    monkeypatch.setattr(stage, "shares_at", lambda *_: [])
    monkeypatch.setattr(stage, "start_next", lambda *_, shared: started.append(shared))
    stage._hand_on("publish", ["publish"], YEAR, date(2024, 9, 2), Part(2, 2))
    assert started == [again]
