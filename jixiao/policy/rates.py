"""Rates and what they are worth: the rates of the 附件4 rubric and the department rubric.

A rate is either a quotient (到位 ÷ 计划) or a deviation ((计划 − 实际) ÷ 计划), where 0 is on time
or on budget. A deviation is never multiplied with the weight: a table says its points.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from jixiao.model.forms import Model

Share = Annotated[Decimal, Field(ge=0, le=1)]
Address = Annotated[str, Field(pattern=r"^(?:[^:.]+:)?[^:.]+\.[^:.]+\.[^:.]+$")]
Rate = Annotated[Decimal, Field(ge=-100, le=100)]


class Floor(Model):
    """A rate of at least ``min`` is worth this share of the points."""

    min: Rate
    share: Share


class Ceiling(Model):
    """A rate of at most ``max`` is worth this share of the points."""

    max: Rate
    share: Share


class Slope(Model):
    """Full points up to ``full_to``, then ``lose`` points for every percentage point above."""

    full_to: Rate
    lose: Annotated[Decimal, Field(gt=0, le=100)]


class Scale(Model):
    """What a rate is worth: one of the three tables, or none of them: points × min(rate, 1)."""

    steps: tuple[Floor, ...] = Field((), description="比率不低于 min，得 share")
    ceilings: tuple[Ceiling, ...] = Field((), description="比率不高于 max，得 share")
    slope: Slope | None = None

    @model_validator(mode="after")
    def _one_table(self) -> Scale:
        if sum((bool(self.steps), bool(self.ceilings), self.slope is not None)) > 1:
            raise ValueError("steps、ceilings、slope 只能写一个")
        shares = [s.share for s in self.falling] or [c.share for c in self.rising]
        if shares != sorted(shares, reverse=True):
            raise ValueError("比率变差时得分比例不应上升")
        return self

    @property
    def proportional(self) -> bool:
        return not (self.steps or self.ceilings or self.slope)

    @cached_property
    def falling(self) -> tuple[Floor, ...]:
        """``steps``, best rate first: the first one reached counts."""
        return tuple(sorted(self.steps, key=lambda step: -step.min))

    @cached_property
    def rising(self) -> tuple[Ceiling, ...]:
        """``ceilings``, best rate first: the first one kept counts."""
        return tuple(sorted(self.ceilings, key=lambda step: step.max))


class FromExecution(Model):
    """Two columns of the total row of the project's execution table."""

    kind: Literal["execution"]
    numerator: str
    denominator: str


class FromIndicators(Model):
    """The project's indicators whose second-level group contains a word.

    ``achievement``: mean of min(achievement, 1) over the rows with figures; ``cost``: money
    targets against money actuals; ``months``: planned against actual months, where both say one.
    """

    kind: Literal["achievement", "cost", "months"]
    group: str = Field(min_length=1)


class RubricRate(Scale):
    """A rate of the 附件4 rubric; ``derive`` is how to get it where 附件4 gives no figures."""

    source: str
    figure: Literal["quotient", "saving"] = Field(
        "quotient", description="quotient 分子÷分母；saving（分母−分子）÷分母"
    )
    derive: FromExecution | FromIndicators | None = Field(None, discriminator="kind")

    @model_validator(mode="after")
    def _deviation_has_table(self) -> RubricRate:
        if self.figure == "saving" and self.proportional:
            raise ValueError("偏差率不能直接乘分值，请写 steps")
        return self


class DepartmentItem(Scale):
    """A line of the department rubric; addresses are ``表段.行.列`` or ``表号:表段.行.列``.

    ``change`` is (numerator − denominator) ÷ denominator. ``blank_full``: without any figures
    (no building finished this year) the line keeps its full points.
    """

    id: str
    name: str
    points: Annotated[Decimal, Field(ge=0, le=100)]
    source: str
    figure: Literal["quotient", "change"] = "quotient"
    numerator: Address
    denominator: Address
    blank_full: bool = False

    @model_validator(mode="after")
    def _change_has_table(self) -> DepartmentItem:
        if self.figure == "change" and self.proportional:
            raise ValueError("变动率不能直接乘分值，请写 ceilings 或 slope")
        return self


class DepartmentRubric(Model):
    """The rubric behind a department's base figures; off until a pack sets its points."""

    enabled: bool = False
    form: str = Field(description="数据所在的表，如 附件1")
    items: tuple[DepartmentItem, ...] = ()

    @model_validator(mode="after")
    def _has_points(self) -> DepartmentRubric:
        if self.enabled and not all(item.points for item in self.items):
            raise ValueError("启用部门评分标准前，请先给每一项定分值（points）")
        return self
