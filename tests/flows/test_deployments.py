"""prefect.yaml: every deployment loads, says in Chinese what it is, and keeps the calendar."""

from __future__ import annotations

from typing import Any

import pytest
from prefect import Flow, Task
from prefect.flows import load_flow_from_entrypoint

from flows.deployments import read_deployments
from flows.server import POOL, SHARES

pytestmark = pytest.mark.prefect

DEPLOYMENTS = read_deployments()


def load(entrypoint: str) -> Flow[..., Any]:
    # A placeholder would stand in silently for a flow whose import is broken.
    return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)


def chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize("given", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_deployment_loads(given: dict[str, Any]) -> None:
    flow = load(given["entrypoint"])
    assert flow.name == given["name"]
    shared = given["name"] == "share"
    assert given["work_pool"] == {"name": SHARES if shared else POOL}
    assert (given["concurrency_limit"]["limit"] > 1) == shared
    assert chinese(given["description"])
    assert chinese(flow.description or "")
    schema = flow.parameters
    assert schema.properties
    for name, about in schema.properties.items():
        assert chinese(about.get("description", "")), name


def test_every_stage_of_the_year_has_a_deployment() -> None:
    from jixiao.year import STAGES

    assert {d["name"] for d in DEPLOYMENTS} == {
        "annual-cycle",
        "decide-targets",
        "review-decision",
        "waive",
        "extend",
        "tell-operators",
        "share",
        *(stage.id for stage in STAGES),
    }


def test_tasks_keep_nothing() -> None:
    import tasks.artifacts
    import tasks.decisions
    import tasks.notices
    import tasks.steps

    found = [
        task
        for module in (tasks.artifacts, tasks.decisions, tasks.notices, tasks.steps)
        for task in vars(module).values()
        if isinstance(task, Task)
    ]
    assert len(found) >= 4
    for task in found:
        assert task.persist_result is False, task.name
        assert task.cache_policy is None or task.cache_key_fn is None
