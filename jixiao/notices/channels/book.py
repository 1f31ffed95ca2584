"""The channels of a pack: their addresses from the environment, and sending through them.

An address never leaves this module: what goes out is a channel's name and an outcome.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import requests
from apprise import NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase

from jixiao.notices.channels.masking import SECRETS, guard_loggers
from jixiao.notices.channels.outcomes import SERVICES, WEBHOOK, Outcome, interpret, interpret_error
from jixiao.notices.channels.transport import Recorder, open_plugin
from jixiao.notices.model import BUREAU, ESCALATION, OPERATORS
from jixiao.policy.model import Channels, Roster

#: Mail leaves by an HTTP gateway or a webhook, whatever a pack's allow-list says.
_NEVER = frozenset({"mailto", "mailtos"})

_SCHEMA = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")

_CUT = "\n……（内容较长，此处略去一部分）"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A recipient nobody can reach, and why."""

    recipient: str  # unit code, "bureau" or "operators"
    name: str
    reason: str


class Channel:
    """One configured way out. Safe to use from several threads."""

    def __init__(
        self,
        name: str,
        schema: str,
        plugin: NotifyBase,
        recorder: Recorder,
        *,
        markdown: bool,
        workers: int = 4,
        max_per_minute: int | None = None,
    ) -> None:
        service = SERVICES.get(schema, WEBHOOK)
        self.name = name
        self.schema = schema
        self.workers = workers
        # Seconds from one message to the next, 0: no pacing. The pack may be slower than the
        # service allows, never quicker.
        self.interval = max(service.interval, 60 / max_per_minute if max_per_minute else 0)
        self.room = service.body_bytes  # the longest text it takes, in UTF-8 bytes
        self._recorder = recorder
        self._plugin = plugin
        self._format = NotifyFormat.MARKDOWN if markdown else NotifyFormat.TEXT
        plugin.notify_format = self._format
        self._pace = threading.Lock()
        self._next = -float("inf")

    def rest(self) -> float:
        """Seconds until this channel may send its next message."""
        return max(0.0, self._next - time.monotonic())

    def send(self, title: str, body: str, message_id: str) -> Outcome:
        """Hand one message over; waits for its turn where there is a pace. Never raises."""
        if self.interval:
            with self._pace:
                time.sleep(self.rest())
                self._next = time.monotonic() + self.interval
        return self._send(title, body, message_id)

    def _send(self, title: str, body: str, message_id: str) -> Outcome:
        text = fit(body, f"消息编号：{message_id}", self.room - len(title.encode()) - 2)
        record = self._recorder.begin()
        try:
            self._plugin.notify(
                title=title, body=text, notify_type=NotifyType.INFO, body_format=self._format
            )
        except Exception as error:  # noqa: BLE001 - a third party's plugin may raise anything
            what = type(error).__name__
            return Outcome(
                "technical", f"渠道程序出错（{what}），是否收到不明。", doubtful=bool(record)
            )
        if not record:
            return Outcome("technical", "渠道程序没有发出请求。")
        last = record[-1]
        if isinstance(last, requests.RequestException):
            return interpret_error(last)
        return interpret(self.schema, last)


