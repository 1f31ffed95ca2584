"""Notices: what they say, the outbox they wait in and the channels they leave by."""

from __future__ import annotations

from jixiao.notices.channels import Channel, ChannelBook, Unreachable
from jixiao.notices.delivery import Delivery, send_due
from jixiao.notices.model import BUREAU, OPERATORS, Kind, Notice, Status
from jixiao.notices.outbox import Entry, failed, put, send_failed_again, sent, sweep, waiting
from jixiao.notices.outcomes import Outcome
from jixiao.notices.render import render

__all__ = [
    "BUREAU",
    "OPERATORS",
    "Kind",
    "Notice",
    "Status",
    "render",
    "put",
    "send_due",
    "sweep",
    "send_failed_again",
    "waiting",
    "sent",
    "failed",
    "Entry",
    "Delivery",
    "Channel",
    "ChannelBook",
    "Unreachable",
    "Outcome",
]
