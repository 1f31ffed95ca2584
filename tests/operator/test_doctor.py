"""The check-up: what is wrong is said with what to do, and the operators hear of it directly."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from typer.testing import CliRunner

from flows.doctor import Check, examine
from flows.serve import serve
from flows.server import LOGIN, SERVER_LOGIN, agreed_login, environment_of
from jixiao.cli import app
from jixiao.demo.sink import Sink
from jixiao.errors import JixiaoError
from jixiao.year import open_cycle
from tests.operator.year import YEAR, settings_in

CHANNELS = ("DEPARTMENTS", "BUREAU", "OPERATORS")


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", LOGIN, SERVER_LOGIN):
        monkeypatch.delenv(name, raising=False)
    for name in CHANNELS:
        monkeypatch.delenv(f"JIXIAO_CHANNEL_{name}", raising=False)


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {c.name: c for c in checks}


def test_what_is_missing_is_said_with_a_remedy(tmp_path: Path) -> None:
    found = by_name(examine(settings_in(tmp_path)))
    assert found["版本 prefect"].fine
    assert found[f"政策包 {YEAR}"].fine
    assert "随程序附带的" in found["政策包"].found
    assert found["模板 notices"].fine
    assert found["字体 song.otf"].fine
    assert found["磁盘"].fine
    for name, remedy in (
        ("数据库", "jixiao status"),
        ("通知渠道 系统运维", "JIXIAO_CHANNEL_OPERATORS"),
        ("Prefect 服务", "jixiao serve"),
    ):
        assert remedy in found[name].remedy


def test_a_database_at_head_is_fine(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    open_cycle(YEAR, settings=settings)
    assert by_name(examine(settings))["数据库"].fine


def test_a_database_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "jixiao.db").write_bytes(b"not a database at all" * 100)
    found = by_name(examine(settings_in(tmp_path)))["数据库"]
    assert not found.fine
    assert "打不开" in found.found


def test_an_old_lock_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("flows.doctor._locked", lambda: {"prefect": SpecifierSet("==3.0.0")})
    found = by_name(examine(settings_in(tmp_path)))["版本 prefect"]
    assert "应为 3.0.0" in found.found
    assert "requirements.lock" in found.remedy


def test_without_a_lock_the_package_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As it is installed from a wheel."""
    monkeypatch.setattr("flows.doctor.deployments_dir", lambda: tmp_path / "deployments")
    monkeypatch.setattr(
        "flows.doctor.version", lambda name: {"fastapi": "0.155.0"}.get(name, version(name))
    )
    found = by_name(examine(settings_in(tmp_path)))
    assert found["版本 prefect"].fine
    assert found["版本 alembic"].fine
    assert "<0.151" in found["版本 fastapi"].found


@pytest.mark.parametrize(
    ("asked", "sent", "says"),
    [
        ("jing:one", "jing:two", "不一样"),
        ("jing:one", None, "没有设置 PREFECT_API_AUTH_STRING"),
        (None, "jing:one", "没有设置 PREFECT_SERVER_API_AUTH_STRING"),
        ("县财政局:one", "县财政局:one", "有中文或全角字符"),
        ("jing：one", "jing：one", "有中文或全角字符"),
    ],
)
def test_a_login_that_cannot_work_is_refused_before_anything_starts(
    asked: str | None, sent: str | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(monkeypatch, asked, sent)
    with pytest.raises(JixiaoError, match=says) as refused:
        serve(settings_in(tmp_path), 0, lambda _: None)
    assert "one" not in refused.value.message
    assert not (tmp_path / "prefect" / "server.log").exists()


@pytest.mark.parametrize("both", ["", None, "jing:one"])
def test_both_the_same_or_neither_any(both: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch, both, both)
    with environment_of(agreed_login()):
        # An empty one would lock everybody out.
        assert os.environ.get(LOGIN) == os.environ.get(SERVER_LOGIN) == (both or None)
    assert os.environ.get(LOGIN) == both


def log_in(patch: pytest.MonkeyPatch, asked: str | None, sent: str | None) -> None:
    for name, value in ((SERVER_LOGIN, asked), (LOGIN, sent)):
        if value is None:
            patch.delenv(name, raising=False)
        else:
            patch.setenv(name, value)


def test_notify_tells_the_operators_without_server_or_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sink(tmp_path / "told.jsonl") as sink:
        monkeypatch.setenv("JIXIAO_CHANNEL_OPERATORS", sink.address("operators"))
        ran = CliRunner().invoke(app, ["doctor", "--notify", "--json", "--var", str(tmp_path)])
    assert ran.exit_code == 1, ran.output
    rows = {r["项目"]: r for r in json.loads(ran.stdout)}
    assert rows["Prefect 服务"]["结果"] == "有问题"
    (told,) = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert "体检" in told["title"]
    assert "Prefect 服务" in told["message"]
