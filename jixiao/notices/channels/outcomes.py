"""What came of handing a message over: from a service's answer or a failed connection.

Apprise answers only yes or no, and takes a 200 for a yes even where the service says no in
its body. Here the answer itself is read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

#: A service cannot put a message off for longer than this.
_LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known after one attempt.

    Attributes:
        kind: ``handed_over`` the service took it; ``temporary`` it said not now;
            ``permanent`` it said no and would say so again; ``technical`` no usable answer.
        detail: one Chinese sentence without secrets, ``""`` when handed over.
        retry_after: how long the service asked to be left alone.
        doubtful: the message may have arrived although no answer says so. Trying again could
            deliver it twice.
    """

    kind: Literal["handed_over", "temporary", "permanent", "technical"]
    detail: str = ""
    retry_after: timedelta | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer as it came over the wire."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Service:
    """What is known of a chat service.

    Attributes:
        code_keys: where its JSON answer keeps the result; 0 is success.
        refusals: codes that will not change by waiting. Every other code but 0 is tried
            again: the service has said that it did not take the message.
        limits: codes that mean too many messages, and how long to leave it alone then.
        body_bytes: the longest text it takes, in UTF-8 bytes.
        interval: seconds between two messages of one robot.
    """

    code_keys: tuple[str, ...]
    refusals: dict[int, str]
    limits: dict[int, timedelta]
    body_bytes: int
    interval: float


_LARK = Service(
    # Old robots answer StatusCode, new ones code; some answer both. 100 messages a minute.
    code_keys=("code", "StatusCode"),
    refusals={
        19001: "机器人地址无效",
        19021: "签名校验未通过或时间戳过期",
        19022: "本机地址不在机器人的白名单里",
        19024: "消息里没有机器人要求的关键词",
    },
    limits=dict.fromkeys((9499, 11232, 99991400), timedelta(minutes=1)),
    body_bytes=19_000,
    interval=0.65,
)

SERVICES: dict[str, Service] = {
    "dingtalk": Service(
        # 20 messages a minute for one robot; beyond that it is shut for ten minutes.
        code_keys=("errcode",),
        refusals={
            300001: "机器人地址无效",
            310000: "机器人的安全设置（关键词、签名或地址白名单）未通过",
            400013: "群已解散",
            400101: "机器人地址无效",
            400102: "机器人已停用",
            400105: "不支持的消息类型",
            400106: "机器人不存在",
            430101: "消息里有不安全的链接",
            430102: "消息里有不合适的文字",
        },
        limits=dict.fromkeys((130101, 410100, 90030), timedelta(minutes=10)),
        body_bytes=19_000,
        interval=3.1,
    ),
    "wecombot": Service(
        # 20 messages a minute for one robot; text content up to 2048 bytes.
        code_keys=("errcode",),
        refusals={
            40008: "不支持的消息类型",
            40058: "消息参数不合要求",
            44004: "消息为空",
            93000: "机器人地址无效",
            93004: "机器人已停用",
            93008: "机器人不在群里",
        },
        limits=dict.fromkeys((45009, 45033), timedelta(minutes=1)),
        body_bytes=2_048,
        interval=3.1,
    ),
    "feishu": _LARK,
    "lark": _LARK,
}

#: A webhook of one's own: any 2xx is a yes, unless its body carries an ``errcode``. ``code``
#: is not looked at: too many gateways write 200 there.
WEBHOOK = Service(code_keys=("errcode",), refusals={}, limits={}, body_bytes=32_000, interval=0)


def interpret(schema: str, answer: Answer) -> Outcome:
    """The outcome that an answer of the service with this Apprise schema stands for."""
    if not 200 <= answer.status < 300:
        return _by_status(answer)
    service = SERVICES.get(schema, WEBHOOK)
    body = _json_object(answer.body)
    codes = [_number(body[key]) for key in service.code_keys if body.get(key) is not None]
    failed = next((code for code in codes if code != 0), 0)
    if failed is None or (not codes and schema in SERVICES):
        # A proxy or a login page may have answered in the service's place.
        return Outcome("technical", "对方的应答无法识别，是否收到不明。", doubtful=True)
    if failed == 0:
        return Outcome("handed_over")
    if failed in service.refusals:
        return Outcome("permanent", f"对方拒收：{service.refusals[failed]}（错误码 {failed}）。")
    wait = _retry_after(answer) or service.limits.get(failed)
    what = "对方限流" if failed in service.limits else "对方暂未接收"
    return Outcome("temporary", f"{what}（错误码 {failed}）。", wait)


def interpret_error(error: requests.RequestException) -> Outcome:
    """The outcome of an attempt that brought no answer.

    Whether the message left this machine decides: a refused connection delivers nothing, a
    connection that broke while waiting for the answer may have delivered it.
    """
    if isinstance(error, requests.exceptions.SSLError):
        return Outcome("technical", "与对方的加密连接未能建立（证书或协议问题）。")
    if isinstance(error, requests.exceptions.ProxyError):
        return Outcome("technical", "代理服务器连接失败。")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Outcome("technical", "连接对方超时。")
    reason = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    if isinstance(reason, NameResolutionError):
        return Outcome("technical", "找不到对方的主机名。")
    if isinstance(reason, NewConnectionError):
        return Outcome("technical", "连接不上对方的服务器。")
    if isinstance(error, requests.exceptions.Timeout):
        return Outcome("technical", "对方没有在时限内应答，是否收到不明。", doubtful=True)
    if isinstance(error, ValueError):  # an address requests cannot use
        return Outcome("permanent", "渠道地址写法不对。")
    return Outcome("technical", "发送途中连接中断，是否收到不明。", doubtful=True)


def _by_status(answer: Answer) -> Outcome:
    status = answer.status
    if status == 429:
        return Outcome("temporary", "对方限流（状态码 429）。", _retry_after(answer))
    if status == 408 or status >= 500:
        return Outcome("temporary", f"对方服务出错（状态码 {status}）。", _retry_after(answer))
    if 300 <= status < 400:
        # Following it would carry the token elsewhere and lose the body on the way.
        return Outcome("permanent", f"渠道地址已改到别处（状态码 {status}），请更新地址。")
    if status in (401, 403):
        return Outcome("permanent", f"对方不认可渠道的密钥（状态码 {status}）。")
    if status in (404, 410):
        return Outcome("permanent", f"渠道地址不存在（状态码 {status}）。")
    return Outcome("permanent", f"对方拒收（状态码 {status}）。")


def _retry_after(answer: Answer) -> timedelta | None:
    """``Retry-After`` in seconds or as a date; a date is measured by the service's own clock."""
    value = answer.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        # A figure of many digits is cut before it overflows.
        wait = timedelta(seconds=min(int(value[:9]), _LONGEST_WAIT.total_seconds()))
    else:
        until = _http_date(value)
        if until is None:
            return None
        wait = until - (_http_date(answer.headers.get("Date", "")) or datetime.now(UTC))
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _http_date(value: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):  # whatever a stranger wrote
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _json_object(body: bytes) -> dict[str, object]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _number(value: object) -> int | None:
    """The code as a number; services write it as one, relays sometimes as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else None
