"""The benchmark runs, and the county it runs on is what it says it is. No time is asserted."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from benchmarks.county import (
    DEFECTS,
    MOST,
    MOULDS,
    PLACES,
    County,
    Defect,
    make_county,
    unit_code,
)
from jixiao.checking.evaluation import evaluate
from jixiao.installation.paths import pack_dir
from jixiao.model.evaluation import Evaluation
from jixiao.policy import Pack, load_pack
from jixiao.rules.identity.g01_unit_code import wrong

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(pack_dir(2023))


@pytest.fixture(scope="module")
def county(pack: Pack) -> County:
    return make_county(pack, 60, seed=7)


@pytest.fixture(scope="module")
def evaluations(pack: Pack, county: County) -> list[Evaluation]:
    return [
        evaluate(pack, m.filing, department=m.department, targets=m.targets) for m in county.members
    ]


def test_same_seed_same_county(pack: Pack, county: County) -> None:
    assert make_county(pack, 60, seed=7) == county
    assert make_county(pack, 60, seed=8) != county


def test_departments_differ_and_their_codes_are_right(county: County) -> None:
    departments = [m.department for m in county.members]
    assert len({d.name for d in departments}) == len({d.code for d in departments}) == 60
    assert [wrong(d.code) for d in departments] == [None] * 60
    assert {len(d.projects) for d in departments} == set(range(1, len(PLACES) + 1))


def test_all_codes_there_can_be_are_right() -> None:
    codes = {unit_code(number) for number in range(0, MOST, 7)}
    assert len(codes) == len(range(0, MOST, 7))
    assert {wrong(code) for code in codes} == {None}


def test_size_is_bounded(pack: Pack) -> None:
    for size in (0, MOST + 1):
        with pytest.raises(ValueError, match="departments"):
            make_county(pack, size)


def test_nothing_is_wrong_where_nothing_was_put_in(
    county: County, evaluations: list[Evaluation]
) -> None:
    clean = [e for m, e in zip(county.members, evaluations, strict=True) if not m.defects]
    assert len(clean) > 20
    assert [f for e in clean for f in e.findings] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.id)
def test_rule_finds_the_defect_meant_for_it(
    pack: Pack, county: County, evaluations: list[Evaluation], defect: Defect
) -> None:
    """Put into a clean filing of every mould, and wherever the dice put it."""
    of_mould = {n % len(MOULDS): m for n, m in enumerate(county.members) if not m.defects}
    assert len(of_mould) == len(MOULDS)
    for member in of_mould.values():
        filing = deepcopy(member.filing)
        defect.make(filing)
        found = evaluate(pack, filing, department=member.department, targets=member.targets)
        assert defect.rule in {f.code for f in found.findings}, member.department.name
    for member, evaluation in zip(county.members, evaluations, strict=True):
        if defect.id in member.defects:
            assert defect.rule in {f.code for f in evaluation.findings}, member.department.name


def test_rates_are_kept(pack: Pack) -> None:
    """Of 200 departments as many as said, give or take four standard deviations."""
    members = make_county(pack, 200, seed=2).members
    for defect in DEFECTS:
        count = sum(defect.id in m.defects for m in members)
        spread = (200 * defect.rate * (1 - defect.rate)) ** 0.5
        assert abs(count - 200 * defect.rate) <= 4 * spread, defect.id


@pytest.mark.long
def test_bench_runs() -> None:
    """All kinds, Prefect too; they agree on what is clean."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", "--departments", "3", "--prefect"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ran.returncode == 0, ran.stderr
    for said in (
        "commit",
        "3 departments",
        "bare",
        "cycle: same work",
        "prefect: same work",
        "one more",
        "PDF",
        "openpyxl",
    ):
        assert said in ran.stdout
