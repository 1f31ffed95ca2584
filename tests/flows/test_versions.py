"""Workers of two versions: the older one refuses what a newer one has registered."""

from __future__ import annotations

import socket
from datetime import date
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_entrypoint
from prefect.runtime.deployment import CACHED_DEPLOYMENT
from prefect.states import State

from flows import deployments
from flows.deployments import read_deployments, register_all
from flows.versions import outdated
from jixiao.version import __version__

pytestmark = pytest.mark.prefect

#: A stage, a decision, and what tells of both; what each is given.
RAN: dict[str, dict[str, Any]] = {
    "targets": {},
    "decide-targets": {"unit": "1", "decision": "批复", "officer": "周明远"},
    "tell-operators": {"flow": "targets", "run": "1", "error": "没有办理"},
}


@pytest.mark.parametrize(
    ("registered", "refused"),
    [
        ("99.1", True),
        (f"{__version__}+1", True),
        (__version__, False),
        ("0.0.9", False),
        # What Prefect put there before there were versions: a hash, which may read like a number.
        ("2bdca606efa6b4f9da775e3e6590a987", False),
        ("20261128", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_newer_version_is_refused(registered: str | None, refused: bool) -> None:
    said = outdated(registered)
    assert bool(said) == refused
    if refused:
        for part in (
            registered,
            __version__,
            socket.gethostname(),
            "升级这台机器上的程序，再重启执行器",
        ):
            assert str(part) in said


@pytest.mark.parametrize("given", read_deployments(), ids=lambda given: given["name"])
def test_every_flow_but_the_one_that_tells_asks(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__VERSION", "99.1")
    work = load_flow_from_entrypoint(given["entrypoint"]).fn
    if given["name"] == "tell-operators":
        assert not hasattr(work, "__wrapped__")
        return
    nothing = dict.fromkeys(signature(work).parameters)
    assert work(**nothing).message == outdated("99.1")


def test_workers_of_two_versions(
    prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of three deployments by this program, registered by a newer one and by an older one."""
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path))
    monkeypatch.delenv("JIXIAO_DATABASE", raising=False)
    given = {d["name"]: d for d in read_deployments() if d["name"] in RAN}
    monkeypatch.setattr(deployments, "read_deployments", lambda: list(given.values()))
    with get_client(sync_client=True) as client:
        monkeypatch.setattr(deployments, "__version__", "99.1.0")
        register_all()
        states = {name: ran(client, given[name]) for name in RAN}
        assert states.pop("tell-operators").is_completed()
        for state in states.values():
            assert state.name == "Failed"
            assert state.message == outdated("99.1.0")

        monkeypatch.setattr(deployments, "__version__", "0.0.1")
        register_all()
        CACHED_DEPLOYMENT.clear()  # a worker runs each in a process of its own
        assert ran(client, given["targets"]).message == "没有待办"
        for each in client.read_deployments():
            client.delete_deployment(each.id)


def ran(client: SyncPrefectClient, given: dict[str, Any]) -> State[Any]:
    """Run a deployment here, as a worker of this program does."""
    name = given["name"]
    run = client.create_flow_run_from_deployment(
        client.read_deployment_by_name(f"{name}/{name}").id,
        parameters={"day": str(date(2022, 11, 1)), **RAN[name]},
    )
    flow = load_flow_from_entrypoint(given["entrypoint"])
    run_flow(flow, flow_run=run, parameters=run.parameters, return_type="state")
    state = client.read_flow_run(run.id).state
    assert state is not None
    return state
