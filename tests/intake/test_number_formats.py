"""What a number looks like in its cell."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jixiao.spreadsheet.numfmt import clean, display

CASES = yaml.load(
    (Path(__file__).parent / "numfmt_cases.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)


@pytest.mark.parametrize(("value", "code", "seen"), CASES, ids=lambda v: str(v))
def test_shown(value: str, code: str, seen: str) -> None:
    assert display(clean(value), code) == seen


def test_dates_of_the_other_epoch() -> None:
    assert display(clean(0), "yyyy-m-d", date1904=True) == "1904-1-1"


def test_a_serial_beyond_the_calendar_is_a_number() -> None:
    assert display(Decimal(10) ** 12, "yyyy-m-d") == "1000000000000"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_general_never_changes_a_figure_of_fifteen_digits(number: Decimal) -> None:
    assert Decimal(display(clean(str(number)), "General")) == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.text(max_size=12))
def test_no_format_breaks_the_reader(value: float, code: str) -> None:
    assert isinstance(display(clean(value), code), str)
