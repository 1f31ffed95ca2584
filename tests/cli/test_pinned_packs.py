"""Which packs a command works with: those of the folder it is told, however it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import serve as serving
from flows.server import LOGIN, SERVER_LOGIN
from jixiao.cli import app
from jixiao.errors import JixiaoError
from jixiao.installation.pinned import pin
from jixiao.installation.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def jixiao(tmp_path: Path) -> Run:
    """Run the console script; a variable of the environment is given by its name."""

    def run(*words: object, **given: object) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "PREFECT_"))}
        environment = {**kept, "COLUMNS": "200", **{k: str(v) for k, v in given.items()}}
        return subprocess.run(
            [sys.executable, "-c", "from jixiao.cli import main; main()", *map(str, words)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
        )

    return run


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An installation whose packs say something of their own."""
    var = tmp_path / "own"
    pin(var, lambda _: None)
    roster = var / "config" / "2023" / "departments.yaml"
    roster.write_text(
        "departments:\n  - {code: 11431125MB18152796, name: 本县某局}\n", encoding="utf-8"
    )
    return var


def packs(ran: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {r["项目"]: r["情况"] for r in json.loads(ran.stdout) if r["项目"].startswith("政策包")}


def test_the_environment_and_the_option_mean_the_same(
    jixiao: Run, own: Path, tmp_path: Path
) -> None:
    for words, given in (
        (("doctor", "--json"), {"JIXIAO_VAR": own}),
        (("doctor", "--json", "--var", own), {}),
        (("doctor", "--json", "--var", "own"), {"JIXIAO_VAR": tmp_path / "other"}),
    ):
        found = packs(jixiao(*words, **given))
        assert found["政策包"].startswith(f"{own / 'config'}（本机的")
        assert found["政策包 2023"].startswith("1 个单位")
    assert "随程序附带的" in packs(jixiao("doctor", "--json"))["政策包"]


def test_looking_pins_nothing(jixiao: Run, tmp_path: Path) -> None:
    var = tmp_path / "var"
    ran = jixiao("status", "2023", "--day", "2022-11-16", "--json")
    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["2023"]) == 6
    jixiao("doctor")
    jixiao("backup", tmp_path / "saved.tar")
    assert var.is_dir()
    assert not (var / "config").exists()


def test_what_is_backed_up_and_restored_counts_by_itself(
    jixiao: Run, own: Path, tmp_path: Path
) -> None:
    saved, fresh = tmp_path / "saved.tar", tmp_path / "fresh"
    assert jixiao("backup", saved, "--var", own).returncode == 0
    assert jixiao("restore", saved, "--var", fresh).returncode == 0
    status = jixiao("status", "2023", "--day", "2022-11-16", "--json", JIXIAO_VAR=fresh)
    assert [r["单位"] for r in json.loads(status.stdout)["2023"]] == ["本县某局"]


def test_the_option_is_of_one_command_alone(own: Path) -> None:
    before = dict(os.environ)
    ran = CliRunner().invoke(app, ["doctor", "--json", "--var", str(own)])
    assert str(own / "config") in ran.output
    assert dict(os.environ) == before


def test_serving_pins_before_anything_works_with_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not where it is refused."""
    said: list[str] = []

    def stop(*_: object) -> None:
        assert (tmp_path / "config" / "2023" / "pack.yaml").is_file()
        raise JixiaoError("到此为止")

    for name in ("JIXIAO_HOME", LOGIN, SERVER_LOGIN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(serving, "start_server", stop)
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'jixiao.db'}")
    monkeypatch.setenv(LOGIN, "jing:one")
    with pytest.raises(JixiaoError, match="登录只设了一半"):
        serving.serve(settings, 0, said.append)
    assert not (tmp_path / "config").exists()
    monkeypatch.delenv(LOGIN)
    with pytest.raises(JixiaoError, match="到此为止"):
        serving.serve(settings, 0, said.append)
    assert said[0] == f"政策包已固定在 {tmp_path / 'config'}，今后改这里；升级程序不会动它。"


def test_registering_pins_where_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine of the Prefect server may have none. What it registers is tested on a server."""
    monkeypatch.delenv("JIXIAO_HOME", raising=False)
    monkeypatch.setattr(serving, "register_with", lambda wait: ["annual-cycle"])
    elsewhere = tmp_path / "share-not-mounted-here"
    for var, says in (
        (elsewhere, f"本机没有工作文件夹 {elsewhere}，政策包没有固定。"),
        (tmp_path, f"政策包已固定在 {tmp_path / 'config'}，"),
    ):
        monkeypatch.setenv("JIXIAO_VAR", str(var))
        ran = CliRunner().invoke(app, ["register"])
        assert ran.exit_code == 0
        assert says in ran.stderr
    assert not elsewhere.exists()
    assert (tmp_path / "config" / "2023" / "pack.yaml").is_file()


def test_a_pack_of_a_newer_program_ends_every_command(jixiao: Run, own: Path) -> None:
    pack = own / "config" / "2023" / "pack.yaml"
    pack.write_text("format: 99\n" + pack.read_text(encoding="utf-8"), encoding="utf-8")
    ran = jixiao("status", "2023", JIXIAO_VAR=own)
    assert ran.returncode == 2
    assert f"{pack} 第 1 行，format：" in ran.stderr
    assert "请先升级程序" in ran.stderr
    ran = jixiao("pack", "check", JIXIAO_VAR=own)
    assert ran.returncode == 2
    assert ran.stdout.count("请先升级程序") == 1
