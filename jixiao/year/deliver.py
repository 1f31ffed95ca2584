"""Lay a file where its department, and nobody else, finds it; and the guide where all do."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import Connection

from jixiao.installation.signing import current_key, sign
from jixiao.policy import Pack
from jixiao.store.folders import folder_token
from jixiao.workbooks import guide
from jixiao.year.base import Cycle


def folder_of(cycle: Cycle, unit: str) -> str:
    """The department's folder below the delivery folder; its last part cannot be guessed."""
    with cycle.store.begin() as connection:
        return _folder(cycle, connection, unit)


def _folder(cycle: Cycle, connection: Connection, unit: str) -> str:
    fresh = sign(f"folder/{unit}")[:32] if current_key() else secrets.token_hex(16)
    return f"{cycle.year}/{unit}/{folder_token(connection, unit, fresh)}"


def deliver(cycle: Cycle, unit: str, name: str, data: bytes) -> tuple[str, str]:
    """Lay a file into the department's folder; its path below the delivery folder and SHA-256.

    Raises:
        OSError: it cannot be written.
    """
    path = f"{folder_of(cycle, unit)}/{name}"
    return path, cycle.settings.delivery_folder.write(path, data)


def deliver_guide(cycle: Cycle, unit: str) -> None:
    """Lay the guide beside the department's workbook, and where everybody finds it."""
    page = guide.guide_page(cycle.year, cycle.pack.info.bureau)
    deliver(cycle, unit, guide.NAME, page)
    cycle.settings.delivery_folder.write(f"{cycle.year}/{guide.NAME}", page)


def guide_of(cycle: Cycle, connection: Connection, unit: str) -> str:
    """Where a department finds the guide: the bureau's own address, else in its folder."""
    own = cycle.pack.info.bureau.guide_url
    return own or cycle.settings.link(f"{_folder(cycle, connection, unit)}/{guide.NAME}")


def guide_for_all(cycle: Cycle) -> str:
    """Where somebody who is no department finds the guide."""
    return cycle.pack.info.bureau.guide_url or cycle.settings.link(f"{cycle.year}/{guide.NAME}")


def with_guide(cycle: Cycle) -> Pack:
    """The pack as workbooks are written from: it says where the guide is.

    A workbook is opened from its folder, where the guide lies beside it; where folders are
    served over the network it may be opened from anywhere, so the address is a whole one. It is
    the same in every department's workbook.
    """
    pack = cycle.pack
    if pack.info.bureau.guide_url:
        return pack
    url = guide_for_all(cycle) if cycle.settings.deliver_url else guide.NAME
    bureau = pack.info.bureau.model_copy(update={"guide_url": url})
    return replace(pack, info=pack.info.model_copy(update={"bureau": bureau}))
