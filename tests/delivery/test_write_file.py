"""A file has its name only when it is on the disk whole."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from jixiao.installation.delivery import write_file


def test_content_name_and_folder_reach_the_disk_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between any two of them leaves the old file or the new one."""
    deeds: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        deeds.append("folder" if folder else f"content {os.fstat(handle).st_size}")
        sync(handle)

    def named(old: str, new: Path) -> None:
        deeds.append("name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", named)
    path = tmp_path / "甲" / "自评.xlsx"
    assert write_file(path, b"12345") == hashlib.sha256(b"12345").hexdigest()
    assert deeds == ["content 5", "name", "folder"]
    assert path.read_bytes() == b"12345"
    deeds.clear()
    write_file(path, b"12345")
    assert deeds == []  # the same content is not written again
