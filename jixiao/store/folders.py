"""The secret part of the address of a department's folder."""

from __future__ import annotations

from sqlalchemy import Connection, select

from jixiao.store.db import add
from jixiao.store.tables import folders


def folder_token(connection: Connection, unit: str, fresh: str) -> str:
    """The department's token; ``fresh`` is kept as it where there is none yet."""
    query = select(folders.c.token).where(folders.c.unit == unit)
    known = connection.execute(query).scalar_one_or_none()
    if known is None:
        add(connection, folders, {"unit": unit, "token": fresh})
        known = connection.execute(query).scalar_one()
    return str(known)
