"""The errors a user may meet: each carries a sentence saying what, where and what to do."""

from __future__ import annotations


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
