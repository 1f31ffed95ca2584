"""Whatever is wrong inside a file, the reader answers with a submission or a named refusal."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.model.submission import Submission
from jixiao.policy import Pack

Book = Callable[[dict[str, list[list[object]]]], bytes]
Word = Callable[[list[object]], bytes]
Outcome = Callable[[bytes], None]
LENIENT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ROWS: list[list[object]] = [
    ["部门整体支出绩效自评表", None, "2023年度"],
    ["预算部门名称", "某局"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标（5分）", "数量指标", "企业数", 0.5, "=1+1", 5, 5],
    ["总分", None, None, None, None, 100, 100],
]


@pytest.fixture
def workbook(book: Book) -> bytes:
    return book({"附件2": ROWS, "别的": [["x", 1.5]]})


@pytest.fixture
def document(word: Word) -> bytes:
    texts = [["" if c is None else str(c) for c in row] for row in ROWS]
    width = max(map(len, texts))
    table = [row + [""] * (width - len(row)) for row in texts]
    return word(["某局2023年度整体支出绩效自评报告", "一、基本情况", "字。", "附件2", table])


@pytest.fixture
def outcome(pack: Pack) -> Outcome:
    """Reads a file; anything but a submission or a named refusal fails the test."""

    def read(data: bytes) -> None:
        with suppress(RefusedFile):
            assert isinstance(read_file(data, "x", pack.forms), Submission)

    return read


def mutated(data: bytes, changes: list[tuple[float, int]]) -> bytes:
    out = bytearray(data)
    for place, value in changes:
        out[int(place * (len(out) - 1))] = value
    return bytes(out)


def in_parts(data: bytes, changes: list[tuple[float, int]]) -> bytes:
    """The same changes inside every unpacked part, packed again with right checksums."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            keep = name == "[Content_Types].xml" or not content
            target.writestr(name, content if keep else mutated(content, changes))
    return out.getvalue()


CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([*b'0129AZ"<>/= -.:%', 0, 255])), max_size=6
)


@LENIENT
@given(changes=CHANGES)
def test_changed_bytes(
    workbook: bytes, document: bytes, outcome: Outcome, changes: list[tuple[float, int]]
) -> None:
    for data in (workbook, document):
        outcome(mutated(data, changes))


@LENIENT
@given(changes=CHANGES)
def test_changed_parts(
    workbook: bytes, document: bytes, outcome: Outcome, changes: list[tuple[float, int]]
) -> None:
    for data in (workbook, document):
        outcome(in_parts(data, changes))


NONSENSE = [
    "",
    "-1",
    "999999999999",
    "Z",
    "A0",
    "A1:B",
    "1.5",
    "nan",
    "1e400",
    "一",
    "../../x",
    "%%",
]


@LENIENT
@given(place=st.floats(0, 1), part=st.integers(0, 30), nonsense=st.sampled_from(NONSENSE))
def test_nonsense_in_attributes_and_values(
    workbook: bytes, document: bytes, outcome: Outcome, place: float, part: int, nonsense: str
) -> None:
    for data in (workbook, document):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            names = source.namelist()
            for index, name in enumerate(names):
                content = source.read(name)
                spots = list(re.finditer(rb'(?<==")[^"]*(?=")|(?<=>)[^<]+(?=<)', content))
                if index == part % len(names) and spots:
                    spot = spots[int(place * (len(spots) - 1))]
                    content = content[: spot.start()] + nonsense.encode() + content[spot.end() :]
                target.writestr(name, content)
        outcome(out.getvalue())


@LENIENT
@given(
    text=st.text(alphabet='<>/=" tabledivspcolrown0159年度表报告一、（）附件2指标\n', max_size=300)
)
def test_any_page(outcome: Outcome, text: str) -> None:
    outcome(f"<html><body>{text}</body></html>".encode())


@LENIENT
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(
                [
                    None,
                    "",
                    "三级指标",
                    "分值",
                    "得分",
                    "年度指标值",
                    "总分",
                    "一级指标",
                    "经费控制情况",
                    "2023年决算数",
                    "2022年决算数",
                    "3、专项资金",
                    "三公经费",
                    "按收入性质分:1",
                    "其中：基本支出：5",
                    "预期目标",
                    "年度总体目标",
                    "部门整体支出绩效自评表",
                    "项目支出绩效自评表",
                    1,
                    0.5,
                    "——",
                    "单位名称：某",
                ]
            ),
            max_size=9,
        ),
        max_size=14,
    )
)
def test_headers_in_any_disorder(book: Book, outcome: Outcome, rows: list[list[object]]) -> None:
    outcome(book({"Sheet1": rows}))
