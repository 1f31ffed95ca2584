"""The pages an operator sees, on a real server with a real worker.

Set ``JIXIAO_SCREENSHOTS`` to a folder to keep pictures of what is seen (docs/images).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from flows.automations import NAMES, ZOMBIE
from flows.deployments import read_deployments
from jixiao.demo.sink import Sink
from jixiao.store.store import Event, history
from jixiao.year import open_cycle
from tests.operator.served import (
    Served,
    clean_environment,
    command,
    descendants,
    serving,
    wait_for,
)
from tests.operator.year import YEAR, settings_in

pytestmark = [pytest.mark.prefect, pytest.mark.browser]

#: A day on which nothing is due yet.
BEFORE = date(2022, 11, 1)
SECRET = "caizheng:mi-ma-5531-Yy"
LOGIN = {"PREFECT_SERVER_API_AUTH_STRING": SECRET, "PREFECT_API_AUTH_STRING": SECRET}
SICK = "12431199MB99020279"
NAME = "示例县星河图书馆"
#: Whom to ask, as only the packs of this installation say.
CONTACT = "绩效股固定值班"


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    with Sink(tmp_path_factory.mktemp("sink") / "notices.jsonl") as opened:
        yield opened


def without_quiet_hours(config: Path) -> None:
    """The test may run at night."""
    calendar = config / str(YEAR) / "calendar.yaml"
    lines = calendar.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("quiet:")]
    assert len(kept) == len(lines) - 1
    calendar.write_text("".join(kept), encoding="utf-8")


@pytest.fixture(scope="module")
def served(root: Path, sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    channels = {
        f"JIXIAO_CHANNEL_{name}": sink.address(name.lower())
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS")
    }
    var = tmp_path_factory.mktemp("served")
    # A run that is recorded before anything is served, as the demonstration's are.
    ran = by_hand(root, var, "run", str(YEAR), "--day", str(BEFORE))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # From then on the installation works with packs of its own.
    assert f"政策包已固定在 {var / 'config'}" in ran.stderr
    without_quiet_hours(var / "config")
    pack = var / "config" / str(YEAR) / "pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace("绩效股值班人员", CONTACT), encoding="utf-8")
    with serving(root, var, **channels, **LOGIN) as running:
        yield running


def by_hand(root: Path, var: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command line as the operator types it, with the login of the environment file."""
    given = {**clean_environment(root), "JIXIAO_VAR": str(var), **LOGIN}
    return subprocess.run(
        command(*words), cwd=root, env=given, capture_output=True, text=True, timeout=300
    )


# Prefect on SQLite may keep a page waiting for a minute while it waits for a lock.
expect.set_options(timeout=180_000)


