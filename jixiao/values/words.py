"""Words instead of figures: which band of the weight a phrase claims, and what names an event.

Source of the three bands: FIELD's qualitative scoring (达成预期指标 / 部分达成预期指标并具有一定
效果 / 未达成预期指标且效果较差), as the provincial self-evaluation forms print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from jixiao.values.numerals import DIGIT

_MET = """
效果明显 明显 显著 有效 合规 合法 达成预期 达成年度 达成 达到预期 达到要求 达到 达标 完成 良好
优秀 优良 提升 提高 改善 增强 增加 加强 完善 健全 规范 保障 合格 满意 及时 准确 落实 实现 较好
好转 好 优化 促进 推动 稳定 安全 通过 符合 长期 持续 可持续 全覆盖 到位 齐全 按时 按期 如期
无事故 无投诉 无违规 无差错 零事故 零投诉 零违规 零差错 没有发生 没有出现 未发生 未出现 未超
未突破 不发生 不超 是
"""
_PARTLY = """
部分达成 部分达到 部分完成 部分实现 部分 基本达成 基本达到 基本完成 基本实现 基本 有所 一定效果
一定程度 具有一定 一般 尚可 初步 正在 推进中 进行中 实施中 未全部 未完全 不完全
"""
_NOT_MET = """
未达成 未达到 未达标 未达 未完成 未实现 未开展 未落实 未实施 未通过 未启动 没有完成 没有 较差
很差 极差 差 不明显 不显著 不理想 不合格 不合规 不规范 不满意 不到位 不及时 无效 低效 失败 停滞 下滑 恶化 倒退 否
"""
# 未, 不 … right before a phrase that is met turns it round (未见效, 不够完善, 没有改善).
_NEGATION = r"(?:未|不|没有|没|无|非|欠|缺乏)(?:很|太|够|能|甚|见|曾|得到|及时|按时|按期|如期)?"


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    # A phrase of one character (好, 差, 是) counts only as the whole text: 偏差 is not 差.
    words = sorted(set(phrases), key=len, reverse=True)
    parts = [re.escape(p) if len(p) > 1 else rf"(?<!.){re.escape(p)}(?!.)" for p in words]
    return re.compile(rf"(?:{'|'.join(parts)})" if parts else r"(?!)")


class Bands:
    """A table of phrases, each under its band; a pack extends the default with its own.

    Args:
        met, partly, not_met: phrases; a text belongs to a band if it contains one (a phrase of
            one character: if it is one). ``not_met`` is looked for first, then ``partly``, so
            部分达成 never counts as 达成. A phrase that is met and begins with a negation
            (未发生, 不超) wins over the one it contains.
    """

    def __init__(
        self,
        met: Iterable[str] = (),
        partly: Iterable[str] = (),
        not_met: Iterable[str] = (),
    ) -> None:
        self.met, self.partly, self.not_met = tuple(met), tuple(partly), tuple(not_met)
        self._kept = _pattern(p for p in self.met if p[0] in "未不无零没")
        self._met, self._partly = _pattern(self.met), _pattern(self.partly)
        self._not_met = _pattern(self.not_met)
        self._turned = re.compile(_NEGATION + self._met.pattern)

    def extended(
        self,
        met: Iterable[str] = (),
        partly: Iterable[str] = (),
        not_met: Iterable[str] = (),
    ) -> Bands:
        """This table and more phrases. Make it once a pack: parsed values are cached by table."""
        return Bands((*self.met, *met), (*self.partly, *partly), (*self.not_met, *not_met))

    def band(self, text: str) -> str | None:
        """``met``, ``partly``, ``not_met``, or ``None`` where no phrase fits."""
        rest, kept = self._kept.subn("", text)
        if self._not_met.search(rest):
            partly = self._partly.search(rest)
            return "partly" if partly and partly.group()[0] in "未不" else "not_met"
        if self._partly.search(rest):
            return "partly"
        if self._turned.search(rest):
            return "not_met"
        return "met" if kept or self._met.search(rest) else None


DEFAULT_BANDS = Bands(_MET.split(), _PARTLY.split(), _NOT_MET.split())

_EVENT = re.compile(
    r"获评|荣获|评为|评选为|被评|入选|授予|命名为|称号|冠军|亚军|季军|金奖|银奖|铜奖|特金奖|优秀案例"
    r"|[一二三特][等级]奖"
)
_SOFT_EVENT = re.compile(r"获得|获批|获奖|列入|认定|创建成功")


def is_event(text: str) -> bool:
    """Whether the text tells of an event or an award instead of giving a value."""
    if _EVENT.search(text):
        return True
    return bool(_SOFT_EVENT.search(text)) and not DIGIT.search(text)
