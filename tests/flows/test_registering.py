"""Registered a second time: all of ours comes up, what the operator did in the pages stays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.events.schemas.automations import Automation
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, Pending, Running
from prefect.types.entrypoint import EntrypointType

from flows import automations, deployments
from flows.automations import FAILURE, NAMES, OURS, STUCK, ZOMBIE, set_automations, stuck
from flows.deployments import TAG, read_deployments, register_all
from flows.registered import registered
from flows.server import POOL
from tests.operator.served import clean_environment

pytestmark = pytest.mark.prefect

REGISTER = "from flows.serve import register_with; register_with(60)"
#: The part of it that is made of sets, without the flows, which take their time to load.
RULES = """
from flows.automations import set_automations
from flows.deployments import read_deployments
set_automations([each["name"] for each in read_deployments()])
"""
#: Of a later program, in which a run is given more time, and its rule says so.
LATER = f"""
from datetime import timedelta
from flows import automations
automations.SILENCE = timedelta(seconds=120)
{RULES}"""
#: Enough of prefect.yaml for what follows.
FEW = ("annual-cycle", "issue", "collect", "verify", "remind", "tell-operators")
#: What workers and the scheduler write there.
NOT_OURS = {"status", "last_polled"}


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    """A server on which nothing is registered, before and after."""
    with get_client(sync_client=True) as opened:
        yield opened
        for deployment in opened.read_deployments():
            opened.delete_deployment(deployment.id)
        for automation in opened.read_automations():
            opened.delete_automation(automation.id)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Some of the deployments of prefect.yaml, by name, as what is registered."""
    given = {d["name"]: d for d in read_deployments() if d["name"] in FEW}
    monkeypatch.setattr(deployments, "read_deployments", lambda: list(given.values()))
    return given


def register() -> None:
    set_automations(register_all())


def there(client: SyncPrefectClient, name: str) -> DeploymentResponse:
    return client.read_deployment_by_name(f"{name}/{name}")


def rules(client: SyncPrefectClient) -> dict[str, Automation]:
    return {a.name: a for a in client.read_automations()}


def everything(client: SyncPrefectClient) -> list[dict[str, Any]]:
    """All that is registered, with when it was written last."""
    found = [
        *client.request("POST", "/deployments/filter", json={}).json(),
        *client.request("POST", "/automations/filter", json={}).json(),
    ]
    return [{k: v for k, v in each.items() if k not in NOT_OURS} for each in found]


