"""The signature on what travels inside an issued workbook.

The key is a secret of this installation: ``JIXIAO_SIGNING_KEY``. After a change of keys the older
ones stay in ``JIXIAO_SIGNING_KEYS`` (with commas between them) for as long as workbooks signed
with them may still come back. Without a key nothing is signed and nothing can be verified.
"""

from __future__ import annotations

import hashlib
import hmac
import os

KEY = "JIXIAO_SIGNING_KEY"
OLDER = "JIXIAO_SIGNING_KEYS"
LEAST = 16  # characters; shorter keys can be tried out
#: What a process that opens strangers' files must not be given.
SECRETS = (KEY, OLDER)


def current_key() -> str:
    """The key new workbooks are signed with, ``""`` where none is set."""
    return os.environ.get(KEY, "").strip()


def _keys() -> list[str]:
    older = (key.strip() for key in os.environ.get(OLDER, "").split(","))
    return [key for key in (current_key(), *older) if key]


def sign(text: str) -> str:
    """HMAC-SHA256 (hex) over the text with the current key, ``""`` without one."""
    key = current_key()
    return _hmac(key, text) if key else ""


def genuine(text: str, signature: str) -> bool:
    """Whether a signature was made here over this very text; always, where no key is set."""
    keys = _keys()
    if not keys:
        return True
    return any(hmac.compare_digest(_hmac(key, text), signature) for key in keys)


def problem() -> str | None:
    """What an operator should know of the keys, ``None`` where all is well."""
    key = current_key()
    if not key:
        return (
            f"没有设置 {KEY}：下达的工作簿没有签名，标识页被改动时发现不了。请设一个长的随机密钥。"
        )
    if len(key) < LEAST:
        return f"{KEY} 太短（不到 {LEAST} 个字符），容易被试出来。请换一个长的随机密钥。"
    return None


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
