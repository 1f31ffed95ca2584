"""One thing changed in a clean filing is found by the rules meant for it, and by no other."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from jixiao.checking.evaluation import evaluate
from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir, pack_dir
from jixiao.model.findings import Severity
from jixiao.model.submission import FormData, Submission
from jixiao.model.targets import TargetSet, from_submission
from jixiao.policy import load_pack

PACK = load_pack(pack_dir(2023))
DEMO = demo_dir()
MUTATIONS = yaml.load(
    (Path(__file__).parent / "mutations.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)


def _filing(name: str) -> Submission:
    return load_filing(DEMO / "filings" / f"{name}.yaml", PACK.forms)


@cache
def _targets(department: str) -> TargetSet:
    proposal = load_filing(DEMO / "targets" / f"{department}.yaml", PACK.forms)
    return from_submission(proposal, PACK.year, proposal.unit_code)


def _codes(name: str, submission: Submission) -> Counter[str]:
    found = evaluate(
        PACK,
        submission,
        department=PACK.department(_filing(name).unit_code),
        targets=_targets(name.split("-")[0]),
    ).findings
    return Counter(f.code for f in found if f.severity is not Severity.ADVICE)


@cache
def _before(name: str) -> Counter[str]:
    return _codes(name, _filing(name))


def _mutate(submission: Submission, change: dict[str, Any]) -> None:
    if "text" in change:
        data = submission.of(change["text"])[0]
        changed = [
            replace(p, text=p.text.replace(change["from"], change["to"])) for p in data.paragraphs
        ]
        assert changed != data.paragraphs
        data.paragraphs = changed
        return
    data = next(
        f for f in submission.of(change["form"]) if change.get("project", f.project) == f.project
    )
    if "cell" in change:
        cell = data.cells[change["cell"]]
        assert cell.text != change["to"]
        data.cells[change["cell"]] = replace(cell, text=change["to"])
    else:
        _change_indicator(data, change)


def _change_indicator(data: FormData, change: dict[str, Any]) -> None:
    number = next(
        i for i, row in enumerate(data.indicators) if row.name.text == change["indicator"]
    )
    row, column = data.indicators[number], change["column"]
    cell = replace(getattr(row, column), text=change["to"])
    data.indicators[number] = replace(row, **{column: cell})


@pytest.mark.parametrize("change", MUTATIONS, ids=lambda change: change["what"])
def test_a_change_is_found_by_its_own_rules(change: dict[str, Any]) -> None:
    submission = _filing(change["filing"])
    _mutate(submission, change)
    more = _codes(change["filing"], submission) - _before(change["filing"])
    assert sorted(more) == change["codes"]
