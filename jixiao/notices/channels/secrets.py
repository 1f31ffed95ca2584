"""Where channel addresses come from: the environment, and a file of secrets beside it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from jixiao.errors import JixiaoError, reason
from jixiao.notices.channels.book import ChannelBook
from jixiao.notices.channels.masking import SECRETS
from jixiao.policy.model import Channels

#: Names the file of secrets.
VARIABLE = "JIXIAO_SECRETS"

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def addresses(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of the environment and of the secrets file; the environment goes first.

    Raises:
        JixiaoError: others may read the file, or it cannot be read. Its content is never
            repeated.
    """
    path = environ.get(VARIABLE, "").strip()
    if not path:
        return dict(environ)
    kept = read_secrets(Path(path).expanduser())
    for value in kept.values():
        SECRETS.learn(value)
    return {**kept, **{name: value for name, value in environ.items() if value.strip()}}


def read_secrets(path: Path) -> dict[str, str]:
    """The ``KEY=VALUE`` lines of a file only its owner may read.

    Raises:
        JixiaoError: see :func:`addresses`.
    """
    where = f"密钥文件 {path}（{VARIABLE}）"
    try:
        # Looked at through the open file, so that it cannot be exchanged in between.
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise JixiaoError(f"{where}不是普通文件。")
            if stat.S_IMODE(state.st_mode) & 0o177:
                raise JixiaoError(
                    f"{where}别人也能读，不予使用。请执行 chmod 600，并考虑更换里面的密钥。"
                )
            lines = file.read().decode("utf-8").splitlines()
    except OSError as error:
        raise JixiaoError(f"读不了{where}：{reason(error)}。") from None
    except UnicodeDecodeError:
        raise JixiaoError(f"{where}不是 UTF-8 编码。") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise JixiaoError(f"{where}第 {number} 行写法不对，应写作 名称=值。")
        found[match[1]] = _unquoted(match[2].strip())
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def open_book(policy: Channels) -> ChannelBook:
    """The pack's channels with the addresses of this installation.

    Raises:
        JixiaoError: the secrets file is refused.
    """
    return ChannelBook(policy, addresses(os.environ))


def hide(policy: Channels, text: str) -> str:
    """``text`` without any address of this installation or part of one."""
    try:
        known = addresses(os.environ)
    except JixiaoError:  # a refused file was not read, so nothing of it can be in the text
        known = dict(os.environ)
    for channel in policy.channels.values():
        if known.get(channel.url_env):
            SECRETS.learn(known[channel.url_env])
    return SECRETS.hide(text)
