"""scoring.yaml: how points are worked out, each parameter with the source it stands on.

A share is written as a decimal (``0.8`` is 80%); points are points of the form's 100. Which
province's variant applies is decided here and nowhere else: the arithmetic in
:mod:`jixiao.scoring` only reads these models.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from jixiao.model.forms import Model
from jixiao.policy.rates import DepartmentRubric, RubricRate, Share
from jixiao.values import DEFAULT_BANDS, Bands, Comparator

Points = Annotated[Decimal, Field(ge=0, le=1000)]


class Sourced(Model):
    """A rule without parameters of its own: only the document it stands on."""

    source: str


class Override(Model):
    """A direction for indicators by name; ``contains`` matches a part of the name."""

    name: str = Field(min_length=1)
    comparator: Comparator
    match: Literal["exact", "contains"] = "contains"


class GroupDirection(Model):
    """A direction for the groups whose title contains a word, e.g. 成本."""

    contains: str = Field(min_length=1)
    comparator: Comparator


class Direction(Model):
    """Which way is better where the target does not say it."""

    source: str
    default: Comparator = Comparator.GE
    groups: tuple[GroupDirection, ...] = ()
    overrides: tuple[Override, ...] = ()


class Lower(Model):
    """Lower is better: ``ratio`` weight × target ÷ actual, ``linear`` weight × (1 − excess rate)."""

    source: str
    variant: Literal["ratio", "linear"] = "ratio"


class Zero(Model):
    """A target of 0. ``unstated_is_equal``: without a sign it means exactly 0, not at least 0."""

    source: str
    unstated_is_equal: bool = True


class Words(Model):
    """Phrases that belong to each band, on top of the built-in ones."""

    met: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()


class Qualitative(Model):
    """Bands of the weight: met [met, 1], partly [partly, met), not met [0, partly)."""

    source: str
    met: Share = Field(description="达成预期的下限")
    partly: Share = Field(description="部分达成的下限")
    words: Words = Words()

    @model_validator(mode="after")
    def _ordered(self) -> Qualitative:
        if self.partly > self.met:
            raise ValueError("部分达成的下限不能高于达成预期的下限")
        return self

    @cached_property
    def bands(self) -> Bands:
        """The phrases of each band; one table a pack, because parsed values are cached by it."""
        if self.words == Words():
            return DEFAULT_BANDS
        return DEFAULT_BANDS.extended(self.words.met, self.words.partly, self.words.not_met)


class Over(Model):
    """Over-achievement, from ``threshold`` × target on.

    ``explain`` leaves the points and says that a reason is due; ``deduct`` takes points off:
    by ``deviation`` weight × (actual ÷ target − 1), or a ``fixed`` number of ``points``.
    """

    source: str
    mode: Literal["explain", "deduct", "ignore"] = "explain"
    threshold: Decimal = Field(gt=1)
    variant: Literal["deviation", "fixed"] = "deviation"
    points: Points = Decimal(2)


class Cap(Model):
    """Below this execution rate the total is at most ``cap``."""

    below: Share
    cap: Points


class Caps(Model):
    """Caps on the total by execution rate; off unless a locality has them."""

    source: str
    enabled: bool = False
    steps: tuple[Cap, ...] = ()

    @cached_property
    def ascending(self) -> tuple[Cap, ...]:
        """The steps, lowest rate first: the first one the rate falls under counts."""
        return tuple(sorted(self.steps, key=lambda step: step.below))


class NotApplicable(Model):
    """An indicator that does not apply: its weight is spread over the others in proportion."""

    source: str
    enabled: bool = False
    words: tuple[str, ...] = ("不适用",)


class Late(Model):
    """At most this late (``months`` or ``days``): this share of the weight."""

    months: int | None = Field(None, ge=1, le=1200)
    days: int | None = Field(None, ge=1, le=36500)
    share: Share

    @model_validator(mode="after")
    def _one(self) -> Late:
        if (self.months is None) == (self.days is None):
            raise ValueError("months 和 days 须写且只写一个")
        return self


class Deadlines(Model):
    """Deadlines: met is full, late by the table, later than its last step 0.

    ``month_included``: 9月前 still allows September.
    """

    source: str
    month_included: bool = True
    late: tuple[Late, ...] = ()


class Ranks(Model):
    """Ranks: lower is better, among the same competitors only."""

    source: str
    variant: Literal["ratio", "linear"] = "ratio"


class GradeBand(Model):
    """From ``min`` points on: this grade."""

    min: Points
    grade: str


class Grades(Model):
    """Grade bands; the lowest begins at 0."""

    source: str
    bands: tuple[GradeBand, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Grades:
        floors = [band.min for band in self.bands]
        if len(set(floors)) != len(floors):
            raise ValueError("两个等次的起点分相同")
        if min(floors) != 0:
            raise ValueError("最低等次须从 0 分起")
        return self

    @cached_property
    def descending(self) -> tuple[GradeBand, ...]:
        return tuple(sorted(self.bands, key=lambda band: -band.min))


class GroupVariant(Model):
    """One set of default weights, with the document that has it: group title → points."""

    source: str
    weights: dict[str, Points]


class GroupWeights(Model):
    """Default weights of the groups, for the rules: adjustable with a reason."""

    use: str = Field(description="本年采用 variants 中的哪一套")
    variants: dict[str, GroupVariant]

    @model_validator(mode="after")
    def _sound(self) -> GroupWeights:
        if self.use not in self.variants:
            raise ValueError(f"variants 里没有“{self.use}”")
        for name, variant in self.variants.items():
            total = sum(variant.weights.values())
            if total != 100:
                raise ValueError(f"“{name}”各组权重之和应为 100，现为 {total}")
        return self

    @property
    def current(self) -> dict[str, Decimal]:
        """Group title (预算执行, 产出指标 …) → points, of the variant in use."""
        return self.variants[self.use].weights


class ScoringPolicy(Model):
    """scoring.yaml.

    ``version`` and ``dated`` say which edition of the parameters a score was worked out under;
    the same edition always gives the same scores.
    """

    version: str = "1"
    dated: date | None = Field(None, description="本参数的发布日期")
    decimals: int = Field(2, ge=0, le=6, description="得分保留的小数位，四舍五入")
    direction: Direction
    higher: Sourced = Field(description="越高越好、等于、区间：达到得满分，否则按比例")
    lower: Lower
    zero: Zero
    qualitative: Qualitative
    over_achievement: Over
    execution: Sourced = Field(description="预算执行：分值 × min(执行数 ÷ 全年预算数, 1)")
    caps: Caps
    blanks: Sourced = Field(description="指标值、完成值或分值空白、读不出来：计 0 分")
    not_applicable: NotApplicable
    deadlines: Deadlines
    ranks: Ranks
    grades: Grades
    group_weights: GroupWeights
    rubric: Sourced = Field(description="固定评分表中按要点评分、没有比率的各行")
    rubric_rates: dict[str, RubricRate] = Field({}, description="附件4 六率，按名称")
    department_rubric: DepartmentRubric

    def source_keys(self) -> set[str]:
        """Every key of pack.yaml's ``sources`` this policy names."""
        return set(_named(self.model_dump()))


def _named(data: object) -> Iterator[str]:
    """Every ``source`` in dumped data, at any depth."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "source" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _named(value)
