"""The commands an officer types, on a year as it stands after issuing."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import JixiaoError
from jixiao.installation.paths import config_dir
from tests.year_notices.conftest import Stand

QINGHE = "12431199MB9903038L"


@pytest.fixture
def run(issued: Stand, monkeypatch):
    """Runs a command on the issued year; answers exit code and output."""
    monkeypatch.setenv("JIXIAO_VAR", str(issued.settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", issued.settings.database)
    monkeypatch.setenv("COLUMNS", "300")

    def command(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    return command


def test_sent_notices_as_a_table_and_as_json(run, issued):
    code, out = run("notices", "2023", "--sent", "--json")
    rows = json.loads(out)["2023"]["sent"]
    assert code == 0
    assert len(rows) == len(issued.rows(status="sent"))
    assert {row["状态"] for row in rows} == {"已交出"}
    assert "示例县青禾农技推广站" in {row["收件"] for row in rows}
    assert {row["消息编号"][:3] for row in rows} == {"JX-"}
    _, table = run("notices", "2023", "--sent")
    assert f"已交出 {len(rows)} 条" in table


def test_without_a_choice_what_needs_somebody_is_listed(run, monkeypatch):
    monkeypatch.delenv("JIXIAO_CHANNEL_BUREAU")
    _, out = run("notices", "2023", "--json")
    found = json.loads(out)["2023"]
    assert set(found) == {"waiting", "failed", "unreachable"}
    assert [u["收件"] for u in found["unreachable"]] == ["财政局", "负责人"]
    assert "JIXIAO_CHANNEL_BUREAU" in found["unreachable"][0]["原因"]


def test_a_preview_sends_nothing(run, issued):
    received = len(issued.receiver.received)
    code, out = run("notices", "preview", "issued", QINGHE, "--year", "2023", "--day", "2024-04-20")
    assert code == 0
    assert out.startswith("2023 年度绩效自评表已下达，还有 10 天截止\n\n示例县青禾农技推广站：")
    assert len(issued.receiver.received) == received
    _, markdown = run("notices", "preview", "returned", "--format", "markdown", "--year", "2023")
    assert "**" in markdown
    with pytest.raises(JixiaoError, match="可以预览的有"):
        run("notices", "preview", "gossip", "--year", "2023")
    with pytest.raises(JixiaoError, match="text 或 markdown"):
        run("notices", "preview", "issued", "--format", "html", "--year", "2023")


@pytest.mark.parametrize(
    ("mode", "code", "words"),
    [("ok", 0, "对方已接收"), ("keyword", 1, "错误码 310000"), ("gone", 1, "渠道地址不存在")],
)
def test_a_test_message_says_what_the_channel_answered(run, issued, mode, code, words):
    issued.receiver.modes["/ok/bureau"] = mode
    exit_code, out = run("notices", "test", "bureau", "--year", "2023")
    assert exit_code == code
    assert words in out
    (_, body) = issued.receiver.received[-1]
    assert body["title"] == "测试通知：财政局绩效股"
    with pytest.raises(JixiaoError, match="已定义的渠道：departments、bureau、operators"):
        run("notices", "test", "nowhere", "--year", "2023")


def test_an_extension_from_the_command_line(run, issued):
    code, out = run(
        "extend",
        "2023",
        QINGHE,
        "--until",
        "2024-05-20",
        "--officer",
        "周明远",
        "--reason",
        "机构改革",
        "--day",
        "2024-04-25",
    )
    assert code == 0
    assert "示例县青禾农技推广站的报送已延到 2024年5月20日（周明远）" in out
    _, listed = run("extensions", "2023", "--json")
    (row,) = json.loads(listed)
    assert (row["阶段"], row["延到"], row["经办人"], row["原因"]) == (
        "报送",
        "2024-05-20",
        "周明远",
        "机构改革",
    )
    _, status = run("status", "2023", "--day", "2024-05-15", "--json")
    mine = next(s for s in json.loads(status)["2023"] if s["单位"] == "示例县青禾农技推广站")
    assert (mine["截止日"], mine["逾期天数"]) == ("2024-05-20", "—")
    with pytest.raises(JixiaoError, match="没有“lunch”这个阶段"):
        run(
            "extend",
            "2023",
            QINGHE,
            "--until",
            "2024-05-20",
            "--officer",
            "周",
            "--reason",
            "x",
            "--stage",
            "lunch",
        )


def test_a_refused_notice_is_sent_again_by_name(run, issued):
    issued.receiver.modes["/ok/departments"] = "gone"
    issued.run(date(2024, 4, 11), "remind", "notify")
    refused = issued.rows(status="refused")
    assert refused
    issued.receiver.modes["/ok/departments"] = "ok"
    ids = [str(row["id"]) for row in refused]
    code, out = run(
        "notices", "resend", *ids, "--officer", "周明远", "--year", "2023", "--day", "2024-04-12"
    )
    assert code == 0
    assert f"已重新排队 {len(ids)} 条" in out
    assert f"已交出 {len(ids)} 条" in out
    assert issued.rows(status="refused") == []


def test_the_pack_check_says_whose_holidays_it_does_not_know(tmp_path, monkeypatch):
    shutil.copytree(config_dir() / "2023", tmp_path / "config" / "2023")
    calendar = tmp_path / "config" / "2023" / "calendar.yaml"
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(text.replace("closes: 2024-04-30", "closes: 2150-04-30"), encoding="utf-8")
    monkeypatch.setenv("JIXIAO_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["pack", "check", "2023"])
    assert result.exit_code == 0, "a warning is no mistake"
    said = result.output.replace("\n", "")
    assert "2023 年度政策包：没有问题" in said
    assert said.count("2150 年的法定节假日") == 1
