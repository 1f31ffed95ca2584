"""Keeps the secrets of channel addresses out of logs, errors and the database.

An address is a secret as a whole, and so are its parts. Apprise prints an address it cannot
parse, and urllib3 prints the path of every request, token included; so a filter stands on
their loggers, in front of every handler.
"""

from __future__ import annotations

import logging
import re
import threading
import traceback
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

MASK = "***"

#: Shorter parts are not secrets, and masking them would eat ordinary words.
_SHORTEST = 4

#: Values that stand in every address and say nothing.
_PLAIN = frozenset({"text", "markdown", "true", "false", "post", "json", "upstream"})

#: Loggers that see addresses. A filter on a logger does not reach the loggers below it, so
#: each one that writes is named.
_LOGGERS = (
    "apprise",
    "requests",
    "urllib3",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.util.retry",
)


class Secrets(logging.Filter):
    """The strings that must not be seen, and the filter that hides them."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, address: str) -> None:
        """Hide ``address`` and its parts from now on."""
        with self._lock:
            self._known.update(secret_parts(address))
            # Longest first: a part must not break the whole before the whole is found.
            ordered = sorted(self._known, key=len, reverse=True)
            # Case counts for nothing: a host name is written small by whoever prints it.
            self._pattern = re.compile("|".join(map(re.escape, ordered)), re.I) if ordered else None

    def hide(self, text: str) -> str:
        """``text`` with every known secret replaced by ``***``."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self.hide(record.getMessage())
        record.args = None
        if record.exc_info and record.exc_info[1] is not None:
            # The text stays, the exception object goes: a handler would print it unmasked.
            record.exc_text = "".join(traceback.format_exception(record.exc_info[1])).rstrip()
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self.hide(record.exc_text)
        return True


#: One for the process: loggers are global, so what is hidden must be as well.
SECRETS = Secrets()


def guard_loggers() -> None:
    """Put the filter on every logger that sees addresses; doing it again changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(SECRETS)


def secret_parts(address: str) -> set[str]:
    """The strings of an Apprise address that must not be shown, as written and unquoted.

    A host with a dot in it is a public name or an address and stays readable; a host without
    one is where the chat services keep their token.
    """
    parts = {address, address.partition("://")[2]}
    try:
        split = urlsplit(address)
        host = split.netloc.rpartition("@")[2].partition(":")[0]
        queries: Iterable[str] = (value for _, value in parse_qsl(split.query))
        user = split.netloc.rpartition("@")[0]
    except ValueError:  # not an address at all: every run of characters may be the token
        return {p for p in {*parts, *re.split(r"[\s/?&=@:#]+", address)} if _hidden(p)}
    parts.update(user.split(":"), split.path.split("/"), queries, [split.path.strip("/")])
    parts.add(split.fragment)
    if "." not in host and host != "localhost":
        parts.add(host)
    return {p for p in {*parts, *map(unquote, parts)} if _hidden(p)}


def _hidden(part: str) -> bool:
    return len(part) >= _SHORTEST and part.lower() not in _PLAIN
