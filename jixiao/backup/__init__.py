"""Backup and restore: everything an installation needs to stand somewhere else, in one tar file.

Rows are kept as JSON lines, so a backup of SQLite restores onto PostgreSQL and back. The last
member, ``manifest.json``, holds the SHA-256 of every other one; nothing is restored before all
of them are found right. What belongs to an installation says :mod:`jixiao.installation.contents`.
"""

from jixiao.backup.manifest import FORMAT, MANIFEST
from jixiao.backup.outcome import Moved
from jixiao.backup.restore import restore
from jixiao.backup.write import backup

__all__ = ["FORMAT", "MANIFEST", "Moved", "backup", "restore"]
