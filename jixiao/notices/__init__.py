"""Notices: what they say, the outbox they wait in and the channels they leave by."""

from __future__ import annotations

from jixiao.notices.channels.book import Channel, ChannelBook, Unreachable
from jixiao.notices.channels.outcomes import Outcome
from jixiao.notices.channels.secrets import open_book
from jixiao.notices.model import BUREAU, ESCALATION, OPERATORS, Kind, Notice, Status
from jixiao.notices.outbox.box import (
    Entry,
    Told,
    entries,
    failed,
    merged,
    put,
    send_failed_again,
    sent,
    sweep,
    told,
    waiting,
)
from jixiao.notices.outbox.delivery import Delivery, ready, send_due
from jixiao.notices.outbox.merging import merge_waiting
from jixiao.notices.text.preview import preview
from jixiao.notices.text.render import brief, render

__all__ = [
    "BUREAU",
    "OPERATORS",
    "ESCALATION",
    "Kind",
    "Notice",
    "Status",
    "render",
    "brief",
    "preview",
    "put",
    "ready",
    "send_due",
    "sweep",
    "send_failed_again",
    "waiting",
    "sent",
    "failed",
    "merged",
    "told",
    "entries",
    "merge_waiting",
    "Entry",
    "Told",
    "Delivery",
    "Channel",
    "ChannelBook",
    "Unreachable",
    "open_book",
    "Outcome",
]
