"""What a department looks back to after units were renamed, merged or split up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.demo.sample import load_filing
from jixiao.installation.paths import pack_dir
from jixiao.model.submission import Submission
from jixiao.policy import Pack, load_pack
from jixiao.policy.model import Roster
from jixiao.store import Store, open_store
from jixiao.store.filings import put_delivery, put_filing, set_filing_status
from jixiao.year.queries.prior import prior_filings

PACK = load_pack(pack_dir(2023))
CASES = yaml.load(
    (Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)


def _pack(departments: dict[str, Any]) -> Pack:
    roster = [{"code": c, "name": f"{c}局", "former": f} for c, f in departments.items()]
    return replace(PACK, roster=Roster.model_validate({"departments": roster}))


def _filing(folder: Path, code: str, form: Any) -> Submission:
    path = folder / f"{code}.yaml"
    data = {"unit": code, "name": f"{code}局", "year": "2022", "forms": {"附件1": form}}
    path.write_text(yaml.dump(data, allow_unicode=True), encoding="utf-8")
    return load_filing(path, PACK.forms)


def _accept(store: Store, code: str, submission: Submission) -> None:
    day = date(2023, 4, 1)
    with store.begin() as connection:
        delivery = put_delivery(
            connection,
            2022,
            name=code,
            sha256=code,
            size=1,
            kept_as=code,
            day=day,
            outcome="filing",
            unit=code,
        )
        assert delivery is not None
        filing = put_filing(
            connection,
            2022,
            code,
            delivery_id=delivery,
            sha256=code,
            day=day,
            late=False,
            submission=submission,
        )
        assert filing is not None
        set_filing_status(connection, filing.id, "accepted")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lineage(case: dict[str, Any], tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'jixiao.db'}")
    for code, form in case["filed"].items():
        _accept(store, code, _filing(tmp_path, code, form))
    with store.read() as connection:
        priors = prior_filings(connection, _pack(case["departments"]))
        read = {code: prior.read(connection, PACK.forms) for code, prior in priors.items()}
    store.close()
    assert set(read) == set(case["expected"])
    for code, cells in case["expected"].items():
        (data,) = read[code].of("附件1")
        assert {address: data.get(address).text for address in cells} == cells
