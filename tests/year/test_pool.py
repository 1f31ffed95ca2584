"""Many items are done in processes: with the same result, and no failure reaches another."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from benchmarks.county import make_county
from jixiao.errors import JixiaoError, RefusedFile
from jixiao.installation.paths import pack_dir
from jixiao.policy import load_pack
from jixiao.policy.roster import write_roster
from jixiao.year import Cycle, Item, open_cycle, outstanding, perform, pool
from tests.operator.year import YEAR, canonical, settings_in, tree

DAY = date(2022, 11, 15)
MANY = 20


def over(pid: int) -> bool:
    """Whether a process has ended to the last; nobody may have asked for its exit code yet."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return said.rpartition(")")[2].split()[0] == "Z"


@pytest.fixture(scope="module")
def county():
    return make_county(load_pack(pack_dir(YEAR)), MANY, seed=3)


@pytest.fixture
def cycle(county, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cycle:
    monkeypatch.setenv("JIXIAO_PROCESSES", "2")
    return opened(county, tmp_path / "var")


def opened(county, var: Path) -> Cycle:
    write_roster(var, YEAR, county.roster)
    return open_cycle(YEAR, DAY, settings=settings_in(var))


def said(file: Path) -> str:
    """What the system says of a thread or process, nothing of one that has just ended."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def workers() -> set[int]:
    """The processes this one has started that do items."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in said(task / "children").split():
            if "jixiao.year.pool" in said(Path(f"/proc/{pid}/cmdline")):
                found.add(int(pid))
    return found


def test_in_processes_as_in_this_one(cycle, county, tmp_path, monkeypatch):
    done, failed = perform(cycle, "targets")
    assert not failed
    assert len(done) == MANY
    assert len(workers()) == 2
    monkeypatch.setenv("JIXIAO_PROCESSES", "1")
    alone = opened(county, tmp_path / "alone")
    assert perform(alone, "targets")[0] != []
    assert canonical(cycle.settings) == canonical(alone.settings)
    mine, theirs = tree(cycle.settings.deliveries), tree(alone.settings.deliveries)
    assert sorted(mine.values()) == sorted(theirs.values())


def test_one_that_fails_stops_nobody_and_says_where(cycle, county):
    sick = county.roster.departments[7]
    blocked = cycle.settings.deliveries / str(YEAR) / sick.code
    blocked.parent.mkdir(parents=True)
    blocked.write_text("")
    done, failed = perform(cycle, "targets")
    assert len(done) == MANY - 1
    (error,) = failed.values()
    assert isinstance(error, OSError)
    assert str(blocked) in str(error.filename)
    assert "deliver" in "".join(error.__notes__)  # what happened over there is in the log
    blocked.unlink()
    done, failed = perform(cycle, "targets")
    assert [d.id for d in done] == [sick.code]
    assert not failed


def test_a_killed_process_takes_one_item_with_it(cycle):
    perform_thread: list[tuple[list, dict]] = []
    before = workers()
    for pid in before:  # those of earlier tests: who dies idle takes nothing along
        os.kill(pid, signal.SIGKILL)
    while not all(over(pid) for pid in before):
        time.sleep(0.005)
    thread = threading.Thread(target=lambda: perform_thread.append(perform(cycle, "targets")))
    thread.start()
    while not (fresh := workers() - before):
        time.sleep(0.005)
    os.kill(next(iter(fresh)), signal.SIGKILL)
    thread.join()
    done, failed = perform_thread[0]
    assert len(failed) == 1, failed
    assert len(done) == MANY - 1
    (error,) = failed.values()
    assert isinstance(error, pool.LostProcess)
    assert "意外结束（退出码 -9）" in str(error)
    again, failed_again = perform(cycle, "targets")
    assert not failed_again
    assert len(again) == 1
    assert "targets" not in outstanding(cycle)


def test_a_process_is_replaced_after_so_many_items(cycle, monkeypatch):
    monkeypatch.setattr(pool, "ITEMS", 4)
    seen = workers()
    before = set(seen)
    thread = threading.Thread(target=lambda: perform(cycle, "targets"))
    thread.start()
    while thread.is_alive():
        seen |= workers()
        time.sleep(0.005)
    assert len(seen - before) >= MANY // 4 - len(before)
    assert "targets" not in outstanding(cycle)


def test_no_process_outlives_its_master(tmp_path, county):
    script = (
        "import os, sys\nfrom datetime import date\nfrom pathlib import Path\n"
        "from jixiao.year import pool, open_cycle\nfrom jixiao.year.runner import STEPS\n"
        "from jixiao.installation.settings import Settings\n"
        f"cycle = open_cycle({YEAR}, date(2022, 11, 15), settings=Settings(Path({str(tmp_path)!r}),"
        f" 'sqlite:///{tmp_path}/jixiao.db'))\n"
        "pool.do_in_process(cycle, 'targets', STEPS['targets'].due(cycle)[0])\n"
        "worker = next(p for w in pool._POOLS.values() for p in w._places.queue if p)\n"
        "print(worker._process.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    write_roster(tmp_path, YEAR, county.roster)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == -9, ran.stderr
    pid = int(ran.stdout)
    for _ in range(400):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    raise AssertionError("the process is still there")


@pytest.mark.parametrize("wanted", ["0", "two", "-1", "1.5"])
def test_a_wrong_number_of_processes_is_named(monkeypatch, wanted):
    monkeypatch.setenv("JIXIAO_PROCESSES", wanted)
    with pytest.raises(JixiaoError, match="JIXIAO_PROCESSES"):
        pool.processes()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (JixiaoError("单位不在名册里。"), "单位不在名册里。"),
        (RefusedFile("no_identity", "找不到单位。"), "找不到单位。"),
        (ValueError(lambda: 0), "ValueError"),  # holds what cannot be pickled
    ],
)
def test_every_error_can_be_handed_over(error, expected):
    there = pickle.loads(pickle.dumps(pool._portable(error)))
    assert expected in str(there)
    assert isinstance(there, JixiaoError) == isinstance(error, JixiaoError)


def test_one_thing_about_many_departments_is_worth_a_process(monkeypatch):
    monkeypatch.setenv("JIXIAO_PROCESSES", "2")
    few = [Item("site", "公开网站", about=pool.MANY - 1)]
    assert not pool.enough_for_processes(few)
    assert pool.enough_for_processes([Item("site", "公开网站", about=pool.MANY)])
    assert pool.enough_for_processes([*few, Item("one", "一项")])
    monkeypatch.setenv("JIXIAO_PROCESSES", "1")
    assert not pool.enough_for_processes([Item("site", "公开网站", about=pool.MANY)])
