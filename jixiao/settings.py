"""Where this installation keeps its work: from the environment, with sensible defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Today in Asia/Shanghai."""
    return datetime.now(ZONE).date()


@dataclass(frozen=True)
class Settings:
    """Folders and database of one installation.

    Attributes:
        var: folder everything below lies in unless said otherwise.
        database: SQLAlchemy address.
    """

    var: Path
    database: str

    @property
    def inbox(self) -> Path:
        """The drop folder departments' files arrive in."""
        return self.var / "inbox"

    @property
    def archive(self) -> Path:
        """Every file ever received, under its content hash."""
        return self.var / "archive"

    @property
    def deliveries(self) -> Path:
        """Workbooks for departments."""
        return self.var / "deliveries"

    @property
    def reports(self) -> Path:
        return self.var / "reports"

    @property
    def site(self) -> Path:
        """The public site; ``site/current`` is what is served."""
        return self.var / "site"


def load_settings(var: Path | None = None) -> Settings:
    """Settings from ``JIXIAO_VAR`` and ``JIXIAO_DATABASE`` (default: SQLite in ``var/``)."""
    folder = (var or Path(os.environ.get("JIXIAO_VAR", "var"))).resolve()
    database = os.environ.get("JIXIAO_DATABASE") if var is None else None
    return Settings(folder, database or f"sqlite:///{folder / 'jixiao.db'}")
