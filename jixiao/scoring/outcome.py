"""The result of one scoring rule, and the policy with the titles of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from jixiao.model.scores import State, Tell, Working
from jixiao.policy.scoring import ScoringPolicy
from jixiao.scoring.figures import ZERO, plain, quotient_text
from jixiao.values import Bands

_NEVER = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a score stands on.

    Attributes:
        policy: the year's parameters.
        sources: source key → title; a key without a title stands for itself.
        year: fiscal year evaluated, for deadlines that name no year; ``None`` if not known.
        decimals, bands, higher_source: read off the policy once, as every row asks for them.
        not_applicable: words for an indicator that does not apply.
        over_from: achievement from which a target is exceeded too far; infinite if never.
    """

    policy: ScoringPolicy
    sources: Mapping[str, str]
    year: int | None
    decimals: int
    bands: Bands
    higher_source: str
    not_applicable: frozenset[str]
    over_from: Decimal

    def title(self, key: str) -> str:
        return self.sources.get(key, key)


def basis_for(policy: ScoringPolicy, sources: Mapping[str, str], year: int | None) -> Basis:
    """The policy with what every row asks of it read off."""
    over = policy.over_achievement
    return Basis(
        policy=policy,
        sources=sources,
        year=year,
        decimals=policy.decimals,
        bands=policy.qualitative.bands,
        higher_source=policy.higher.source,
        not_applicable=frozenset(policy.not_applicable.words),
        over_from=_NEVER if over.mode == "ignore" else over.threshold,
    )


class Outcome(NamedTuple):
    """What a rule answers.

    Attributes:
        points: ``None`` where the rule gives none.
        tell: gives the sentence and the figures used, when somebody asks for them.
        source: key of the document.
    """

    state: State
    points: Decimal | None
    rule: str
    explain: Tell
    source: str
    ratio: Decimal | None = None

    def working(self, basis: Basis) -> Working:
        return Working.later(self.rule, self.explain, basis.title(self.source))


def told(sentence: str, data: dict[str, str] | None = None) -> Tell:
    """Words that are there already, for the rules that few rows come to."""
    return lambda: (sentence, data or {})


def person(rule: str, why: str, source: str) -> Outcome:
    """A case for a person: the claimed score stands."""
    return Outcome(
        State.NEEDS_PERSON, None, rule, told(f"{why}，需要人工判断，暂按自评分列"), source
    )


def nothing(state: State, rule: str, why: str, source: str) -> Outcome:
    """Blank or unreadable: 0 points."""
    return Outcome(state, ZERO, rule, told(f"{why}，计 0 分"), source)


def figures(ratio: Decimal | None = None, **amounts: Decimal | None) -> dict[str, str]:
    """Working data: each amount as a plain decimal string, without those that are missing."""
    data = {name: plain(amount) for name, amount in amounts.items() if amount is not None}
    if ratio is not None:
        data["ratio"] = quotient_text(ratio)
    return data
