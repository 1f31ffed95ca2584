"""What the machine answers is said in Chinese: which file, why, and what to do."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import jixiao.cli
from jixiao.errors import database_trouble, naming, reason, remedy, unreadable
from jixiao.installation.delivery import write_file
from jixiao.installation.settings import Settings
from jixiao.store import open_store

#: Errno → words of the reason and of the remedy.
SAID = {
    errno.ENOSPC: ("磁盘已满", "清理磁盘"),
    errno.EDQUOT: ("配额", "清理文件"),
    errno.EACCES: ("没有权限", "属主和权限"),
    errno.EPERM: ("不允许", "属主和权限"),
    errno.EROFS: ("只读", "挂载"),
    errno.EMFILE: ("打开的文件太多", "重启服务"),
    errno.ENOENT: ("不存在", "路径是否写对"),
    errno.EIO: ("读写出错", "备份"),
    errno.EEXIST: ("占用", "移走"),
    errno.ESTALE: ("共享存储", "重新挂载"),
}


@pytest.mark.parametrize("code", SAID, ids=lambda c: errno.errorcode[c])
def test_a_refusal_is_said_in_chinese(code: int) -> None:
    error = OSError(code, os.strerror(code), "/srv/文件.xlsx")
    why, next = SAID[code]
    assert why in reason(error)
    assert next in remedy(error)
    assert unreadable(error) == f"{reason(error)}，读写不了 /srv/文件.xlsx"
    assert not re.search("[a-z]{3}", reason(error) + remedy(error))


def test_a_rare_one_keeps_its_own_words() -> None:
    assert reason(OSError(errno.EPROTO, "Protocol error")) == "Protocol error"
    assert reason(OSError("only words")) == "only words"
    assert "磁盘空间" in remedy(OSError("only words"))
    assert unreadable(OSError(errno.EIO, "x")) == "磁盘读写出错，读写不了文件"


def test_the_file_is_named_and_not_the_temporary_one(tmp_path: Path) -> None:
    wanted = tmp_path / "报告.docx"
    with pytest.raises(OSError) as caught, naming(wanted):
        (tmp_path / "nowhere" / ".writing-1").write_bytes(b"")
    assert caught.value.filename == str(wanted)


def test_a_full_disk_names_the_file(
    need: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = need("/dev/full")

    def full(**_: object) -> tuple[int, str]:
        (tmp_path / ".writing-x").write_bytes(b"")
        return os.open(disk, os.O_WRONLY), str(tmp_path / ".writing-x")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(OSError) as caught:
        write_file(tmp_path / "报告.docx", b"x" * 10_000)
    assert unreadable(caught.value) == f"磁盘已满，读写不了 {tmp_path / '报告.docx'}"
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "单位").write_bytes(b"")
    with pytest.raises(OSError) as caught:
        write_file(tmp_path / "单位" / "报告.docx", b"")
    assert unreadable(caught.value) == f"路径已被占用，读写不了 {tmp_path / '单位'}"


@pytest.mark.parametrize(
    ("driver", "what", "next"),
    [
        ("database or disk is full", "磁盘已满", "清理磁盘"),
        ("attempt to write a readonly database", "不能写", "权限"),
        ("unable to open database file", "打不开", "权限"),
        ("database is locked", "占用", "等"),
        ("disk I/O error", "读写出错", "备份"),
        ("database disk image is malformed", "损坏", "恢复"),
        ('could not extend file "base/1": No space left on device', "服务器磁盘已满", "清理"),
        ('FATAL:  password authentication failed for user "jixiao"', "密码不对", "JIXIAO_DATABASE"),
        ("FATAL:  sorry, too many clients already", "连接数", "放宽"),
        ("connection to server at 127.0.0.1 failed: Connection refused", "连接", "启动"),
        ("server closed the connection unexpectedly\n\tThis probably means", "连接", "启动"),
    ],
)
def test_a_database_in_trouble(driver: str, what: str, next: str) -> None:
    said, todo = database_trouble(driver)
    assert said.startswith("数据库出错：")
    assert what in said
    assert next in todo


def test_another_trouble_of_a_database_is_one_line_of_its_own_words() -> None:
    said, todo = database_trouble("deadlock detected\nDETAIL: Process 1")
    assert said == "数据库出错：deadlock detected"
    assert todo


def test_a_real_full_database(tmp_path: Path) -> None:
    store = open_store(Settings(tmp_path, f"sqlite:///{tmp_path / 'jixiao.db'}").database)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(OperationalError) as caught:
            connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(1000000) AS x")
    store.close()
    assert database_trouble(caught.value.orig)[0] == "数据库出错：磁盘已满"


def test_the_command_line_says_which_file_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/报告.docx")

    monkeypatch.setattr(jixiao.cli, "app", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        jixiao.cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("磁盘已满，读写不了 /srv/报告.docx。请清理磁盘或扩容。\n")
    assert "Traceback" not in said
    (log,) = tmp_path.iterdir()
    assert "Traceback" in log.read_text(encoding="utf-8")

    # No room for the log either: that is said, and nothing else goes wrong.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit):
        jixiao.cli.main()
    assert "详细记录写不下来" in capsys.readouterr().err
