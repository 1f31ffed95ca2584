"""What belongs to an installation: the one list of what lies in its folder.

Settings take their places from it and a backup what it holds, so that whoever adds a folder to
an installation says here whether it is saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in the folder of an installation.

    Attributes:
        name: what it is called there.
        what: what a person calls it.
        elsewhere: the variable that puts it at another address, ``""`` where none does.
        left_out: why no backup holds it, ``""`` where every one does.
    """

    name: str
    what: str
    elsewhere: str = ""
    left_out: str = ""


INBOX = Entry("inbox", "收件箱", "JIXIAO_INBOX")
ARCHIVE = Entry("archive", "收到的文件", "JIXIAO_ARCHIVE")
DELIVERIES = Entry("deliveries", "给单位的文件", "JIXIAO_DELIVER_TO")
REPORTS = Entry("reports", "报告", "JIXIAO_REPORTS")
SITE = Entry("site", "公开网站")
ROSTER = Entry("roster", "导入的名册")
CONFIG = Entry("config", "政策包")
TEMPLATES = Entry("templates", "自己的版式模板")
DATABASE = Entry("jixiao.db", "SQLite 数据库", left_out="数据逐行写在备份里，换一种数据库也能恢复")
RECORDS = Entry("prefect", "Prefect 的运行记录", left_out="只是记录，不影响办理")
NOTICES = Entry("notices.jsonl", "演示收到的通知", left_out="只有演示才有，发过什么在数据库里")

#: How the names of SQLite's logs beside a database end.
LOGS = ("-wal", "-shm", "-journal")

#: Everything that may lie there.
CONTENTS = (
    INBOX,
    ARCHIVE,
    DELIVERIES,
    REPORTS,
    SITE,
    ROSTER,
    CONFIG,
    TEMPLATES,
    DATABASE,
    *(
        Entry(f"{DATABASE.name}{end}", "SQLite 数据库的日志", left_out="只在数据库打开时有用")
        for end in LOGS
    ),
    RECORDS,
    NOTICES,
)

#: What a backup holds.
SAVED = tuple(entry for entry in CONTENTS if not entry.left_out)

#: Names of what passes, at any depth: locks, and what is half written or was when it crashed.
PASSING = (".lock", ".writing-*", ".new-*", "current.new", ".restoring-*", ".pinning-*")


def passing(path: PurePosixPath) -> bool:
    """Whether this, below the folder of an installation, is none of its content."""
    return any(fnmatchcase(part, pattern) for part in path.parts for pattern in PASSING)


def known(name: str) -> bool:
    """Whether the list knows what lies under this name in the folder of an installation."""
    return passing(PurePosixPath(name)) or any(entry.name == name for entry in CONTENTS)
