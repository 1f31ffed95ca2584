"""Where this installation keeps its work: from the environment, with sensible defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jixiao.errors import JixiaoError
from jixiao.installation.contents import (
    ARCHIVE,
    DATABASE,
    DELIVERIES,
    INBOX,
    NOTICES,
    RECORDS,
    REPORTS,
    SITE,
    Entry,
)
from jixiao.installation.delivery import Folder
from jixiao.installation.paths import var_dir

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
        inbox_at: address (path or fsspec) files arrive at; ``""``: ``inbox`` below ``var``.
        deliver_to: address workbooks are laid at for departments; ``""``: ``deliveries``.
        deliver_url: public prefix under which that folder is served, for links in notices.
        publish_to: address (path or fsspec) the public site is sent to beside ``site``; ``""``: none.
        archive_at, reports_at: addresses of what was received and of the reports, for several
            machines that share their files; ``""``: below ``var``.
        settle: seconds a file must lie unchanged before it is looked at.
    """

    var: Path
    database: str
    inbox_at: str = ""
    deliver_to: str = ""
    deliver_url: str = ""
    publish_to: str = ""
    archive_at: str = ""
    reports_at: str = ""
    settle: float = 0.0

    def place(self, entry: Entry) -> Path:
        """Where something lies below ``var``."""
        return self.var / entry.name

    @property
    def _addresses(self) -> dict[Entry, str]:
        """What may lie at another address, and at which it does."""
        return {
            INBOX: self.inbox_at,
            DELIVERIES: self.deliver_to,
            ARCHIVE: self.archive_at,
            REPORTS: self.reports_at,
        }

    def elsewhere(self) -> dict[str, str]:
        """What lies outside of ``var``: the variable that says where → what it is."""
        moved = {
            entry.elsewhere: entry.what
            for entry, address in self._addresses.items()
            if address and not _is_at(address, self.place(entry))
        }
        return moved | ({"JIXIAO_PUBLISH_TO": "另送一份的公开网站"} if self.publish_to else {})

    def _folder(self, entry: Entry) -> Folder:
        return Folder(self._addresses[entry] or str(self.place(entry)))

    @property
    def inbox_folder(self) -> Folder:
        return self._folder(INBOX)

    @property
    def delivery_folder(self) -> Folder:
        return self._folder(DELIVERIES)

    def link(self, path: str) -> str:
        """What a department opens to get a file laid below the delivery folder."""
        return self.delivery_folder.link(path, self.deliver_url)

    @property
    def inbox(self) -> Path:
        """The drop folder departments' files arrive in."""
        return self.place(INBOX)

    @property
    def archive_folder(self) -> Folder:
        """Every file ever received, under its content hash."""
        return self._folder(ARCHIVE)

    @property
    def reports_folder(self) -> Folder:
        return self._folder(REPORTS)

    @property
    def archive(self) -> Path:
        return self.place(ARCHIVE)

    @property
    def deliveries(self) -> Path:
        """Workbooks for departments."""
        return self.place(DELIVERIES)

    @property
    def reports(self) -> Path:
        return self.place(REPORTS)

    @property
    def site(self) -> Path:
        """The public site; ``site/current`` is what is served."""
        return self.place(SITE)

    @property
    def records(self) -> Path:
        """What a Prefect server of our own records."""
        return self.place(RECORDS)

    @property
    def notices(self) -> Path:
        """What a demonstration was told."""
        return self.place(NOTICES)


def _is_at(address: str, place: Path) -> bool:
    """Whether an address (path or fsspec) is this very folder."""
    protocol, _, path = address.rpartition("://")
    return protocol in ("", "file", "local") and Path(path).resolve() == place.resolve()


def load_settings(var: Path | None = None) -> Settings:
    """Settings from the environment.

    ``JIXIAO_VAR`` and ``JIXIAO_DATABASE`` (default: SQLite in ``var/``); ``JIXIAO_INBOX``,
    ``JIXIAO_DELIVER_TO``, ``JIXIAO_DELIVER_URL``, ``JIXIAO_PUBLISH_TO``, ``JIXIAO_ARCHIVE`` and
    ``JIXIAO_REPORTS`` as in :class:`Settings`; ``JIXIAO_SETTLE_SECONDS`` (default 5).

    Args:
        var: a folder of its own, as for a demonstration; nothing else then comes from outside.
    """
    folder = var_dir() if var is None else var.resolve()
    database = os.environ.get("JIXIAO_DATABASE") if var is None else None
    database = database or f"sqlite:///{folder / DATABASE.name}"
    if var is not None:
        return Settings(folder, database)
    return Settings(
        folder,
        database,
        inbox_at=os.environ.get("JIXIAO_INBOX", ""),
        deliver_to=os.environ.get("JIXIAO_DELIVER_TO", ""),
        deliver_url=os.environ.get("JIXIAO_DELIVER_URL", ""),
        publish_to=os.environ.get("JIXIAO_PUBLISH_TO", ""),
        archive_at=os.environ.get("JIXIAO_ARCHIVE", ""),
        reports_at=os.environ.get("JIXIAO_REPORTS", ""),
        settle=_seconds(os.environ.get("JIXIAO_SETTLE_SECONDS", "5")),
    )


def whole_number(name: str, default: int) -> int:
    """What a variable of the environment says, at least 1.

    Raises:
        JixiaoError: it is no such number.
    """
    text = os.environ.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise JixiaoError(f"{name} 应是不小于 1 的整数，现为“{text}”。请改正。")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise JixiaoError(f"JIXIAO_SETTLE_SECONDS 应是秒数，现为“{text}”。请改正。") from None
