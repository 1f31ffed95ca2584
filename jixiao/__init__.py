"""Jixiao (绩效): the yearly budget performance self-evaluation of a finance bureau.

This package is the domain: it knows forms, values, scores, findings, filings and
notices, and nothing of Prefect. As a library it offers ``audit``, ``read``, ``score`` and
``load_pack`` (docs/library.md), imported when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jixiao.version import __version__ as __version__

if TYPE_CHECKING:
    from jixiao.library import audit, load_pack, read, score


__all__ = ["__version__", "audit", "load_pack", "read", "score"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from jixiao import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