@pytest.fixture
def page(need: Callable[[str], str], served: Served) -> Iterator[Page]:
    """A browser that has logged in through the form."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=need("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        opened.set_default_timeout(180_000)
        opened.goto(f"{served.ui}/v2/dashboard")
        picture(opened, "operator-login")
        opened.get_by_placeholder("admin:pass").fill(SECRET)
        opened.get_by_role("button", name="Login").click()
        opened.wait_for_url("**/dashboard**")
        yield opened
        browser.close()


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("JIXIAO_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(2500)  # what is drawn late
        page.screenshot(path=Path(folder) / f"{name}.png")


def events(served: Served, what: str) -> list[Event]:
    with open_cycle(YEAR, settings=settings_in(served.var)).store.read() as connection:
        return [e for e in history(connection, YEAR) if e.what == what]


def told(sink: Sink) -> list[dict[str, str]]:
    lines = sink.file.read_text(encoding="utf-8").splitlines() if sink.file.exists() else []
    return [json.loads(line) for line in lines]


def test_what_was_recorded_before_is_shown(served: Served, page: Page) -> None:
    """As after ``make demo``: the runs, and who was where in a table."""
    page.goto(f"{served.ui}/v2/runs")
    page.get_by_role("link", name="全年推进", exact=True).first.click()
    expect(page.get_by_text("Completed").first).to_be_visible()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_role("link", name=f"who-is-where-{YEAR}").first.click()
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    expect(page.get_by_text(NAME).first).to_be_visible()
    picture(page, "operator-standings")


def test_retry_does_again_only_what_failed(served: Served, sink: Sink, page: Page) -> None:
    # Where its folder should be lies a file: its workbook cannot be written.
    blocked = served.var / "deliveries" / str(YEAR) / SICK
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("")

    deployment = served.ask("/deployments/name/targets/targets")["id"]
    page.goto(f"{served.ui}/v2/deployments/deployment/{deployment}/run")
    expect(page.get_by_text("预算年度；不填则为日历包含当天的各年度。")).to_be_visible()
    page.get_by_role("tab", name="int").click()
    page.get_by_role("spinbutton").first.fill(str(YEAR))
    picture(page, "operator-run")
    page.get_by_role("button", name="Submit").click()
    wait_for(lambda: served.runs("targets"), "the run to start")
    (run,) = (r["id"] for r in served.runs("targets"))
    state = served.wait(run, "Failed", "Crashed", "Completed")
    assert state["name"] == "Failed"
    assert f"1/6 项未完成（{NAME}）" in state["message"]
    done = [e.unit for e in events(served, "targets_issued")]
    assert len(done) == 5
    assert SICK not in done

    # What the operator sees: the state, and a table of who and why.
    page.goto(f"{served.ui}/v2/runs/flow-run/{run}?tab=Details")
    expect(page.get_by_text("Failed").first).to_be_visible()
    picture(page, "operator-failed")
    page.goto(f"{served.ui}/v2/runs/flow-run/{run}?tab=Artifacts")
    page.get_by_role("link", name="targets-results").first.click()
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    expect(page.get_by_text("原因").first).to_be_visible()
    expect(page.get_by_text("请移走占用路径的文件").first).to_be_visible()
    picture(page, "operator-results")

    # Told although nobody looked: by a run of its own, over the operators' channel.
    wait_for(
        lambda: [t for t in told(sink) if t["path"] == "operators" and run in t["message"]],
        "the operators to be told",
    )

    # The cause is put right, Retry is clicked.
    blocked.unlink()
    page.goto(f"{served.ui}/v2/runs/flow-run/{run}")
    page.get_by_role("button", name="Open menu").first.click()
    picture(page, "operator-retry")
    page.get_by_role("menuitem", name="Retry").click()
    confirm = page.get_by_role("button", name="Retry")
    confirm.last.click()
    state = served.wait(run, "Completed")
    assert served.ask(f"/flow_runs/{run}")["run_count"] == 2
    assert "1 项已完成" in state["message"]

    # Only that department was done again, and nobody was told anything twice.
    assert [e.unit for e in events(served, "targets_issued")] == [*done, SICK]
    wait_for(lambda: sum("targets_opened" in m for m in kinds(served)) == 6, "the six notices")
    messages = Counter((t["path"], t["title"], t["message"]) for t in told(sink))
    assert sum("绩效目标" in title for _, title, _ in messages) >= 6
    assert max(messages.values()) == 1, messages.most_common(2)
    assert any(CONTACT in message for _, _, message in messages)


def kinds(served: Served) -> list[str]:
    """Kinds of the notices that went out."""
    from jixiao.notices import sent

    with open_cycle(YEAR, settings=settings_in(served.var)).store.read() as connection:
        return [e.kind for e in sent(connection, YEAR)]


def test_everything_of_prefect_yaml_is_there(served: Served) -> None:
    there = {d["name"]: d for d in served.ask("/deployments/filter", {"limit": 200})}
    for wanted in read_deployments():
        crons = [s["cron"] for s in wanted.get("schedules", ())]
        found = there[wanted["name"]]
        assert sorted(s["schedule"]["cron"] for s in found["schedules"]) == sorted(crons)
        limit = found["global_concurrency_limit"]["limit"]
        assert limit == wanted["concurrency_limit"]["limit"]
    automations = {a["name"]: a for a in served.ask("/automations/filter", {"limit": 200})}
    assert set(automations) == set(NAMES)
    expected = set(automations[ZOMBIE]["trigger"]["expect"])
    for state in ("Suspended", "Paused", "AwaitingRetry"):
        assert f"prefect.flow-run.{state}" in expected


def test_runs_a_year_ahead_appear(served: Served) -> None:
    """Prefect makes runs 100 days ahead unless told otherwise."""

    def farthest() -> datetime:
        asked = {"limit": 200, "sort": "EXPECTED_START_TIME_DESC"}
        found = served.ask("/flow_runs/filter", asked)
        return max(datetime.fromisoformat(r["expected_start_time"]) for r in found)

    wait_for(lambda: farthest() > datetime.now(UTC) + timedelta(days=250), "runs far ahead")


def test_doctor_finds_nothing_wrong(
    served: Served, sink: Sink, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
        monkeypatch.setenv(f"JIXIAO_CHANNEL_{name}", sink.address(name.lower()))
    given = {k: v for k, v in os.environ.items() if k.startswith("JIXIAO_")}
    ran = subprocess.run(
        command("doctor", "--json", "--var", str(served.var)),
        cwd=root,
        env={**clean_environment(root), **given, **LOGIN},
        capture_output=True,
        text=True,
    )
    wrong = [row for row in json.loads(ran.stdout) if row["结果"] != "正常"]
    assert wrong == []
    assert ran.returncode == 0


def test_a_second_serve_sees_the_first(served: Served, root: Path) -> None:
    ran = by_hand(root, served.var, "serve", "--var", str(served.var))
    assert ran.returncode == 0
    assert f"已经在运行：{served.ui}" in ran.stdout


def test_a_run_by_hand_is_recorded_on_the_same_server(served: Served, root: Path) -> None:
    before = len(served.runs("annual-cycle"))
    ran = by_hand(root, served.var, "run", str(YEAR), "--day", "2022-11-16")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(served.runs("annual-cycle")) == before + 1


def test_a_killed_server_and_worker_come_back(served: Served) -> None:
    victims = [
        pid
        for pid, words in descendants(served.process.pid).items()
        if "prefect server start" in words or "prefect worker start" in words
    ]
    assert len(victims) == 2
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    def back() -> bool:
        try:
            return any(a["name"] == ZOMBIE for a in served.ask("/automations/filter", {}))
        except OSError:
            return False

    wait_for(back, "the server to come back")
    run = served.start("targets", year=YEAR, day="2022-11-16")
    served.wait(run, "Completed", seconds=240)
    # What was done before is not done again.
    assert set(Counter(e.unit for e in events(served, "targets_issued")).values()) == {1}


def test_it_stops_clean(served: Served) -> None:
    """The last test of this file: afterwards nothing of it runs."""
    children = descendants(served.process.pid)
    assert len(children) >= 2
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=120) == 0
    assert "已停止" in served.log.read_text()
    assert not (served.var / "prefect" / "serve.json").exists()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    # Logs and Prefect's database have seen everything, but not the login.
    seen = [p for p in (served.var / "prefect").rglob("*") if p.is_file()]
    assert any(p.suffix == ".db" for p in seen)
    secret = SECRET.partition(":")[2].encode()
    assert [p for p in (*seen, served.log) if secret in p.read_bytes()] == []
