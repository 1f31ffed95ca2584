"""Two schedulers advance one year on one PostgreSQL database at the same time."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from jixiao.demo.sink import Sink
from jixiao.installation.settings import Settings
from jixiao.store.store import history
from jixiao.store.tables import outbox
from jixiao.year import open_cycle
from tests.operator.aside import Aside
from tests.operator.year import YEAR, Prepared, settings_in, tree

pytestmark = pytest.mark.postgres

ONCE = {
    "targets_issued": 6,
    "targets_proposed": 6,
    "issued": 6,
    "filed": 7,
    "refused": 1,
    "evaluated": 7,
    "rendered": 7,
    "publication_prepared": 5,
    "published": 5,
}


def deeds(settings: Settings) -> Counter[tuple[str, str | None, date]]:
    """How often what was done for whom on which day.

    The site is left out: whoever is first may show it while the other is still at work on a
    report, and then it is switched once more.
    """
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        found = [e for e in history(connection, YEAR) if e.what != "site_switched"]
    return Counter((e.what, e.unit, e.as_of) for e in found)


def test_each_department_once(
    prepared: Prepared,
    root: Path,
    tmp_path: Path,
    postgres_address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_in(tmp_path, postgres_address)
    with Sink(tmp_path / "told.jsonl") as sink:
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
            monkeypatch.setenv(f"JIXIAO_CHANNEL_{name}", sink.address(name.lower()))
        # Both find an empty database, and both bring it to head.
        with Aside(root, settings) as first, Aside(root, settings) as second:
            both = (first, second)
            assert [each.answer() for each in both] == ["ready", "ready"]
            for day in prepared.days(date.min, date.max):
                prepared.people(open_cycle(YEAR, day, settings=settings))
                for each in both:
                    each.tell(day)
                assert [each.answer() for each in both] == ["{}", "{}"], day

    done = deeds(settings)
    by_kind: Counter[str] = Counter()
    for (what, _, _), count in done.items():
        by_kind[what] += count
    assert {what: by_kind[what] for what in ONCE} == ONCE
    alone = deeds(settings_in(prepared.files.parent))
    assert done == alone
    for name in ("reports", "site/current"):
        assert tree(settings.var / name) == tree(prepared.files.parent / name), name

    told = Counter(
        (line["path"], line["title"], line["message"])
        for line in map(json.loads, (tmp_path / "told.jsonl").read_text("utf-8").splitlines())
    )
    assert set(told.values()) == {1}
    with open_cycle(YEAR, settings=settings).store.read() as connection:
        states = Counter(connection.execute(select(outbox.c.status)).scalars())
    assert set(states) <= {"sent", "merged"}
    assert states["sent"] == len(told)