class ChannelBook:
    """The channels of a pack with what the environment says of them.

    Close it after use (or use ``with``): it keeps connections open.

    Args:
        policy: the pack's ``channels.yaml``.
        environ: where addresses are looked up, see :func:`jixiao.notices.channels.secrets.addresses`.
    """

    def __init__(self, policy: Channels, environ: Mapping[str, str]) -> None:
        self._policy = policy
        self._recorder = Recorder()
        self._open: dict[str, Channel] = {}
        self._problems: dict[str, str] = {}
        self._ends: dict[str, str] = {}
        guard_loggers()
        for name in policy.channels:
            found = self._open_channel(name, environ)
            if isinstance(found, Channel):
                self._open[name] = found
            else:
                self._problems[name] = found

    def __enter__(self) -> ChannelBook:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections kept open."""
        self._recorder.close()

    def channel(self, name: str) -> Channel | None:
        """The channel, or ``None`` when :meth:`problem` says why it cannot be used."""
        return self._open.get(name)

    def problem(self, name: str) -> str | None:
        """Why this channel cannot be used, in Chinese; ``None`` if it can."""
        if name in self._open:
            return None
        return self._problems.get(name, f"没有定义通知渠道 {name}。")

    def end(self, name: str) -> str:
        """What tells two channels with the same address from two with different ones.

        A hash that lives in memory only: an address must not be guessed from what is kept.
        """
        return self._ends.get(name, name)

    def format(self, name: str) -> Literal["text", "markdown"]:
        """The format messages of this channel are written in."""
        channel = self._policy.channels.get(name)
        return channel.format if channel else "text"

    def unreachable(self, roster: Roster) -> list[Unreachable]:
        """Who has no working channel: the house itself, then departments in roster order."""
        people = [
            (BUREAU, "财政局", self._policy.bureau),
            (OPERATORS, "系统运维", self._policy.operators),
            *((ESCALATION, "负责人", e.to) for e in [self._policy.escalate] if e),
            *((d.code, d.name, d.channels) for d in roster.departments),
        ]
        return [
            Unreachable(code, name, self._reason(channels))
            for code, name, channels in people
            if not any(channel in self._open for channel in channels)
        ]

    def _reason(self, channels: tuple[str, ...]) -> str:
        if not channels:
            return "没有登记通知渠道。"
        return " ".join(dict.fromkeys(self.problem(name) or "" for name in channels))

    def _open_channel(self, name: str, environ: Mapping[str, str]) -> Channel | str:
        """The channel, or the sentence that says why there is none."""
        setting = self._policy.channels[name]
        address = environ.get(setting.url_env, "").strip()
        where = f"通知渠道“{setting.title}”"
        if not address:
            return f"{where}未配置：环境变量 {setting.url_env} 为空。"
        SECRETS.learn(address)
        self._ends[name] = hashlib.sha256(address.encode()).hexdigest()
        # Before Apprise sees the address: it would try, and print, whatever it is given.
        match = _SCHEMA.match(address)
        schema = match[1].lower() if match else ""
        if schema in _NEVER or schema not in self._policy.schemas:
            allowed = "、".join(s for s in self._policy.schemas if s not in _NEVER)
            return f"{where}的地址类型不在允许之列，应以下列之一开头：{allowed}。"
        try:
            plugin = open_plugin(address, self._recorder)
        except TypeError:
            return f"{where}的地址类型 {schema} 无法得知发送结果，不能使用。"
        except Exception as error:  # noqa: BLE001 - its words may hold the address
            return f"{where}的渠道程序出错（{type(error).__name__}），不能使用。"
        if plugin is None:
            return f"{where}的地址写法不对，请检查环境变量 {setting.url_env}。"
        return Channel(
            name,
            schema,
            plugin,
            self._recorder,
            markdown=setting.format == "markdown",
            workers=setting.workers,
            max_per_minute=setting.max_per_minute,
        )


def fit(body: str, tail: str, room: int) -> str:
    """``body`` and ``tail`` as paragraphs within ``room`` UTF-8 bytes.

    What is too long loses text before its last paragraph, which says whom to call; the tail
    is never cut.
    """
    whole = f"{body}\n\n{tail}"
    if len(whole.encode()) <= room:
        return whole
    head, _, last = body.rpartition("\n\n")
    end = f"{_CUT}\n\n{last}\n\n{tail}" if head else f"{_CUT}\n\n{tail}"
    left = room - len(end.encode())
    if left <= 0:  # the last paragraph alone is too long
        end = f"{_CUT}\n\n{tail}"
        left = max(0, room - len(end.encode()))
    return body.encode()[:left].decode(errors="ignore").rstrip() + end
