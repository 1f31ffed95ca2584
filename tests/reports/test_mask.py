from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.reports.mask import has_mobile, mask_mobiles, mask_name


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13912345678。", "电话139****5678。"),
        ("139 1234 5678", "139****5678"),
        ("139-1234-5678", "139****5678"),
        ("+86 13912345678", "+86 139****5678"),
        ("8613912345678", "86139****5678"),
        ("１３９１２３４５６７８", "１３９****５６７８"),
        ("13912345678，15800001111", "139****5678，158****1111"),
        ("tel13912345678x", "tel139****5678x"),
        ("139****5678", "139****5678"),
        ("0746-5720000", "0746-5720000"),
        ("11431125MB18152796", "11431125MB18152796"),
        ("139123456789", "139123456789"),
        ("12012345678", "12012345678"),
        ("1322.22万元", "1322.22万元"),
        ("", ""),
    ],
)
def test_mobile_numbers_are_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask_mobiles(text) == masked


@given(st.text(alphabet="0123456789１３ -年元a", max_size=60))
def test_no_mobile_number_survives_and_masking_twice_changes_nothing(text: str) -> None:
    once = mask_mobiles(text)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", once)
    assert mask_mobiles(once) == once
    assert has_mobile(text) or once == text


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小明", "王**"), ("张**", "张**"), ("", ""), (" 李 四 ", "李**")],
)
def test_names_keep_their_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked
