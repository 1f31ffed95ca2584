"""One long-lived server on PostgreSQL: a login, two schedulers at once, seeded kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from benchmarks.county import make_county
from flows.automations import STUCK
from flows.order import Part
from flows.server import LOGIN as SENT
from flows.server import SERVER_LOGIN as ASKED
from flows.server import SHARES
from flows.stage import ONE_EACH
from jixiao.demo.sink import Sink
from jixiao.installation.paths import pack_dir
from jixiao.installation.settings import Settings
from jixiao.policy import load_pack
from jixiao.policy.model import Roster
from jixiao.policy.roster import write_roster
from jixiao.store.store import history
from jixiao.store.tables import outbox
from jixiao.year import Item, open_cycle, outstanding, step
from tests.operator.chaos import differences
from tests.operator.province import LOGIN, Province, Worker, province, workers
from tests.operator.served import wait_for
from tests.operator.year import YEAR, Prepared, play, settings_in

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

OPENING = date(2022, 11, 15)
ISSUE = date(2024, 2, 20)
PUBLISH = date(2024, 9, 2)
SEED = 20240902


@pytest.fixture(scope="module")
def served(
    root: Path, records_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    with province(root, tmp_path_factory.mktemp("province"), records_database) as running:
        yield running


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file everything said over any channel goes to."""
    file = tmp_path / "war.jsonl"
    with Sink(file) as sink:
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
            monkeypatch.setenv(f"JIXIAO_CHANNEL_{name}", sink.address(name.lower()))
        yield file


def lines(file: Path) -> list[dict[str, str]]:
    said = file.read_text(encoding="utf-8") if file.exists() else ""
    return [json.loads(line) for line in said.splitlines()]


def about_prefect(
    served: Province, var: Path, **environment: str | None
) -> dict[str, dict[str, str]]:
    """What the check-up finds wrong with the server, by what it looked at."""
    ran = served.run("doctor", "--json", JIXIAO_VAR=str(var), **environment)
    kinds = ("Prefect", "执行池", "部署", "自动化")
    found = {r["项目"]: r for r in json.loads(ran.stdout) if r["项目"].startswith(kinds)}
    assert "Prefect 登录" in found
    return {name: row for name, row in found.items() if row["结果"] != "正常"}


