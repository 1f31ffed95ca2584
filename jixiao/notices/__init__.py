"""Notices: what they say, the outbox they wait in and the channels they leave by."""

from __future__ import annotations

from jixiao.notices.channels import Channel, ChannelBook, Unreachable
from jixiao.notices.delivery import Delivery, ready, send_due
from jixiao.notices.merging import merge_waiting
from jixiao.notices.model import BUREAU, ESCALATION, OPERATORS, Kind, Notice, Status
from jixiao.notices.outbox import (
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
from jixiao.notices.outcomes import Outcome
from jixiao.notices.preview import preview
from jixiao.notices.render import brief, render
from jixiao.notices.secrets import open_book

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
