"""What a notice is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: Recipients that are no department.
BUREAU = "bureau"
OPERATORS = "operators"
ESCALATION = "escalation"


class Kind(StrEnum):
    """What a notice is about; the template of the same name says it."""

    TARGETS_OPENED = "targets_opened"
    TARGETS_REMINDER = "targets_reminder"
    TARGETS_APPROVED = "targets_approved"
    TARGETS_RETURNED = "targets_returned"
    ISSUED = "issued"
    SUBMIT_OPENED = "submit_opened"
    SUBMIT_REMINDER = "submit_reminder"
    REFUSED = "refused"
    RECEIPT = "receipt"
    RETURNED = "returned"
    CORRECTION_REMINDER = "correction_reminder"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    LEDGER_REFUSED = "ledger_refused"
    PUBLISHED = "published"
    ADDRESS_BROKEN = "address_broken"
    OWN_ADDRESS = "own_address"
    UNPUBLISHED = "unpublished"
    EXTENDED = "extended"
    ESCALATION = "escalation"
    WINDOW_SOON = "window_soon"
    WINDOW_OPENED = "window_opened"
    BUREAU_DIGEST = "bureau_digest"
    COMPETENT_DIGEST = "competent_digest"
    CONTACT_DIGEST = "contact_digest"
    OPERATORS_FAILURE = "operators_failure"
    CHANNEL_TEST = "channel_test"

    @property
    def chinese(self) -> str:
        return _KINDS[self]


_KINDS = {
    Kind.TARGETS_OPENED: "绩效目标申报开始",
    Kind.TARGETS_REMINDER: "绩效目标申报催报",
    Kind.TARGETS_APPROVED: "绩效目标批复",
    Kind.TARGETS_RETURNED: "绩效目标退回",
    Kind.ISSUED: "自评表下达",
    Kind.SUBMIT_OPENED: "自评报送开始",
    Kind.SUBMIT_REMINDER: "自评催报",
    Kind.REFUSED: "文件未能接收",
    Kind.RECEIPT: "收件回执",
    Kind.RETURNED: "自评退回",
    Kind.CORRECTION_REMINDER: "退回后催报",
    Kind.ACCEPTED: "自评通过",
    Kind.DECIDED: "审核决定",
    Kind.LEDGER_REFUSED: "审核台账有误",
    Kind.PUBLISHED: "自评公开",
    Kind.ADDRESS_BROKEN: "公开网址核验未通过",
    Kind.OWN_ADDRESS: "本单位网址核验未通过",
    Kind.UNPUBLISHED: "公开报告撤下",
    Kind.EXTENDED: "延期",
    Kind.ESCALATION: "多次提醒仍未报",
    Kind.WINDOW_SOON: "阶段即将开始",
    Kind.WINDOW_OPENED: "阶段开始",
    Kind.BUREAU_DIGEST: "每日汇总",
    Kind.COMPETENT_DIGEST: "下属单位汇总",
    Kind.CONTACT_DIGEST: "多单位合并通知",
    Kind.OPERATORS_FAILURE: "运行故障",
    Kind.CHANNEL_TEST: "渠道测试",
}


class Status(StrEnum):
    """Where a notice in the outbox stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"  # handed over to the service; nobody can know whether it was read
    REFUSED = "refused"  # given up: refused for good, or too many attempts
    UNKNOWN = "unknown"  # may have arrived or not; not sent again unless somebody says so
    MERGED = "merged"  # said in another notice that says several

    @property
    def chinese(self) -> str:
        return {
            "waiting": "待发",
            "sending": "发送中",
            "sent": "已交出",
            "refused": "未能送达",
            "unknown": "结果不明",
            "merged": "已并入",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient by one channel.

    Everything but title, body and brief is its key: a notice with the same key is the same notice
    and goes out once, whatever it says the second time.

    Attributes:
        year: the budget year it belongs to.
        stage: value of :class:`jixiao.policy.model.Stage` (up to 16 characters).
        recipient: unit code, ``bureau``, ``operators`` or ``escalation``.
        kind: a :class:`Kind`.
        due: the day it was to go out (Asia/Shanghai).
        subject: hash or id of the filing, target set or workbook, ``""`` if none
            (up to 64 characters).
        channel: name of the channel in the pack's ``channels.yaml``.
        title: one line.
        body: the text in the channel's format.
        brief: one line that stands for it where one message says several; ``""``: it always
            goes out alone.
    """

    year: int
    stage: str
    recipient: str
    kind: str
    due: date
    subject: str
    channel: str
    title: str
    body: str
    brief: str = ""

    @property
    def id(self) -> str:
        """Stable id by which a receiver can tell a repeated message."""
        return message_id(
            self.year,
            self.stage,
            self.recipient,
            self.kind,
            self.due,
            self.subject,
            self.channel,
        )


def message_id(
    year: int, stage: str, recipient: str, kind: str, due: date, subject: str, channel: str
) -> str:
    """The id of the notice with this key: ``JX-`` and 16 hexadecimal characters."""
    key = "|".join((str(year), stage, recipient, str(kind), due.isoformat(), subject, channel))
    return f"JX-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
