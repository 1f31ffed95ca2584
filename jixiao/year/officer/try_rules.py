"""A dry run of written rules: whom they would hit before they bite. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jixiao.errors import PackError
from jixiao.model.findings import Finding
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.policy.model import RulesPolicy
from jixiao.policy.yamlfile import load_model, place
from jixiao.rules import Facts, written_rules
from jixiao.rules.written import mistakes
from jixiao.store.filings import filed, filing_records
from jixiao.year.base import Cycle, year_pack, years_with_packs


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule under trial would say to a department's kept filing."""

    year: int
    unit: str
    name: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run: what was looked at and what would be found.

    Attributes:
        filings: filings looked at, by year.
        hits: in the order of years, departments and rules.
    """

    filings: dict[int, int]
    hits: list[Hit]


def try_rules(cycle: Cycle, file: Path) -> Trial:
    """Run the rules written in a file over the newest filings of this year and the year before.

    The file is written like ``rules.yaml``; only its ``written`` rules are tried. A year
    without a pack of its own is read under this year's.

    Raises:
        PackError: what is wrong in the file, with line and key.
    """
    policy = load_model(file, RulesPolicy)
    filings: dict[int, int] = {}
    hits: list[Hit] = []
    for year in (cycle.year - 1, cycle.year):
        pack = year_pack(year) if year in years_with_packs() else cycle.pack
        newest = _newest(cycle, year)
        if year != cycle.year and not newest:
            continue
        _check(file, policy, pack)
        filings[year] = len(newest)
        for unit, submission in newest.items():
            department = cycle.pack.department(unit) or pack.department(unit)
            facts = Facts(
                forms=pack.forms,
                submission=submission,
                scores=(),
                policy=pack.scoring,
                year=year,
                department=department,
            )
            hits += [
                Hit(year, unit, department.name if department else unit, finding)
                for finding in _findings(facts, policy)
            ]
    return Trial(filings, hits)


def _newest(cycle: Cycle, year: int) -> dict[str, Submission]:
    """The newest filing of every department in a year, as read."""
    with cycle.store.read() as connection:
        last = {r.unit: r.id for r in filing_records(connection, year)}
        return {unit: filed(connection, id) for unit, id in last.items()}


def _check(file: Path, policy: RulesPolicy, pack: Pack) -> None:
    if not policy.written:
        raise PackError(f"{file} 里没有 written，没有可以试的规则。")
    problems = [f"{place(file, *keys)}：{text}。" for keys, text in mistakes(policy, pack.forms)]
    if problems:
        raise PackError(f"按 {pack.year} 年度的表检查：\n" + "\n".join(problems))


def _findings(facts: Facts, policy: RulesPolicy) -> list[Finding]:
    return [
        rule.finish(draft, policy.setting(rule.code))
        for rule in written_rules(policy)
        for draft in rule.check(facts.under(rule.params))
    ]