@pytest.mark.parametrize(
    ("login", "says"),
    [(None, "而这里没有设置 PREFECT_API_AUTH_STRING"), ("caizheng:wrong", "用户名或密码不对")],
    ids=["none", "wrong"],
)
def test_who_does_not_log_in_is_told_so(
    served: Province, tmp_path: Path, login: str | None, says: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        replace(served, login=login or "").ask("/deployments/filter", {})
    assert refused.value.code == 401

    for words in (["register"], ["run", str(YEAR), "--day", str(OPENING)]):
        ran = served.run(*words, JIXIAO_VAR=str(tmp_path), **{SENT: login})
        assert ran.returncode == 2, ran.stdout + ran.stderr
        assert says in ran.stderr
        assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []  # nothing was done unrecorded

    wrong = about_prefect(served, tmp_path, **{SENT: login})
    assert list(wrong) == ["Prefect 登录"]
    assert says in wrong["Prefect 登录"]["情况"]
    assert "环境文件" in wrong["Prefect 登录"]["怎么办"]


def test_registering_has_pinned_the_packs_where_the_work_is_done(served: Province) -> None:
    assert (served.var / "config" / str(YEAR) / "pack.yaml").is_file()


def test_an_empty_login_is_not_taken_for_none(served: Province, tmp_path: Path) -> None:
    """As a line with nothing behind the name leaves it: Prefect then refuses everybody."""
    (found,) = about_prefect(served, tmp_path, **{SENT: "", ASKED: ""}).values()
    assert "空的" in found["情况"]


def test_two_schedulers_and_two_workers_at_once(
    served: Province, told: Path, tmp_path: Path, postgres_address: str
) -> None:
    settings = Settings(tmp_path / "var", postgres_address)
    # Prefect would let the second run wait; here only the database keeps the two apart.
    everything = served.ask("/deployments/filter", {"limit": 200})
    limit(served, {d["id"]: None for d in everything})
    with workers(served, settings, "east", "west"):
        # An empty database: both bring it to head, both find the same six departments.
        runs = [served.start_year(OPENING) for _ in range(2)]
        served.settle()
        assert about_prefect(served, settings.var) == {}
    limit(served, {d["id"]: d["global_concurrency_limit"]["limit"] for d in everything})

    assert [served.state(run)["name"] for run in runs] == ["Completed"] * 2
    assert served.over_badly() == []
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        done = Counter(e.unit for e in history(connection, YEAR) if e.what == "targets_issued")
        states = Counter(connection.execute(select(outbox.c.status)).scalars())
    assert len(done) == 6
    assert set(done.values()) == {1}
    heard = Counter((t["path"], t["title"], t["message"]) for t in lines(told))
    assert set(heard.values()) == {1}
    assert set(states) <= {"sent", "merged"}
    assert states["sent"] == len(heard)


def test_two_workers_share_a_stage(served: Province, tmp_path: Path, postgres_address: str) -> None:
    """A stage of many departments: each is done once, by the one worker or by the other."""
    settings = Settings(tmp_path / "var", postgres_address)
    many = 2 * ONE_EACH + 40
    departments = make_county(load_pack(pack_dir(YEAR)), many, seed=6).roster.departments
    write_roster(settings.var, YEAR, Roster(departments=departments))
    # One of each part cannot be written; its own run says so, and its own Retry does it.
    sick = [Part(n, 2).of([Item(d.code, d.name) for d in departments])[5] for n in (1, 2)]
    blocked = [settings.deliveries / str(YEAR) / item.id for item in sick]
    for path in blocked:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    machine = replace(served, environment={**served.environment, "JIXIAO_PROCESSES": "1"})
    with (
        workers(machine, settings, "desk"),
        workers(machine, settings, "north", "south", pool=SHARES),
    ):
        stage = served.start("targets", year=YEAR, day=str(OPENING))
        served.settle()
        assert f"{many} 项分给 2 个执行器办理" in served.state(stage)["message"]
        shares = sorted(served.runs("share"), key=lambda r: r["parameters"]["part"])
        title = step("targets").title
        assert [r["name"] for r in shares] == [f"分担 {title} {n}/2" for n in (1, 2)]
        for run, item in zip(shares, sick, strict=True):
            assert run["state"]["type"] == "FAILED"
            assert f"项未完成（{item.name}）" in run["state"]["message"]
        begun, ended = ([r[name] for r in shares] for name in ("start_time", "end_time"))
        assert max(begun) < min(ended), "one worker took both"
        assert issued_once(settings) == many - 2
        for path in blocked:
            path.unlink()
        for run in shares:
            served.retry(run["id"])
        served.settle()
        assert "个在线，分担" in about_shares(served, settings.var)
    assert served.over_badly() == []
    assert {r["id"] for r in served.runs("share")} == {r["id"] for r in shares}
    assert issued_once(settings) == many


def about_shares(served: Province, var: Path) -> str:
    ran = served.run("doctor", "--json", JIXIAO_VAR=str(var))
    (found,) = (r["情况"] for r in json.loads(ran.stdout) if r["项目"] == "分担执行池")
    return str(found)


def issued_once(settings: Settings) -> int:
    """How many departments got their template; none got it twice."""
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        done = Counter(e.unit for e in history(connection, YEAR) if e.what == "targets_issued")
    assert set(done.values()) == {1}
    return len(done)


def limit(served: Province, limits: Mapping[str, int | None]) -> None:
    for id, runs_at_once in limits.items():
        served.ask(f"/deployments/{id}", {"concurrency_limit": runs_at_once}, method="PATCH")


class Fire:
    """A year that is killed on some of its days at seeded instants, and goes on."""

    def __init__(self, of: Province, settings: Settings, rng: random.Random) -> None:
        self.of, self.settings, self.rng = of, settings, rng

    def day(self, day: date, victim: str) -> None:
        """Advance a day by the daily run, with one kill, until nothing is left to do."""
        with workers(self.of, self.settings, victim) as staff:
            run = self.of.start_year(day)
            self.of.wait(run, "Running", "Completed")
            # The daily run takes a few seconds, and so does each stage that it wakes.
            time.sleep(self.rng.uniform(0, 12))
            self.strike(staff[0], victim)
            self.settle(staff)
            # What the operator does: Retry for whatever crashed. What is still left then is
            # for the next daily run.
            for crashed in self.of.over_badly():
                self.of.retry(crashed)
            self.settle(staff)
            if outstanding(open_cycle(YEAR, day, settings=self.settings)):
                self.of.start_year(day)
                self.settle(staff)
            assert self.of.over_badly() == []

    def strike(self, worker: Worker, victim: str) -> None:
        wait_for(worker.flows, "a run to be under way")
        flows = worker.flows()
        if victim in ("worker", "both"):
            worker.process.kill()
            worker.process.wait()
        if victim in ("flow", "both"):
            for pid in flows:
                os.kill(pid, signal.SIGKILL)

    def settle(self, staff: list[Worker]) -> None:
        """Until every run is over; meanwhile a worker that has ended is started again.

        Its unit would do so. Prefect's worker ends by itself, too, where a run it has just
        lost is scheduled again at once.
        """

        def over() -> bool:
            if staff[-1].process.poll() is not None:
                staff.append(Worker(self.of, f"{staff[0].name}+{len(staff)}", self.settings))
            return not self.of.live()

        wait_for(over, "every run to be over", 240)


def test_three_seeded_kills_leave_no_trace(
    served: Province, prepared: Prepared, told: Path, tmp_path: Path
) -> None:
    peace, war = settings_in(tmp_path / "peace"), settings_in(tmp_path / "war")
    list(play(prepared, peace))
    told.unlink()  # what that year told is known

    give_up_sooner(served)
    rng = random.Random(SEED)
    victims = rng.sample(["flow", "worker", "both"], 3)
    fire = Fire(served, war, rng)
    plan = dict(zip((OPENING, ISSUE, PUBLISH), victims, strict=True))
    for day in prepared.days(date.min, date.max):
        how = (lambda d: fire.day(d, plan[d])) if day in plan else None
        list(play(prepared, war, first=day, last=day, step=how))

    found = list(differences(peace, war, tmp_path))
    # The one new thing: the operators heard of what crashed, though the runs were dead.
    crashed = [d for d in found if d.startswith("outbox: too much") and "没有完成" in d]
    assert [d for d in found if d not in crashed] == []
    assert len([t for t in lines(told) if t["path"] == "operators"]) == len(crashed) >= 1


def give_up_sooner(served: Province) -> None:
    """A run that was taken and never begun is given up in less than a minute, not after five."""
    (found,) = (a for a in served.ask("/automations/filter", {}) if a["name"] == STUCK)
    found["trigger"]["within"] = 45
    kept = {k: found[k] for k in ("name", "description", "enabled", "trigger", "actions")}
    served.ask(f"/automations/{found['id']}", kept, method="PUT")


def test_the_secret_is_nowhere(served: Province) -> None:
    """The last test of this file: the server has seen everything by now."""
    secret = LOGIN.partition(":")[2]
    said = served.logs()
    assert "annual-cycle" in said or "全年推进" in said
    assert secret not in said
    listed = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True)
    assert "worker" in listed.stdout or "server start" in listed.stdout
    assert secret not in listed.stdout
    assert secret not in recorded(served)


def recorded(served: Province) -> str:
    """Every row of every table of Prefect's database as text."""
    address = make_url(served.environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"])
    engine = create_engine(address.set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        rows = [
            str(row)
            for table in connection.execute(text(named)).scalars().all()
            for row in connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars()
        ]
    engine.dispose()
    assert any("全年推进" in row for row in rows)
    return "\n".join(rows)
