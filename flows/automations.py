"""The rules the Prefect server keeps for us: dead runs are found, and failures are told."""

from __future__ import annotations

from datetime import timedelta

from prefect.automations import Automation, AutomationCore
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import Automation as ReadAutomation
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.server import HEARTBEAT_SECONDS

#: A run that has been silent for this long is dead.
SILENCE = timedelta(seconds=3 * HEARTBEAT_SECONDS)
#: A run that was given to a worker and has not begun after this long never will.
PATIENCE = timedelta(minutes=5)

#: How the name of every automation of ours begins; what begins so and is none of them is removed.
OURS = "绩效："
ZOMBIE = f"{OURS}中断的运行记为 Crashed"
STUCK = f"{OURS}没有开始的运行记为 Crashed"
FAILURE = f"{OURS}失败或中断告知运维"
NAMES = (ZOMBIE, STUCK, FAILURE)

_RUN = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})


#: A run in one of these is over, or waits and sends no heartbeats: it is not dead.
_AT_REST = (
    "Completed",
    "Failed",
    "Crashed",
    "Cancelled",
    "Cancelling",
    "Suspended",
    "Paused",
    "AwaitingRetry",
    "AwaitingConcurrencySlot",
    "Scheduled",
    "Late",
)


def zombie() -> AutomationCore:
    """Flow and worker both killed: nobody else would ever say that the run is over.

    The clock starts when the run does: it may be dead before its first heartbeat.
    """
    alive = {"prefect.flow-run.heartbeat", *_events("Running", "Retrying")}
    return _crash(
        ZOMBIE,
        f"运行 {SILENCE.seconds} 秒没有心跳即视为中断，可以点 Retry 接着做",
        after=alive,
        expect=alive | _events(*_AT_REST),
        within=SILENCE,
        said=f"{SILENCE.seconds} 秒没有心跳，运行或执行器已中断。点 Retry 会接着做没有做完的部分。",
    )


def stuck() -> AutomationCore:
    """A worker killed between taking a run and starting it leaves it Pending for ever."""
    minutes = PATIENCE.seconds // 60
    return _crash(
        STUCK,
        f"执行器领走 {minutes} 分钟还没有开始即视为中断，可以点 Retry",
        after=_events("Pending"),
        expect=_events("Running", "Retrying", *_AT_REST),
        within=PATIENCE,
        said=f"执行器领走 {minutes} 分钟还没有开始，执行器已中断。点 Retry 会重新开始。",
    )


def _events(*states: str) -> set[str]:
    return {f"prefect.flow-run.{state}" for state in states}


def _crash(
    name: str, about: str, *, after: set[str], expect: set[str], within: timedelta, said: str
) -> AutomationCore:
    """A run of which nothing expected is heard within some time has crashed."""
    return AutomationCore(
        name=name,
        description=about,
        trigger=EventTrigger(
            match=_RUN,
            for_each={"prefect.resource.id"},
            after=after,
            expect=expect,
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=said)],
    )


def failure(client: SyncPrefectClient, flows: list[str]) -> AutomationCore:
    """A run that failed or crashed is told by another run, so it may well be dead itself.

    Args:
        flows: the flows whose failures are told; without the one that tells.
    """
    teller = client.read_deployment_by_name("tell-operators/tell-operators").id
    return AutomationCore(
        name=FAILURE,
        description="启动 tell-operators，经通知渠道告知运维人员",
        trigger=EventTrigger(
            match=_RUN,
            match_related=ResourceSpecification(
                {"prefect.resource.role": "flow", "prefect.resource.name": flows}
            ),
            for_each={"prefect.resource.id"},
            expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            RunDeployment(
                source="selected",
                deployment_id=teller,
                parameters={
                    "flow": _template("{{ flow.name }}"),
                    "run": _template(
                        "{{ flow_run.id }}{% if flow_run.run_count > 1 %} 第 {{ flow_run.run_count }} 次{% endif %}"
                    ),
                    "error": _template("{{ flow_run.state.message or flow_run.state.name }}"),
                },
            )
        ],
    )


def _template(text: str) -> dict[str, str]:
    return {"__prefect_kind": "jinja", "template": text}


def set_automations(flows: list[str]) -> None:
    """Make the automations, bring them up to date, and remove ours that are no longer wanted.

    Only what differs is written: a rule that is written anew forgets the runs it was watching.
    """
    told = [name for name in flows if name != "tell-operators"]
    with get_client(sync_client=True) as client:
        wanted = {rule.name: rule for rule in (zombie(), stuck(), failure(client, told))}
        for there in [a for a in _read_all(client) if a.name.startswith(OURS)]:
            rule = wanted.pop(there.name, None)
            if rule is None:  # of an older program, or a double, which would act twice
                client.delete_automation(there.id)
            else:
                _bring_up_to_date(there, rule)
        for rule in wanted.values():
            client.create_automation(rule)


def _bring_up_to_date(there: ReadAutomation, wanted: AutomationCore) -> None:
    """Make it what it should be; switched off in the pages it stays off."""
    wanted = wanted.model_copy(update={"enabled": there.enabled, "tags": there.tags})
    # The models are compared, not what is sent: a set is sent in any order.
    if wanted.model_dump() != there.model_dump(exclude={"id"}):
        # The server refuses an owner here, even none.
        Automation(id=there.id, **wanted.model_dump(exclude={"owner_resource"})).update()


def _read_all(client: SyncPrefectClient) -> list[ReadAutomation]:
    """Every automation of the server, however few it answers at a time."""
    found: list[ReadAutomation] = []
    while page := client.read_automations(offset=len(found)):
        found += page
    return found
