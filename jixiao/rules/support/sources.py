"""What the catalogue's rules stand on, each document written down once.

Only what has been seen is cited. A number, an article, a date, an address or a sentence that
nobody here has had before him stays empty, and a rule of general knowledge names no document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

#: S seen in a published form, standard or running system; K general knowledge, text not at hand;
#: H the house's own: figures and words that must agree with each other, whoever prescribes them;
#: B a rule the bureau wrote itself, which says in its own words why.
Confidence = Literal["S", "K", "H", "B"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """What a rule stands on; what is not known stays empty.

    Attributes:
        title: the document, or without one what the rule takes for granted.
        number: the document's number.
        article: the part of it, as a form's name or an item of a standard.
        date: when it was published, as ``2024-10-15``.
        address: where it can be read.
        quote: its words.
    """

    title: str
    confidence: Confidence
    number: str = ""
    article: str = ""
    date: str = ""
    address: str = ""
    quote: str = ""

    def at(self, article: str, quote: str = "") -> RuleSource:
        """The same document, at one of its parts."""
        return replace(self, article=article, quote=quote)

    @property
    def label(self) -> str:
        """How :attr:`text` is headed: only a document that was seen is called 依据."""
        return "依据" if self.confidence == "S" else "来源"

    @property
    def text(self) -> str:
        """The source in words, as the catalogue shows it."""
        if self.confidence == "H":
            return "本系统的勾稽要求，不引用文件"
        if self.confidence == "B":
            return f"{self.title}，见“为什么”"
        if self.confidence == "K":
            return f"本系统默认，未核对原文（{self.title}）"
        number = f"（{self.number}）" if self.number else ""
        date = f"{self.date} 公开" if self.date else ""
        said = "，".join(part for part in (f"{self.title}{number}", date, self.address) if part)
        article = f"，{self.article}" if self.article else ""
        return f"{said}{article}" + (f"：“{self.quote}”" if self.quote else "")


HOUSE = RuleSource(title="表内、表间、前后一致", confidence="H")
BUREAU = RuleSource(title="本级自定", confidence="B")

# Seen.
FORMS = RuleSource(
    title="湖南省部门整体支出与项目支出绩效自评表（附件1至附件8），"
    "见江永县科技和工业信息化局2023年度部门整体支出绩效自评报告",
    date="2024-10-15",
    confidence="S",
)
RUBRIC = RuleSource(title="湖南省部门整体支出绩效评价指标评分标准", confidence="S")
SCORING = RuleSource(title="已公开的绩效自评表和在用系统的计分办法", confidence="S")
UNIT_CODES = RuleSource(
    title="《法人和其他组织统一社会信用代码编码规则》", number="GB 32100-2015", confidence="S"
)

# Generally known, text not at hand.
TARGETS = RuleSource(title="绩效目标应可衡量、方向正确、分值合理、覆盖总体目标", confidence="K")
APPROVED = RuleSource(title="绩效目标随预算批复，自评以批复的目标为准", confidence="K")
EVERY_PROJECT = RuleSource(title="有支出的项目都要自评", confidence="K")
BUDGET = RuleSource(title="支出以批准的预算为限，调整和超支要说明", confidence="K")
POINTS = RuleSource(title="附件4 的比率怎样折成得分，由本级财政局核定", confidence="K")
PRIVACY = RuleSource(title="公开材料不登个人信息", confidence="K")
