"""One figure of a sentence or a form, and what it is a figure of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from jixiao.values import Unit, commensurable

_GENERIC = re.compile(
    r"项目|支出|经费|资金|投入|到位|核定|成本|节约|及时|达标|编制|人员|在职|职工|企业|总投资|投资|面积|覆盖率|满意|合格率|准确率|"
    r"预算|决算|执行|拨款|费用|金额|总|数|额|率|新增|新建|建成|新|注册|举办|开展|培训|活动|本项|单位|收入"
)


@dataclass(frozen=True)
class Measure:
    """One figure of a sentence.

    Attributes:
        name: its name, brought to one spelling; of growth and ranks: what grows or is ranked.
        attribute: for a rank: of what (增幅, 总量), else ``""``.
        kind: ``amount`` (money and counts), ``growth``, ``share``, ``completion`` or ``rank``.
        target: it is an aim, not a result.
        number: as printed; growth downwards is negative.
        places: decimals printed.
        unit: ``None`` where a form gives none.
        scope: of a rank: 全市, 全省 ….
        base: for growth, completion and ranks: the figure they are about, if one stands there.
        context: the sentence up to the name.
        snippet: the words to show.
        sentence: number of the sentence in its text.
    """

    name: str
    kind: str
    number: Decimal
    places: int
    unit: Unit | None
    target: bool
    context: str
    snippet: str
    sentence: int
    attribute: str = ""
    scope: str = ""
    base: Measure | None = None

    @cached_property
    def amount(self) -> Decimal:
        """In the unit's base."""
        return self.number * self.unit.factor if self.unit is not None else self.number

    @cached_property
    def digit(self) -> Decimal:
        """Half of the last printed digit, in the unit's base."""
        half = Decimal(5).scaleb(-self.places - 1)
        return half * self.unit.factor if self.unit is not None else half

    @cached_property
    def statement(self) -> str:
        """What makes two statements the same: the name, the figure, and where the name says
        little the words before it. A string, whose hash is worked out only once."""
        symbol = self.unit.symbol if self.unit is not None else ""
        around = "" if self.specific else self.context[-24:]
        said = (
            self.kind,
            self.target,
            self.name,
            self.attribute,
            self.scope,
            self.number.normalize(),
            symbol,
            around,
        )
        return "|".join(map(str, said))

    @cached_property
    def specific(self) -> bool:
        """The name says what is measured without the words around it."""
        money = self.unit is not None and self.unit.dimension == "money"
        return telling(self.name) >= (2 if money else 3)

    def agrees(self, other: Measure) -> bool:
        """The same figure, up to the rounding of the coarser one."""
        coarser = max(self.digit, other.digit) if self.places != other.places else Decimal(0)
        return abs(self.amount - other.amount) <= coarser

    def comparable(self, other: Measure) -> bool:
        return commensurable(self.unit, other.unit)


def telling(name: str) -> int:
    """Number of characters of a name that are not words every report uses."""
    return len(_GENERIC.sub("", name))
