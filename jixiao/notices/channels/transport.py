"""Apprise plugins that tell what the service answered.

Every plugin posts through the name ``requests`` of its own module. Here a plugin's class is
derived anew with that one name bound to a recorder: Apprise itself stays as it is, and other
users of Apprise in the process notice nothing.
"""

from __future__ import annotations

import threading
import types
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import apprise
import requests
from apprise.plugins.base import NotifyBase
from requests.adapters import HTTPAdapter

from jixiao.notices.channels.outcomes import Answer

#: Connections kept open to one host; more senders than this wait for none, they just reconnect.
_CONNECTIONS = 16


class Recorder:
    """Stands in for the ``requests`` module in a plugin and keeps what came back.

    One session for all threads keeps connections open; cookies are not kept, so the session
    holds no state that one message could leave for the next.
    """

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
        self._local = threading.local()

    def __getattr__(self, name: str) -> Any:
        """Everything but the sending is the real module's: codes, exceptions, auth."""
        return getattr(requests, name)

    def begin(self) -> list[Answer | requests.RequestException]:
        """Start a fresh record for this thread; what is sent from now on appears in it."""
        self._local.record = []
        record: list[Answer | requests.RequestException] = self._local.record
        return record

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(method, url, **options)
        except requests.RequestException as error:
            self._local.record.append(error)
            raise
        self._local.record.append(Answer(response.status_code, response.headers, response.content))
        return response

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> requests.Response:
        return self.request("PUT", url, **options)

    def close(self) -> None:
        self._session.close()


def open_plugin(address: str, recorder: Recorder) -> NotifyBase | None:
    """The Apprise plugin for an address, posting through ``recorder``; ``None`` if malformed.

    Apprise keeps nothing on disk, rewrites nothing in the text, follows no redirect (that
    would carry the token elsewhere) and does not pace: the channel does.

    Raises:
        TypeError: this kind of plugin does not post through ``requests``, so nothing could be
            learnt of what became of a message.
    """
    asset = apprise.AppriseAsset(
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        async_mode=False,
        app_id="Jixiao",
        interpret_emojis=False,
        interpret_escapes=False,
        http_redirects=False,
    )
    plugin = apprise.Apprise.instantiate(address, asset=asset)
    if not isinstance(plugin, NotifyBase):
        return None
    plugin.__class__ = _recording(type(plugin), recorder)
    plugin.redirects = False  # even where the address asks for it
    return plugin


def _recording(plugin: type[NotifyBase], recorder: Recorder) -> type[NotifyBase]:
    """``plugin`` with every method that posts rebuilt around the recorder."""
    methods: dict[str, Any] = {"request_rate_per_sec": 0}
    for base in reversed(plugin.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, types.FunctionType) and _posts(value):
                methods[name] = _rebound(value, recorder)
    if not any(callable(m) for m in methods.values()):
        raise TypeError(f"{plugin.__name__} does not post through requests")
    return type(plugin.__name__, (plugin,), methods)


def _posts(function: types.FunctionType) -> bool:
    return function.__globals__.get("requests") is requests and (
        "requests" in function.__code__.co_names
    )


def _rebound(function: types.FunctionType, recorder: Recorder) -> types.FunctionType:
    scope = {**function.__globals__, "requests": recorder}
    copy = types.FunctionType(
        function.__code__, scope, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