def test_five_starts_and_an_upgrade(client: SyncPrefectClient, root: Path, tmp_path: Path) -> None:
    """Python orders a set anew in every process, and Prefect's automations are made of sets."""
    api = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_HOME": str(tmp_path)}

    def start(seed: int, code: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env={**clean_environment(root), **api, "PYTHONHASHSEED": str(seed)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]

    start(0, REGISTER)
    first = everything(client)
    assert len(first) == len(read_deployments()) + len(NAMES)
    with ThreadPoolExecutor(2) as two:
        list(two.map(start, range(1, 5), [REGISTER, RULES, RULES, RULES]))
    assert everything(client) == first

    before = rules(client)[ZOMBIE]
    start(1, LATER)
    after = rules(client)[ZOMBIE]
    assert after.id == before.id
    assert "120 秒" in after.description
    assert "120 秒" in str(after.actions)
    assert f"{timedelta(seconds=120)!r}" in repr(after.trigger)
    others = [each for each in everything(client) if each["id"] != str(after.id)]
    assert others == [each for each in first if each["id"] != str(after.id)]


@pytest.mark.usefixtures("few")
def test_what_was_switched_off_stays_off(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    client.pause_deployment(there(client, "collect").id)
    client.update_deployment(
        there(client, "issue").id, DeploymentUpdate(tags=[TAG, "重要"], parameters={})
    )
    remind = there(client, "remind")
    off, *on = remind.schedules
    client.update_deployment_schedule(remind.id, off.id, active=False)
    own = CronSchedule(cron="5 6 * * *", timezone="Asia/Shanghai")
    client.create_deployment_schedules(remind.id, [(own, True)])
    client.pause_automation(rules(client)[STUCK].id)
    state = everything(client)
    register()
    assert everything(client) == state

    # A newer program, in which everything is written anew.
    monkeypatch.setattr(deployments, "__version__", "99.0.1")
    monkeypatch.setattr(automations, "PATIENCE", timedelta(minutes=7))
    register()
    assert {d.version for d in client.read_deployments()} == {"99.0.1"}
    assert there(client, "collect").paused
    assert there(client, "issue").tags == [TAG, "重要"]
    schedules = {s.id: s.active for s in there(client, "remind").schedules}
    assert schedules.pop(off.id) is False
    assert [schedules.pop(s.id) for s in on] == [True] * len(on)
    assert list(schedules.values()) == [True]  # the operator's own
    assert rules(client)[STUCK].enabled is False
    assert "7 分钟" in rules(client)[STUCK].description
    assert rules(client)[ZOMBIE].enabled
    assert rules(client)[FAILURE].enabled


def by_an_older_program(given: dict[str, Any], off: str) -> None:
    """As deployments were registered before schedules had slugs; one is switched off."""
    RunnerDeployment.from_flow(
        load_flow_from_entrypoint(given["entrypoint"]),
        given["name"],
        description="旧的说明",
        tags=[TAG],
        schedules=[
            Cron(s["cron"], timezone=s["timezone"], active=s["slug"] != off)
            for s in given["schedules"]
        ],
        concurrency_limit=ConcurrencyLimitConfig(limit=3),
        work_pool_name=POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
    ).apply()


def test_schedules_of_an_older_program_are_taken_over(
    client: SyncPrefectClient, few: dict[str, dict[str, Any]]
) -> None:
    deployments.make_pools(client)
    by_an_older_program(few["remind"], off="jixiao-4")
    register_all()
    remind = there(client, "remind")
    assert remind.description == "催报、每日汇总、发送通知"
    assert remind.global_concurrency_limit is not None
    assert remind.global_concurrency_limit.limit == 1
    found = {(s.slug, s.schedule.cron): s.active for s in remind.schedules}  # type: ignore[union-attr]
    assert found == {
        (s["slug"], s["cron"]): s["slug"] != "jixiao-4" for s in few["remind"]["schedules"]
    }


def test_another_calendar_switches_nothing_on(
    client: SyncPrefectClient, few: dict[str, dict[str, Any]]
) -> None:
    register_all()
    remind, verify = there(client, "remind"), there(client, "verify")
    off = next(s for s in remind.schedules if s.slug == "jixiao-4")
    client.update_deployment_schedule(remind.id, off.id, active=False)
    client.update_deployment_schedule(verify.id, verify.schedules[0].id, active=False)

    april, june = (s for s in few["remind"]["schedules"] if s["slug"] in ("jixiao-4", "jixiao-6"))
    april["cron"] = "0 8 12 4 *"
    june.update(slug="jixiao-7", cron="0 8 3 7 *")
    few["verify"]["schedules"][0].update(slug="jixiao-10", cron="0 8 30 10 *")
    register_all()

    found = {s.slug: (s.schedule.cron, s.active) for s in there(client, "remind").schedules}  # type: ignore[union-attr]
    assert len(found) == 9
    assert found["jixiao-4"] == ("0 8 12 4 *", False)
    assert found["jixiao-7"] == ("0 8 3 7 *", True)
    assert "jixiao-6" not in found
    (only,) = there(client, "verify").schedules
    assert (only.slug, only.active) == ("jixiao-10", False)


def put(client: SyncPrefectClient, name: str, pool: str, *tags: str) -> None:
    """A deployment that is not in prefect.yaml."""
    client.create_deployment(
        client.create_flow_from_name(name),
        name,
        work_pool_name=pool,
        tags=list(tags),
        concurrency_limit=1,
        entrypoint="flows.gone.gone",
    )


def test_what_is_ours_and_no_longer_wanted_goes(
    client: SyncPrefectClient, few: dict[str, dict[str, Any]]
) -> None:
    register()
    client.create_work_pool(WorkPoolCreate(name="theirs", type="process"), overwrite=True)
    put(client, "gone", POOL, TAG)
    put(client, "their-copy", POOL)
    put(client, "their-own", "theirs", TAG)
    for name in (f"{OURS}旧的规则", STUCK, "他们的规则"):
        client.create_automation(stuck().model_copy(update={"name": name}))
    register()
    names = {d.name for d in client.read_deployments()}
    assert names == {*few, "their-copy", "their-own"}
    assert sorted(a.name for a in client.read_automations()) == sorted([*NAMES, "他们的规则"])


def begun(client: SyncPrefectClient, name: str) -> FlowRun:
    """A run of it, at work."""
    run = client.create_flow_run_from_deployment(there(client, name).id)
    for state in (Pending(), Running()):
        assert client.set_flow_run_state(run.id, state).state
    return client.read_flow_run(run.id)


@pytest.mark.usefixtures("few")
def test_a_run_ends_whose_deployment_is_no_longer_wanted(client: SyncPrefectClient) -> None:
    """Prefect refuses every further state of a run whose deployment was deleted meanwhile."""
    register_all()
    put(client, "gone", POOL, TAG)
    run = begun(client, "gone")
    register_all()
    assert there(client, "gone").paused
    client.set_flow_run_state(run.id, Completed(message="办完"))
    assert client.read_flow_run(run.id).state_name == "Completed"
    register_all()
    with pytest.raises(ObjectNotFound):
        there(client, "gone")
    assert client.read_flow_run(run.id).state_name == "Completed"


@pytest.mark.usefixtures("few")
def test_the_check_up_says_what_is_not_as_it_should_be(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    remind = there(client, "remind")
    client.pause_deployment(there(client, "issue").id)
    client.update_deployment_schedule(remind.id, remind.schedules[0].id, active=False)
    client.pause_automation(rules(client)[STUCK].id)
    client.delete_automation(rules(client)[ZOMBIE].id)

    def wrong() -> dict[str, tuple[str, str]]:
        found = registered(str(PREFECT_API_URL.value()))
        return {c.name: (c.found, c.remedy) for c in found if not c.fine}

    again = "重启 jixiao serve，或运行 jixiao register"
    expected = {
        "部署 issue": ("已暂停", "在页面的 Deployments 里恢复"),
        "部署 remind": ("9 个日程只有 8 个有效", "在页面的 Deployments 里打开日程"),
        f"自动化 {STUCK}": ("已停用", "在页面的 Automations 里打开"),
        f"自动化 {ZOMBIE}": ("没有登记", again),
        **{
            f"部署 {d['name']}": ("没有登记", again)
            for d in read_deployments()
            if d["name"] not in FEW
        },
    }
    assert wrong() == expected
    for version, remedy in (("99.1.0", "升级本机的程序，再重启执行器"), ("0.0.1", again)):
        monkeypatch.setattr(deployments, "__version__", version)
        register_all()
        assert wrong()["程序版本"][1] == remedy
