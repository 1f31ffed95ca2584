"""Backups taken apart and put together by hand, and a small installation to make one of."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, inspect

from jixiao.backup import restore
from jixiao.backup.manifest import sealed
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.store import open_store
from jixiao.store.tables import deliveries, events, filings

MANIFEST = "manifest.json"


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]


def write(file: Path, content: Iterable[tuple[str, bytes]]) -> None:
    """An archive with exactly these members, in this order."""
    with tarfile.open(file, "w") as tar:
        for name, data in content:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def agreeing(content: dict[str, bytes], **changed: Any) -> dict[str, bytes]:
    """The members with a manifest that knows them as they are now, and says these things."""
    manifest = json.loads(content[MANIFEST])
    files = {n: sha256(d) for n, d in content.items() if n != MANIFEST}
    said = {**manifest, "files": files, **changed}
    return {**content, MANIFEST: resealed(said)}


def resealed(manifest: dict[str, Any]) -> bytes:
    """A changed manifest with the hash that fits it."""
    return sealed({name: value for name, value in manifest.items() if name != "sha256"})


def small(settings: Settings) -> None:
    """A few files, a link and a few rows that refer to each other."""
    for name, text in (
        ("inbox/自评.xlsx", "filed"),
        ("archive/aa/kept.xlsx", "filed"),
        ("site/versions/one/index.html", "<p>公开</p>"),
        ("roster/2023.json", "{}"),
    ):
        path = settings.var / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (settings.var / "roster" / "2023.json").chmod(0o600)
    (settings.site / "current").symlink_to("versions/one")
    store = open_store(settings.database)
    day, now = date(2024, 3, 8), datetime(2024, 3, 8, 1, 2, 3, tzinfo=UTC)
    delivery = {
        "year": 2023,
        "name": "自评.xlsx",
        "sha256": sha256(b"filed"),
        "size": 5,
        "kept_as": "aa/kept.xlsx",
        "received_on": day,
        "unit": "u",
        "outcome": "filing",
    }
    filing = {
        "year": 2023,
        "unit": "u",
        "number": 1,
        "receipt": "R-1",
        "sha256": sha256(b"filed"),
        "received_on": day,
        "received_at": now,
        "late": False,
        "status": "received",
        "content": b"\x00\xff",
    }
    event = {
        "at": now,
        "as_of": day,
        "actor": "系统",
        "year": 2023,
        "what": "filed",
        "detail": "{}",
    }
    with store.begin() as connection:
        key = connection.execute(insert(deliveries).values(delivery)).inserted_primary_key
        assert key is not None
        connection.execute(insert(filings).values({**filing, "delivery_id": key[0]}))
        connection.execute(insert(events), [event, event])
    store.close()


def linked(file: Path) -> set[str]:
    """The links a backup holds."""
    return set(json.loads(members(file)[MANIFEST])["links"])


def refused(
    settings: Settings, file: Path, says: str, error: type[BaseException] = JixiaoError
) -> None:
    """Nothing is restored, nothing of the attempt is left, and one sentence says why."""
    before = everything(settings.var.parent.parent)
    with pytest.raises(error, match=says) as caught:
        restore(settings, file)
    assert everything(settings.var.parent.parent) == before
    assert tables(settings.database) == []
    if isinstance(caught.value, JixiaoError):
        assert caught.value.message.count("\n") == 0
        assert caught.value.message.endswith("。")
        assert "Errno" not in caught.value.message


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def tables(address: str) -> list[str]:
    path = address.removeprefix("sqlite:///")
    if path != address:
        return [p.name for p in Path(path).parent.glob(f"{Path(path).name}*")]
    engine = create_engine(address)
    found = inspect(engine).get_table_names()
    engine.dispose()
    return found
