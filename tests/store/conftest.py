"""Rows for the store's tests: what a year writes down, with something in every field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from jixiao.model.submission import Submission
from jixiao.store.filings import FilingRecord, put_delivery, put_filing

UNIT = "11431125MB18152796"
DAY = date(2024, 4, 1)

File = Callable[..., FilingRecord]


@pytest.fixture
def unit() -> str:
    return UNIT


@pytest.fixture
def day() -> date:
    return DAY


@pytest.fixture
def file() -> File:
    """Files a submission of given content with its delivery: ``file(connection, "a")``."""

    def put(connection: Connection, sha256: str, **changes: Any) -> FilingRecord:
        given: dict[str, Any] = {"year": 2023, "unit": UNIT, **changes}
        delivery = put_delivery(
            connection,
            given["year"],
            name=f"{sha256}.xlsx",
            sha256=sha256,
            size=9,
            kept_as=f"ab/{sha256}",
            day=DAY,
            outcome="filing",
            unit=given["unit"],
        )
        assert delivery is not None
        filed = put_filing(
            connection,
            given["year"],
            given["unit"],
            delivery_id=delivery,
            sha256=sha256,
            day=DAY,
            late=False,
            submission=Submission(given["year"], given["unit"], sha256),
        )
        assert filed is not None
        return filed

    return put
