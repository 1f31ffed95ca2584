"""The deployments of prefect.yaml, registered with whatever Prefect server is set.

Registered again, only what differs is written: whatever is written makes Prefect throw away the
planned runs. What an operator has paused or added in the pages is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyOptions,
    DeploymentSchedule,
    StateType,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from flows.server import POOL, SHARES
from jixiao.installation.paths import deployments_dir
from jixiao.version import __version__

#: What every deployment of prefect.yaml carries. With it, in a pool of ours, it is ours.
TAG = "绩效自评"
#: How the slug of a schedule of prefect.yaml begins: an operator's own has another or none.
MARK = "jixiao-"
#: A run in one of these has the deployment's slot, and could never give it back without it.
_AT_WORK = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


def read_deployments() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml as they stand there."""
    text = (deployments_dir() / "prefect.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)["deployments"]
    return found


def register_all() -> list[str]:
    """Make the work pools, register every deployment, and remove ours that are no longer there.

    Returns:
        The names of the deployments.
    """
    given = read_deployments()
    with get_client(sync_client=True) as client:
        make_pools(client)
        wanted = {_register(client, each) for each in given}
        for other in _ours(client):
            if other.id not in wanted:
                _remove(client, other)
    return [str(each["name"]) for each in given]


def make_pools(client: SyncPrefectClient) -> None:
    for pool in (POOL, SHARES):
        try:
            client.read_work_pool(pool)
        except ObjectNotFound:
            client.create_work_pool(WorkPoolCreate(name=pool, type="process"))


def _register(client: SyncPrefectClient, given: dict[str, Any]) -> UUID:
    flow: Flow[..., Any] = load_flow_from_entrypoint(
        given["entrypoint"], use_placeholder_flow=False
    )
    schema = parameter_schema(flow).model_dump(exclude_unset=True)
    try:
        there = client.read_deployment_by_name(f"{flow.name}/{given['name']}")
    except ObjectNotFound:
        made = client.create_deployment(
            client.create_flow_from_name(flow.name),
            given["name"],
            entrypoint=given["entrypoint"],
            parameter_openapi_schema=schema,
            enforce_parameter_schema=True,
        )
        there = client.read_deployment(made)
    changes = _changes(given, schema, there)
    if changes:
        client.update_deployment(there.id, DeploymentUpdate(**changes))
    _keep_schedules(client, given.get("schedules", ()), there)
    return there.id


def _changes(
    given: dict[str, Any], schema: dict[str, Any], there: DeploymentResponse
) -> dict[str, Any]:
    """What of a deployment is not as it should be; what is not named here is the operator's."""
    limit = ConcurrencyLimitConfig(**given["concurrency_limit"])
    held = there.global_concurrency_limit
    missing = [tag for tag in given["tags"] if tag not in there.tags]
    should_and_is: dict[str, tuple[Any, Any]] = {
        "version": (__version__, there.version),
        "description": (given["description"], there.description),
        "tags": (there.tags + missing, there.tags),
        "entrypoint": (given["entrypoint"], there.entrypoint),
        "work_pool_name": (given["work_pool"]["name"], there.work_pool_name),
        "concurrency_limit": (limit.limit, held and held.limit),
        "concurrency_options": (
            ConcurrencyOptions(**limit.model_dump(exclude={"limit"})),
            there.concurrency_options,
        ),
        "parameter_openapi_schema": (schema, there.parameter_openapi_schema),
    }
    return {name: should for name, (should, now) in should_and_is.items() if should != now}


def _keep_schedules(
    client: SyncPrefectClient, given: Sequence[dict[str, Any]], there: DeploymentResponse
) -> None:
    """Have the schedules of prefect.yaml; one that was switched off stays off.

    One that is new is off where all there were had been switched off: whoever did that wants none.
    """
    wanted = {(s["slug"], _line(s["cron"], s["timezone"])): s for s in given}
    lines = {line for _, line in wanted}
    # Those of an older program have no slug.
    ours = {(s.slug, _line_of(s)): s for s in there.schedules if _marked(s) or _line_of(s) in lines}
    for gone in ours.keys() - wanted.keys():
        client.delete_deployment_schedule(there.id, ours[gone].id)
    active = {name: s.active for key, s in ours.items() for name in key if name}
    otherwise = any(active.values()) or not active
    missing = [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=s["cron"], timezone=s["timezone"]),
            active=s["active"] and active.get(line, active.get(slug, otherwise)),
            slug=slug,
        )
        for (slug, line), s in wanted.items()
        if (slug, line) not in ours
    ]
    if missing:
        client.create_deployment_schedules(there.id, missing)


def _line(cron: str, timezone: str | None) -> str:
    return f"{cron} {timezone}"


def _line_of(schedule: DeploymentSchedule) -> str:
    when = schedule.schedule
    return _line(when.cron, when.timezone) if isinstance(when, CronSchedule) else ""


def _marked(schedule: DeploymentSchedule) -> bool:
    return (schedule.slug or "").startswith(MARK)


def _ours(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """Every deployment that this program or an older one has registered.

    An operator's own may share one of our pools, or the tag; not both.
    """
    return client.read_deployments(
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL, SHARES])),
    )


def _remove(client: SyncPrefectClient, gone: DeploymentResponse) -> None:
    """Delete a deployment; while runs of it are at work only pause it, until the next time.

    Prefect deletes its runs that have not begun. It lets the others go on, but takes their
    concurrency limit away, and without it the server refuses to let them end.
    """
    at_work = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[gone.id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_AT_WORK)))
        ),
        limit=1,
    )
    if at_work:
        client.pause_deployment(gone.id)
    else:
        client.delete_deployment(gone.id)
