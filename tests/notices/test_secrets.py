"""A secret is planted wherever one can be, and looked for wherever one could show."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.notices import open_book
from jixiao.notices.channels.book import Channel
from jixiao.notices.channels.secrets import addresses, hide, read_secrets
from jixiao.year import Cycle, open_cycle, outstanding, perform, queue_failure_notice
from jixiao.year.officer.notices import try_channel

SECRET = "Planted5ecretTokenDoNotShow"
DAY = date(2022, 11, 15)
NAMES = ("JIXIAO_CHANNEL_DEPARTMENTS", "JIXIAO_CHANNEL_BUREAU", "JIXIAO_CHANNEL_OPERATORS")


@pytest.fixture
def secrets_file(tmp_path, monkeypatch):
    """Writes a secrets file of this mode and names it in the environment."""

    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "channels.secrets"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        monkeypatch.setenv("JIXIAO_SECRETS", str(path))
        return path

    return write


def test_the_environment_goes_before_the_file(secrets_file):
    secrets_file("# 渠道地址\n\nA=json://file-a.example/\nexport B='json://file-b.example/'\nC=\n")
    found = addresses(
        {"JIXIAO_SECRETS": os.environ["JIXIAO_SECRETS"], "A": "json://env/", "B": " "}
    )
    assert (found["A"], found["B"], found["C"]) == ("json://env/", "json://file-b.example/", "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o700, 0o666])
def test_a_file_others_may_read_is_refused(secrets_file, mode):
    path = secrets_file(f"A=json://127.0.0.1/{SECRET}\n", mode)
    with pytest.raises(JixiaoError, match="chmod 600") as raised:
        read_secrets(path)
    assert SECRET not in raised.value.message


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_only_its_owner_may_read_is_taken(secrets_file, mode):
    assert read_secrets(secrets_file("A=1234\n", mode)) == {"A": "1234"}


@pytest.mark.parametrize("line", [SECRET, f"my token = {SECRET}", f"={SECRET}", f"1A={SECRET}"])
def test_a_line_that_cannot_be_read_is_named_by_its_number_alone(secrets_file, line):
    path = secrets_file(f"A=1234\n{line}\n")
    with pytest.raises(JixiaoError, match="第 2 行") as raised:
        read_secrets(path)
    assert SECRET not in raised.value.message


def test_a_file_that_is_not_there_or_no_file_is_said_so(tmp_path):
    with pytest.raises(JixiaoError, match="读不了密钥文件"):
        read_secrets(tmp_path / "nowhere")
    with pytest.raises(JixiaoError, match="密钥文件"):
        read_secrets(tmp_path)
    (tmp_path / "latin").write_bytes(b"A=\xff\xfe\n")
    (tmp_path / "latin").chmod(0o600)
    with pytest.raises(JixiaoError, match="UTF-8"):
        read_secrets(tmp_path / "latin")


def test_a_channel_works_from_the_file_alone(secrets_file, receiver, pack, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    secrets_file("".join(f"{name}={receiver.url('ok')}\n" for name in NAMES))
    with open_book(pack.channels) as book:
        assert book.channel("bureau").send("标题", "正文", "JX-1").kind == "handed_over"
        assert book.unreachable(pack.roster) == []


@pytest.fixture
def cycle(tmp_path, monkeypatch) -> Cycle:
    """A year on its first day, in folders of its own, for the command line too."""
    settings = Settings(tmp_path / "var", f"sqlite:///{tmp_path / 'jixiao.db'}")
    monkeypatch.setenv("JIXIAO_VAR", str(settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", settings.database)
    return open_cycle(2023, DAY, settings=settings)


def dump(cycle: Cycle) -> str:
    with closing(sqlite3.connect(cycle.settings.database.removeprefix("sqlite:///"))) as database:
        return "\n".join(database.iterdump())


def address(receiver, mode: str) -> str:
    """An address with the secret in every part of it."""
    plain = receiver.url(f"{mode}/{SECRET}", f"?rto=0.3&+X-Key={SECRET}x&-token={SECRET}y")
    return plain.replace("://", f"://{SECRET}u:{SECRET}p@")


#: Where the secret is planted → what the channels' addresses are.
PLANTED = {
    "accepted": lambda r: address(r, "ok"),
    "refused": lambda r: address(r, "gone"),
    "limited": lambda r: address(r, "limited"),
    "reset": lambda r: address(r, "reset"),
    "answer says it": lambda r: address(r, "telltale"),
    "error page says it": lambda r: address(r, "telltale500"),
    "nobody there": lambda r: f"json://{SECRET}:{SECRET}@127.0.0.1:9/{SECRET}",
    "no such host": lambda r: f"json://{SECRET}.invalid/{SECRET}",
    "malformed": lambda r: f"json://[{SECRET}",
    "malformed token": lambda r: f"dingtalk://{SECRET}*bad@/",
    "forbidden schema": lambda r: f"mailto://{SECRET}:{SECRET}@example.org",
    "no address at all": lambda r: SECRET,
    "plugin raises": lambda r: address(r, "ok"),
    "plugin will not open": lambda r: address(r, "ok"),
}


#: From the file the same code is reached but for the reading; a few of each sort will do.
FROM_FILE = ("answer says it", "malformed", "forbidden schema", "plugin raises")


@pytest.mark.parametrize(
    ("planted", "source"),
    [*((p, "environment") for p in PLANTED), *((p, "file") for p in FROM_FILE)],
)
def test_no_secret_shows_anywhere(
    planted, source, receiver, cycle, secrets_file, monkeypatch, caplog, capfd, pack
):
    value = PLANTED[planted](receiver)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        if source == "environment":
            monkeypatch.setenv(name, value)
    if source == "file":
        secrets_file("".join(f"{name}={value}\n" for name in NAMES))
    if planted == "plugin raises":
        _raise_in_plugin(monkeypatch)
    if planted == "plugin will not open":
        _raise_on_opening(monkeypatch)

    seen: list[object] = []
    runner = CliRunner()
    with caplog.at_level(logging.DEBUG):
        for step in ("targets", "openings", "digest", "notify"):
            done, failed = perform(cycle, step)
            seen += [*done, *map(repr, failed.values())]
        seen.append(outstanding(cycle))
        with open_book(cycle.pack.channels) as book:
            seen += [book.unreachable(cycle.pack.roster), book.problem("bureau")]
        try:
            seen.append(try_channel(cycle, "bureau", "周明远"))
        except JixiaoError as error:
            seen += [error, error.message, error.__cause__, error.__context__]
        queue_failure_notice(cycle, flow="notify", run="run-1", error=f"cannot post to {value}")
        seen.append(hide(pack.channels, f"trouble with {value} and {SECRET}"))
        for line in (
            ["notices", "2023", "--json"],
            ["notices", "2023", "--failed"],
            ["notices", "2023", "--waiting", "--unreachable"],
            ["notices", "test", "bureau", "--year", "2023"],
            ["notices", "preview", "window_soon", "--year", "2023"],
            ["status", "2023"],
        ):
            result = runner.invoke(app, line)
            seen += [result.output, repr(result.exception)]
    out, err = capfd.readouterr()
    everything = "\n".join([caplog.text, out, err, dump(cycle), *map(str, seen)])
    assert SECRET.lower() not in everything.lower()
    kept = [p for p in cycle.settings.var.rglob("*") if p.is_file()]
    assert not [p for p in kept if SECRET.encode() in p.read_bytes()]
    if planted in ("accepted", "answer says it", "error page says it", "refused"):
        assert any(SECRET in path for path, _ in receiver.received), "it did go to its receiver"


def _raise_in_plugin(monkeypatch) -> None:
    opened = Channel.__init__

    def init(self, name, schema, plugin, *rest, **more):
        def notify(**_):
            raise RuntimeError(f"cannot post to {SECRET}")

        plugin.notify = notify
        opened(self, name, schema, plugin, *rest, **more)

    monkeypatch.setattr(Channel, "__init__", init)


def _raise_on_opening(monkeypatch) -> None:
    def fail(url, _recorder):
        raise ValueError(f"cannot read {url}")

    monkeypatch.setattr("jixiao.notices.channels.book.open_plugin", fail)


def test_the_operators_hear_what_failed_without_the_address(cycle, receiver, monkeypatch):
    value = address(receiver, "ok")
    for name in NAMES:
        monkeypatch.setenv(name, value)
    queue_failure_notice(cycle, flow="notify", run="run-1", error=f"ConnectionError: {value} broke")
    assert not perform(cycle, "notify")[1]
    (message,) = [b["message"] for _, b in receiver.received if "运行失败" in b["title"]]
    assert "ConnectionError: *** broke" in message


def test_a_refused_file_stops_sending_and_says_why(cycle, secrets_file, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    secrets_file(f"{NAMES[0]}=json://127.0.0.1/{SECRET}\n", 0o644)
    perform(cycle, "targets")
    with pytest.raises(JixiaoError, match="chmod 600"):
        perform(cycle, "notify")
    # News of it can be queued all the same.
    queue_failure_notice(
        replace(cycle, day=DAY), flow="remind", run="run-2", error="密钥文件不能用"
    )
