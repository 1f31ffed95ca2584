"""Backup and restore as they are typed: what is printed, and how they end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from jixiao.backup import FORMAT
from jixiao.cli import main
from tests.operator.archives import MANIFEST, members, small, write
from tests.operator.year import settings_in


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Type a command: exit code, what is printed, what is complained of."""

    def run(*words: object) -> tuple[object, list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["jixiao", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out.splitlines(), said.err.splitlines()

    return run


def test_there_and_back(typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_SIGNING_KEY", "never-to-be-printed")
    small(settings_in(tmp_path / "var"))
    file, there = tmp_path / "jixiao.tar", tmp_path / "there"
    code, lines, wrong = typed("backup", file, "--var", tmp_path / "var")
    assert (code, wrong) == (0, [])
    assert lines[0].startswith(f"已备份到 {file}：4 行数据，")
    assert "请另外妥善保存：签名密钥（JIXIAO_SIGNING_KEY）" in lines[-1]
    code, lines, wrong = typed("restore", file, "--var", there)
    assert (code, wrong) == (0, [])
    assert lines[0].startswith(f"已恢复到 {there}：4 行数据，")
    assert "JIXIAO_HOME" not in "".join(lines)  # the packs that were restored count by themselves
    assert "请照原来的重新设好：签名密钥（JIXIAO_SIGNING_KEY）" in lines[-1]


def test_other_packs_that_count_are_said_so(
    typed, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(settings_in(tmp_path / "var"))
    file, there = tmp_path / "jixiao.tar", tmp_path / "there"
    typed("backup", file, "--var", tmp_path / "var")
    monkeypatch.setenv("JIXIAO_HOME", str(root))
    code, lines, _ = typed("restore", file, "--var", there)
    assert code == 0
    assert f"政策包在 {there / 'config'}，但现在用的是 JIXIAO_HOME 指定的" in "".join(lines)


@pytest.mark.parametrize("how", ["newer", "another shape", "text"])
def test_what_cannot_be_restored_is_one_sentence(typed, tmp_path: Path, how: str) -> None:
    small(settings_in(tmp_path / "var"))
    file = tmp_path / "jixiao.tar"
    typed("backup", file, "--var", tmp_path / "var")
    if how == "text":
        file.write_text("今天的备份" * 500)
    else:
        said = {
            "newer": json.dumps({"format": FORMAT + 1}).encode(),
            "another shape": b'{"format": 2, "rows": []}',
        }
        write(file, {**members(file), MANIFEST: said[how]}.items())
    code, lines, wrong = typed("restore", file, "--var", tmp_path / "there")
    assert (code, lines, len(wrong)) == (2, [], 1)
    assert wrong[0].endswith("。")
    assert not (tmp_path / "there").exists()
