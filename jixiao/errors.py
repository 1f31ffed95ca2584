"""The errors a user may meet: each carries a sentence saying what, where and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Reader = TypeVar("Reader")


class JixiaoError(Exception):
    """Base of every error whose text may be shown to a user as it stands.

    Args:
        message: one or two Chinese sentences: what is wrong, where, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PackError(JixiaoError):
    """A policy pack is missing or malformed; the text names file, line and key."""


class RefusedFile(JixiaoError):
    """A file handed in cannot be taken.

    Args:
        code: stable short name of the reason, e.g. ``not_a_spreadsheet``.
        message: Chinese sentence for the department: what is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


#: What a system call may answer: the reason as a clerk says it, and what to do about it.
_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("磁盘已满", "请清理磁盘或扩容"),
    errno.EDQUOT: ("磁盘配额已用完", "请清理文件，或请管理员放宽配额"),
    errno.EFBIG: ("文件超过系统允许的大小", "请管理员放宽文件大小限制"),
    errno.EACCES: ("没有权限", "请检查文件夹的属主和权限"),
    errno.EPERM: ("系统不允许", "请检查文件夹的属主和权限"),
    errno.EROFS: ("磁盘是只读的", "请检查磁盘是否出错、是否以只读方式挂载"),
    errno.EMFILE: ("打开的文件太多", "请重启服务；仍然如此请放宽系统的文件数限制"),
    errno.ENFILE: ("系统打开的文件太多", "请关闭其他程序，或放宽系统的文件数限制"),
    errno.ENOENT: ("文件或文件夹不存在", "请检查路径是否写对、存储是否已挂载"),
    errno.ENOTDIR: ("路径中间有一个是文件，不是文件夹", "请移走占用路径的文件"),
    errno.EEXIST: ("路径已被占用", "请移走占用路径的文件"),
    errno.EISDIR: ("路径是一个文件夹", "请移走占用路径的文件夹"),
    errno.ENAMETOOLONG: ("文件名太长", "请改用较短的文件名或文件夹"),
    errno.EBUSY: ("文件正被占用", "请关闭正在使用它的程序"),
    errno.EIO: ("磁盘读写出错", "请检查磁盘和连接线，先做好备份"),
    errno.ESTALE: ("共享存储已断开", "请重新挂载共享存储"),
    errno.ENODEV: ("存储设备不在了", "请检查磁盘或共享存储是否已挂载"),
}


def reason(error: OSError) -> str:
    """Why the system refused, in a few Chinese words; its own where it is a rare one."""
    known = _REASONS.get(error.errno or 0)
    return known[0] if known else str(error.strerror or error)


def remedy(error: OSError) -> str:
    """What to do about it, without a full stop."""
    known = _REASONS.get(error.errno or 0)
    return known[1] if known else "请检查该路径是否被占用、权限和磁盘空间"


def unreadable(error: OSError) -> str:
    """Why and what could not be read or written, as a clause without a full stop.

    The reason comes first: a narrow column cuts a long path off, not it.
    """
    where = f" {error.filename}" if error.filename else "文件"
    return f"{reason(error)}，读写不了{where}"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Whatever the system refuses within names this file, not a temporary one or none at all."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


#: What a database says when the machine is in trouble → what that is, and what to do.
_DATABASE = (
    ("disk is full", "磁盘已满", "请清理磁盘或扩容"),
    ("No space left", "数据库服务器磁盘已满", "请清理数据库服务器的磁盘或扩容"),
    ("readonly database", "数据库文件不能写", "请检查文件夹的属主和权限"),
    ("unable to open database", "数据库文件打不开", "请检查文件夹是否存在、属主和权限"),
    ("database is locked", "数据库正被别的程序占用", "请等它结束"),
    ("disk I/O error", "磁盘读写出错", "请检查磁盘，先做好备份"),
    ("malformed", "数据库文件已损坏", "请从备份恢复"),
    ("not a database", "这不是数据库文件", "请从备份恢复"),
    ("password authentication failed", "用户名或密码不对", "请检查 JIXIAO_DATABASE"),
    ("does not exist", "没有这个数据库或用户", "请检查 JIXIAO_DATABASE"),
    ("too many", "数据库的连接数已用完", "请放宽数据库的连接数限制"),
    ("onnection", "连接不上或连接已断开", "请检查数据库是否启动、网络是否通"),
)


def database_trouble(error: object) -> tuple[str, str]:
    """What a database driver's error is and what to do, in Chinese; its own words where rare."""
    said = str(error).strip()
    for words, what, next in _DATABASE:
        if words in said:
            return f"数据库出错：{what}", next
    first = said.splitlines()[0] if said else type(error).__name__
    return f"数据库出错：{first}", "请检查数据库是否可用"


def reader_of(readers: Mapping[int, Reader], format: int, what: str) -> Reader:
    """How what was written in this format is read.

    Args:
        what: what a person calls it.

    Raises:
        JixiaoError: a newer program wrote it.
    """
    reader = readers.get(format)
    if reader is None:
        raise JixiaoError(
            f"{what}是由更新的程序保存的（格式 {format}，本程序认识到 {max(readers)}）。请先升级程序。"
        )
    return reader
