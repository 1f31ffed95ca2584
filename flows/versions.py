"""An older program does no work of deployments that a newer one has registered.

Several machines may run workers. The newer program knows what the older one does not: another
database, other packs, other parameters of a run.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec

from packaging.version import InvalidVersion, Version
from prefect import State
from prefect.runtime import deployment
from prefect.states import Failed

from jixiao.version import __version__

P = ParamSpec("P")


def current(work: Callable[P, State]) -> Callable[P, State]:
    """What a flow does, unless this program is older than the one that registered its deployment.

    Every flow of a deployment has it but the one that tells the operators: they are to be told
    of the refusal too.
    """

    @wraps(work)
    def checked(*args: P.args, **given: P.kwargs) -> State:
        said = outdated(deployment.version)
        return Failed(message=said) if said else work(*args, **given)

    # Prefect would look for the names in the annotations here, not where they were written.
    checked.__signature__ = signature(work, eval_str=True)  # type: ignore[attr-defined]
    return checked


def outdated(registered: str | None) -> str:
    """A sentence where deployments registered by this version are too new for this program.

    Args:
        registered: the deployment's version; ``None`` without a deployment.
    """
    newest = _version(registered)
    if newest is None or newest <= Version(__version__):
        return ""
    return (
        f"没有办理：部署由 {registered} 版程序登记，而执行器所在的机器 {socket.gethostname()} 上是"
        f" {__version__} 版，请升级这台机器上的程序，再重启执行器，然后点 Retry。"
    )


def _version(text: str | None) -> Version | None:
    """``None`` for what is no version of ours: before there were any, Prefect put the hash of a
    file there, which may read like a large number."""
    if text is None or "." not in text:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None
