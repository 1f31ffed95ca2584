"""Lay a file where its department, and nobody else, finds it."""

from __future__ import annotations

import secrets

from jixiao.cycle.base import Cycle
from jixiao.signing import current_key, sign
from jixiao.store.folders import folder_token


def folder_of(cycle: Cycle, unit: str) -> str:
    """The department's folder below the delivery folder; its last part cannot be guessed."""
    fresh = sign(f"folder/{unit}")[:32] if current_key() else secrets.token_hex(16)
    with cycle.store.begin() as connection:
        return f"{cycle.year}/{unit}/{folder_token(connection, unit, fresh)}"


def deliver(cycle: Cycle, unit: str, name: str, data: bytes) -> tuple[str, str]:
    """Lay a file into the department's folder; its path below the delivery folder and SHA-256.

    Raises:
        OSError: it cannot be written.
    """
    path = f"{folder_of(cycle, unit)}/{name}"
    return path, cycle.settings.delivery_folder.write(path, data)
