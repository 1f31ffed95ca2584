"""The rule catalogue: one rule a file, found by discovery, run over a filing."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from jixiao.errors import PackError
from jixiao.model.findings import Finding, Severity
from jixiao.policy import Pack
from jixiao.policy.files import PackFiles
from jixiao.policy.model import RulesPolicy
from jixiao.rules.support.base import Draft, Facts, Rule, rule
from jixiao.rules.written import mistakes, written_rules

__all__ = [
    "Draft",
    "Facts",
    "Rule",
    "catalogue",
    "check_pack",
    "check_settings",
    "every_rule",
    "find",
    "rule",
    "run",
    "written_rules",
]

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by code, in code order."""
    found: dict[str, Rule] = {}
    names: dict[str, str] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, Rule):
                if found.get(thing.code, thing) is not thing:
                    raise ValueError(f"two rules share the code {thing.code}")
                if names.setdefault(thing.name, thing.code) != thing.code:
                    raise ValueError(f"two rules share the name {thing.name}")
                found[thing.code] = thing
    return dict(sorted(found.items()))


def find(said: str, rules: Iterable[Rule]) -> Rule | None:
    """The rule with this code or name, in whatever case it is written."""
    word = said.strip().lower()
    return next((r for r in rules if word and word in (r.code.lower(), r.name)), None)


def check_settings(policy: RulesPolicy, folder: Path | None = None) -> None:
    """Every code and parameter the pack sets must exist.

    Args:
        folder: the pack it was read from, where there is one, to name the line.

    Raises:
        PackError: naming the unknown code or parameter.
    """

    def at(*keys: str) -> str:
        if folder is None:
            return f"rules.yaml，{'.'.join(keys)}"
        return PackFiles(folder).place("rules.yaml", *keys)

    rules = catalogue()
    problems = []
    for code, setting in policy.settings.items():
        if code not in rules:
            meant = find(code, rules.values())
            said = (
                f"这里要写规则代码 {meant.code}"
                if meant is not None
                else "没有这条规则，可用 jixiao rules 查看全部"
            )
            problems.append(f"{at('settings', code)}：{said}。")
            continue
        for name in setting.params:
            if name not in rules[code].params:
                known = "、".join(rules[code].params) or "（没有参数）"
                problems.append(
                    f"{at('settings', code, 'params', name)}：规则没有这个参数，可用的是 {known}。"
                )
    if problems:
        raise PackError("\n".join(problems))


def check_pack(pack: Pack) -> None:
    """Settings and written rules of a pack, held against the catalogue and the year's forms.

    Raises:
        PackError: everything that is wrong, a line each, with file, line and key.
    """
    check_settings(pack.rules, pack.root)
    found = list(mistakes(pack.rules, pack.forms))
    if found:
        place = PackFiles(pack.root).place
        raise PackError(
            "\n".join(f"{place('rules.yaml', *keys)}：{text}。" for keys, text in found)
        )


def every_rule(policy: RulesPolicy) -> list[Rule]:
    """The catalogue's rules and the pack's own, in code order."""
    return [*catalogue().values(), *written_rules(policy)]


def run(
    facts: Facts, policy: RulesPolicy, kept: Mapping[str, Sequence[Finding]] | None = None
) -> list[Finding]:
    """All findings of the year's rules, errors first, then in code and place order.

    The same finding from the same rule is kept once.

    Args:
        kept: findings of rules that need not run, by code, as this function gave them.
    """
    findings: dict[str, Finding] = {}
    for each in every_rule(policy):
        setting = policy.setting(each.code)
        if not each.applies(facts.year, setting):
            continue
        if kept is not None and each.code in kept:
            findings.update((f.fingerprint, f) for f in kept[each.code])
            continue
        params = {**each.params, **setting.params} if setting.params else each.params
        for draft in each.check(facts.under(params)):
            finding = each.finish(draft, setting)
            findings.setdefault(finding.fingerprint, finding)
    return sorted(findings.values(), key=lambda f: (_ORDER[f.severity], f.code))
