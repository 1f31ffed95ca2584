"""The deployments of prefect.yaml, registered with whatever Prefect server is set."""

from __future__ import annotations

from typing import Any

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.server import POOL, SHARES
from jixiao.paths import deployments_dir


def read_deployments() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml as they stand there."""
    text = (deployments_dir() / "prefect.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)["deployments"]
    return found


def register_all() -> list[str]:
    """Make the work pools and register every deployment; done twice it is done once.

    Returns:
        The names of the deployments.
    """
    make_pools()
    return [_register(given) for given in read_deployments()]


def make_pools() -> None:
    with get_client(sync_client=True) as client:
        for pool in (POOL, SHARES):
            try:
                client.read_work_pool(pool)
            except ObjectNotFound:
                client.create_work_pool(WorkPoolCreate(name=pool, type="process"))


def _register(given: dict[str, Any]) -> str:
    flow: Flow[..., Any] = load_flow_from_entrypoint(
        given["entrypoint"], use_placeholder_flow=False
    )
    deployment = RunnerDeployment.from_flow(
        flow,
        name=given["name"],
        description=given["description"],
        tags=given["tags"],
        schedules=[
            Cron(s["cron"], timezone=s["timezone"], active=s["active"])
            for s in given.get("schedules", ())
        ],
        concurrency_limit=ConcurrencyLimitConfig(**given["concurrency_limit"]),
        work_pool_name=given["work_pool"]["name"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployment.apply()
    return str(given["name"])
