"""What is copied onto a server: units, settings and the compose file say what the program knows."""

from __future__ import annotations

import configparser
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main
import yaml
from prefect.settings import Settings
from pydantic import BaseModel

from flows.serve import AHEAD
from flows.server import HEARTBEAT_SECONDS, POOL, SHARES
from jixiao.cli import app

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
UNITS = sorted((DEPLOYMENTS / "systemd").glob("*.service"))
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.name)
def test_every_unit_runs_a_command_there_is(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["EnvironmentFile"] == "/etc/jixiao/env"
    assert service["User"] == "jixiao"
    for command in re.findall(r"bin/jixiao (\w+)", " ".join(service.values())):
        assert command in COMMANDS
    if service.get("Type") != "oneshot":
        assert service["Restart"] == "always"
    if "worker start" in service["ExecStart"]:
        # A share keeps a whole machine busy; decisions must not wait behind a stage.
        shares = path.name == "jixiao-shares.service"
        pool, runs = (SHARES, 1) if shares else (POOL, 4)
        assert f"--pool {pool} --type process --limit {runs} " in service["ExecStart"]


def test_systemd_takes_the_units(need: Callable[[str], str], tmp_path: Path) -> None:
    """A misspelt key is only a line in the journal; a bad calendar keeps a timer silent."""
    program = tmp_path / "bin"
    program.mkdir()
    for name in ("jixiao", "prefect"):
        (program / name).write_text("#!/bin/sh\n")
        (program / name).chmod(0o755)
    units = []
    for path in sorted((DEPLOYMENTS / "systemd").iterdir()):
        text = path.read_text(encoding="utf-8").replace("/opt/jixiao/.venv/bin", str(program))
        units.append(tmp_path / path.name.replace("@.", "@1."))
        units[-1].write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [need("systemd-analyze"), "verify", *units], capture_output=True, text=True, timeout=60
    )
    about_ours = [line for line in ran.stderr.splitlines() if "jixiao" in line]
    assert about_ours == []
    assert ran.returncode == 0, ran.stderr


def test_a_unit_that_is_wrong_is_noticed(need: Callable[[str], str], tmp_path: Path) -> None:
    """The test above can fail."""
    wrong = tmp_path / "jixiao-wrong.service"
    wrong.write_text("[Service]\nExecStart=/bin/true\nRestrat=always\n")
    ran = subprocess.run(
        [need("systemd-analyze"), "verify", wrong], capture_output=True, text=True, timeout=60
    )
    assert "Restrat" in ran.stderr


def settings(name: str) -> dict[str, str]:
    lines = (DEPLOYMENTS / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("name", ["env.county", "env.province"])
def test_settings_hold_no_secret_and_ask_for_a_login(name: str) -> None:
    given = settings(name)
    text = (DEPLOYMENTS / name).read_text(encoding="utf-8")
    for key in ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"):
        # An empty one would lock everybody out: it is there to be filled in, not set.
        assert key not in given
        assert f"\n#{key}=\n" in text
    assert given["JIXIAO_SIGNING_KEY"] == ""
    assert {k for k in given if k.startswith("JIXIAO_CHANNEL_")} == {
        "JIXIAO_CHANNEL_DEPARTMENTS",
        "JIXIAO_CHANNEL_BUREAU",
        "JIXIAO_CHANNEL_OPERATORS",
    }
    assert not any(given[k] for k in given if k.startswith("JIXIAO_CHANNEL_"))


def test_every_setting_of_prefect_is_one_prefect_knows() -> None:
    """A misspelt setting is ignored in silence."""
    known = _names(Settings)
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8"))
    used = {*settings("env.county"), *settings("env.province")}
    for service in compose["services"].values():
        used |= set(service.get("environment", ()))
    ours = {n for n in used if n.startswith("PREFECT_") and not n.startswith("PREFECT_REDIS_")}
    assert ours - known == set()


def _names(model: type[BaseModel]) -> set[str]:
    """Every name a setting may have in the environment."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(f"{model.model_config.get('env_prefix', '')}{name}".upper())
        for alias in getattr(field.validation_alias, "choices", ()):
            if isinstance(alias, str):
                found.add(alias.upper())
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= _names(inner)
    return found


def test_both_ways_of_running_see_a_year_ahead_and_hear_the_same_heartbeat() -> None:
    province = settings("env.province")
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8"))
    for given in (province, compose["services"]["server"]["environment"]):
        assert given["PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME"] == AHEAD
        assert int(given["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]) == HEARTBEAT_SECONDS


def test_what_the_compose_file_must_be_told_stands_at_its_head() -> None:
    text = (DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    asked = set(re.findall(r"\$\{(\w+):\?\}", text))
    assert asked == {"DB_PASSWORD", "API_LOGIN", "SIGNING_KEY"}
    for name in asked:
        assert f"{name}=" in head


def test_every_setting_is_in_the_operators_guide(root: Path) -> None:
    guide = (root / "docs/operator.md").read_text(encoding="utf-8")
    named = {
        name
        for package in ("jixiao", "flows", "tasks")
        for path in (root / package).rglob("*.py")
        for name in re.findall(r"JIXIAO_[A-Z]+(?:_[A-Z]+)*", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert [name for name in sorted(named) if f"`{name}" not in guide] == []
